// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-vga ONE TWO: two display adapters, which share the legacy addresses of VGA, each with values
 * of its own there.
 * pci-vga none BDF...: none of these has a region of them.
 * pci-vga busy BDF: somebody has locked the addresses for another adapter.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vfio.h"

#define VGA	 VFIO_PCI_VGA_REGION_INDEX
#define MEMORY	 0xa0000
#define GRAPHICS 0x3ce /* an index, and at the next address the register that it chooses */
#define SEQUENCE 0x3c4
#define ROUNDS	 50

static uint64_t at(int device, uint64_t address)
{
	return region(device, VGA, NULL) + address;
}

static void write8(int device, uint64_t address, uint8_t value)
{
	IS(pwrite(device, &value, 1, at(device, address)), 1);
}

static uint8_t read8(int device, uint64_t address)
{
	uint8_t value = 0;

	IS(pread(device, &value, 1, at(device, address)), 1);
	return value;
}

static void put(int device, uint64_t index, uint8_t reg, uint8_t value)
{
	write8(device, index, reg);
	write8(device, index + 1, value);
}

static uint8_t get(int device, uint64_t index, uint8_t reg)
{
	write8(device, index, reg);
	return read8(device, index + 1);
}

static void decode(int device, uint16_t command)
{
	IS(pwrite(device, &command, 2, region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL) + 4), 2);
}

static void answers(int device)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = VGA };
	uint8_t bytes[8] = { 0 };

	IS(ask(device, VFIO_DEVICE_GET_REGION_INFO, &info), 0);
	IS(info.size, 0xc0000);
	IS(info.flags, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE);
	IS(info.offset, (uint64_t)VGA << 40);
	IS(pread(device, bytes, 1, info.offset) < 0 ? -errno : 0, -EINVAL);
	IS(pread(device, bytes, 1, info.offset + 0x3bc) < 0 ? -errno : 0, -EINVAL);
	IS(pread(device, bytes, 1, info.offset + 0x3e0) < 0 ? -errno : 0, -EINVAL);
	IS(pread(device, bytes, 1, info.offset + 0x9ffff) < 0 ? -errno : 0, -EINVAL);
	IS(pread(device, bytes, 1, info.offset + 0xc0000) < 0 ? -errno : 0, -EINVAL);
	/* What ends with a window is cut there. */
	decode(device, 3);
	IS(pread(device, bytes, 8, info.offset + 0xbfffc), 4);
	IS(pread(device, bytes, 8, info.offset + 0x3dc), 4);
	/* The adapter itself has to decode them. */
	decode(device, 2);
	IS(pread(device, bytes, 1, info.offset + 0x3cc) < 0 ? -errno : 0, -EIO);
	IS(pread(device, bytes, 4, info.offset + 0xa0000), 4);
	decode(device, 1);
	IS(pread(device, bytes, 1, info.offset + 0x3cc), 1);
	IS(pread(device, bytes, 4, info.offset + 0xa0000) < 0 ? -errno : 0, -EIO);
	decode(device, 3);
}

/* A mode in which a byte of display memory is just that: no chains, no rotation, all of A0000. */
static void flat(int device)
{
	put(device, SEQUENCE, 4, 0x06);
	put(device, SEQUENCE, 2, 0x01); /* write plane 0 */
	put(device, GRAPHICS, 1, 0);
	put(device, GRAPHICS, 3, 0);
	put(device, GRAPHICS, 4, 0); /* read plane 0 */
	put(device, GRAPHICS, 5, 0);
	put(device, GRAPHICS, 6, 0x05);
	put(device, GRAPHICS, 8, 0xff);
}

static void share(int one, int two)
{
	uint32_t seen;
	int i;

	flat(one);
	flat(two);
	for (i = 0; i < ROUNDS; i++) {
		put(one, GRAPHICS, 0, i & 7);
		put(two, GRAPHICS, 0, ~i & 7);
		IS(get(one, GRAPHICS, 0), i & 7);
		IS(get(two, GRAPHICS, 0), ~i & 7);
		write32(one, at(one, MEMORY + 4 * i), 0x01010101u * i);
		write32(two, at(two, MEMORY + 4 * i), 0x02020202u + i);
		seen = read32(one, at(one, MEMORY + 4 * i));
		IS(seen, 0x01010101u * i);
		seen = read32(two, at(two, MEMORY + 4 * i));
		IS(seen, 0x02020202u + i);
	}
}

static void none(const char *bdf)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = VGA };
	struct vfio v = vfio_open(bdf);
	uint8_t byte;

	IS(ask(v.device, VFIO_DEVICE_GET_REGION_INFO, &info), -EINVAL);
	IS(pread(v.device, &byte, 1, ((uint64_t)VGA << 40) + 0x3c0) < 0 ? -errno : 0, -EINVAL);
	vfio_close(&v);
}

/* Whoever asks is told so after a second. */
static void busy(const char *bdf)
{
	struct vfio v = vfio_open(bdf);
	struct timespec begin, end;
	uint8_t byte;

	decode(v.device, 3);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	IS(pread(v.device, &byte, 1, at(v.device, 0x3cc)) < 0 ? -errno : 0, -EBUSY);
	IS(pwrite(v.device, &byte, 1, at(v.device, MEMORY)) < 0 ? -errno : 0, -EBUSY);
	clock_gettime(CLOCK_MONOTONIC, &end);
	TRUE(end.tv_sec - begin.tv_sec < 10);
	vfio_close(&v);
}

int main(int argc, char **argv)
{
	struct vfio one, two;
	int i;

	if (argc < 3)
		die("usage: pci-vga ONE TWO | none BDF... | busy BDF");
	if (!strcmp(argv[1], "none")) {
		for (i = 2; i < argc; i++)
			none(argv[i]);
		return checks_status();
	}
	if (!strcmp(argv[1], "busy")) {
		busy(argv[2]);
		return checks_status();
	}
	one = vfio_open(argv[1]);
	two = vfio_open(argv[2]);
	answers(one.device);
	answers(two.device);
	share(one.device, two.device);
	vfio_close(&two);
	vfio_close(&one);
	return checks_status();
}
