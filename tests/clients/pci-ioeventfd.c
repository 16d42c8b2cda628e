// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-ioeventfd EDU NVME: eventfds that write into BARs, on an edu device, and on one that has the
 * table of MSI-X in a BAR.
 */
#include <sys/eventfd.h>
#include <unistd.h>

#include "pci.h"

#define IO_8  VFIO_DEVICE_IOEVENTFD_8
#define IO_16 VFIO_DEVICE_IOEVENTFD_16
#define IO_32 VFIO_DEVICE_IOEVENTFD_32
#define IO_64 VFIO_DEVICE_IOEVENTFD_64
#define LIMIT 1000

static int device;

static long set(uint32_t flags, uint64_t offset, uint64_t data, int fd)
{
	struct vfio_device_ioeventfd io = {
		.argsz = sizeof(io), .flags = flags, .offset = offset, .data = data, .fd = fd
	};

	return ask(device, VFIO_DEVICE_IOEVENTFD, &io);
}

static void ring(int fd)
{
	uint64_t one = 1;

	IS(write(fd, &one, sizeof(one)), sizeof(one));
}

static void memory_decoding(bool on)
{
	uint64_t config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	uint16_t command = on ? 2 : 0;

	IS(pwrite(device, &command, 2, config + 4), 2);
}

static void writes(uint64_t bar0, int fd)
{
	uint64_t at = bar0 + EDU_LIVE;

	IS(set(IO_32, at, 0x12345678, fd), 0);
	IS(set(IO_32, at, 0x12345678, fd), -EEXIST);
	/* What is above the width does not make another of it. */
	IS(set(IO_32, at, 0x9900000012345678, fd), -EEXIST);
	/* What it is a write of, how wide and where is what makes it another. */
	IS(set(IO_32, at, 1, fd), 0);
	IS(set(IO_16, at, 1, fd), 0);
	IS(set(IO_32, at + 4, 1, fd), 0);
	IS(set(IO_32, at + 4, 1, -1), 0);
	IS(set(IO_16, at, 1, -1), 0);
	IS(set(IO_32, at, 1, -1), 0);
	write32(device, at, 0);
	ring(fd);
	IS(read32(device, at), ~0x12345678u);
	/* Not while the memory is off. */
	write32(device, at, 0);
	memory_decoding(false);
	ring(fd);
	usleep(100000);
	memory_decoding(true);
	IS(read32(device, at), ~0u);
	ring(fd);
	IS(read32(device, at), ~0x12345678u);
	IS(set(IO_32, at, 1, -1), -ENODEV);
	IS(set(IO_16, at, 0x12345678, -1), -ENODEV);
	IS(set(IO_32, at, 0x12345678, -1), 0);
	IS(set(IO_32, at, 0x12345678, -1), -ENODEV);
	write32(device, at, 0);
	ring(fd);
	usleep(100000);
	IS(read32(device, at), ~0u);
}

static void refusals(uint64_t bar0, uint64_t size, int fd)
{
	struct vfio_device_ioeventfd io = { .argsz = offsetof(struct vfio_device_ioeventfd, fd) };

	IS(ask(device, VFIO_DEVICE_IOEVENTFD, &io), -EINVAL);
	IS(set(0, bar0, 0, fd), -EINVAL);
	IS(set(IO_32 | IO_64, bar0, 0, fd), -EINVAL);
	IS(set(IO_32 | 0x10, bar0, 0, fd), -EINVAL);
	IS(set(IO_32, bar0, 0, -2), -EINVAL);
	IS(set(IO_32, bar0 + 2, 0, fd), -EINVAL);
	IS(set(IO_64, bar0 + 4, 0, fd), -EINVAL);
	IS(set(IO_16, bar0 + 1, 0, fd), -EINVAL);
	IS(set(IO_8, bar0 + size, 0, fd), -EINVAL);
	IS(set(IO_64, bar0 + size, 0, fd), -EINVAL);
	IS(set(IO_8, bar0 + size - 1, 0, fd), 0);
	IS(set(IO_8, bar0 + size - 1, 0, -1), 0);
	/* No such BAR, and regions that are none. */
	IS(set(IO_8, region(device, VFIO_PCI_BAR1_REGION_INDEX, NULL), 0, fd), -EINVAL);
	IS(set(IO_8, region(device, VFIO_PCI_ROM_REGION_INDEX, NULL), 0, fd), -EINVAL);
	IS(set(IO_8, region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL), 0, fd), -EINVAL);
	IS(set(IO_8, ~0ull, 0, fd), -EINVAL);
	IS(set(IO_8, bar0, 0, device), -EINVAL);
	IS(set(IO_8, bar0, 0, 999), -EBADF);
}

static void limit(uint64_t bar0, int fd)
{
	unsigned int i, failed = 0;

	for (i = 0; i < LIMIT; i++)
		failed += set(IO_16, bar0 + EDU_LIVE, i, fd) != 0;
	IS(failed, 0);
	IS(set(IO_16, bar0 + EDU_LIVE, LIMIT, fd), -ENOSPC);
	IS(set(IO_16, bar0 + EDU_LIVE, 7, -1), 0);
	IS(set(IO_16, bar0 + EDU_LIVE, LIMIT, fd), 0);
	/* The rest goes with the device. */
}

static uint32_t config32(unsigned int pos)
{
	return read32(device, region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL) + pos);
}

static void table(int fd)
{
	unsigned int cap = config32(0x34) & 0xfc;
	uint64_t at, end;

	while (cap && (config32(cap) & 0xff) != 0x11)
		cap = config32(cap) >> 8 & 0xfc;
	TRUE(cap != 0);
	at = region(device, config32(cap + 4) & 7, NULL) + (config32(cap + 4) & ~7u);
	end = at + 16 * ((config32(cap) >> 16 & 0x7ff) + 1);
	IS(set(IO_32, at, 0, fd), -EINVAL);
	IS(set(IO_8, at + 1, 0, fd), -EINVAL);
	IS(set(IO_64, end - 8, 0, fd), -EINVAL);
	IS(set(IO_8, end - 1, 0, fd), -EINVAL);
	IS(set(IO_32, at - 4, 0, fd), 0);
	IS(set(IO_32, end, 0, fd), 0);
}

int main(int argc, char **argv)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	uint64_t bar0, size;
	struct vfio v;

	if (argc != 3)
		die("usage: pci-ioeventfd EDU NVME");
	v = vfio_open(argv[1]);
	device = v.device;
	pci_enable(device);
	bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, &size);
	refusals(bar0, size, fd);
	writes(bar0, fd);
	limit(bar0, fd);
	vfio_close(&v);
	v = vfio_open(argv[2]);
	device = v.device;
	table(fd);
	vfio_close(&v);
	/* The eventfd is the last that is left, and nobody listens to it. */
	at_rest();
	ring(fd);
	return checks_status();
}
