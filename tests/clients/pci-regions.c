// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-regions BDF: the expansion ROM and the BAR of I/O ports of an e1000e, which has its registers
 * in both BAR 0 and, by an index, BAR 2.
 */
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

#define PORTS VFIO_PCI_BAR2_REGION_INDEX
#define ROM   VFIO_PCI_ROM_REGION_INDEX

static const char *bdf;
static int device;
static uint64_t config;

static void command(uint16_t value)
{
	IS(pwrite(device, &value, 2, config + PCI_COMMAND), 2);
}

static long get(uint64_t at, void *buf, size_t count)
{
	ssize_t ret = pread(device, buf, count, at);

	return ret < 0 ? -errno : ret;
}

static uint32_t flags_of(uint32_t index)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

	IS(ask(device, VFIO_DEVICE_GET_REGION_INFO, &info), 0);
	return info.flags;
}

/* It is read, and only that, also while the function does not decode its memory. */
static void rom(void)
{
	uint64_t size, at = region(device, ROM, &size);
	uint8_t *first = calloc(1, size), *again = calloc(1, size);
	uint8_t byte = 0;

	IS(flags_of(ROM), VFIO_REGION_INFO_FLAG_READ);
	TRUE(size >= 1024 && first && again);
	command(PCI_COMMAND_MEMORY);
	IS(get(at, first, size), size);
	IS(first[0] | first[1] << 8, 0xaa55);
	command(0);
	IS(region(device, ROM, &size), at);
	TRUE(size > 0);
	IS(get(at, again, size), size);
	TRUE(!memcmp(first, again, size));
	IS(own_command(bdf) & PCI_COMMAND_MEMORY, 0);
	/* Cut at the end, and nothing behind it. */
	IS(get(at + size - 4, again, 16), 4);
	IS(get(at + size, &byte, 1), -EINVAL);
	IS(get(at + (1ull << 39), &byte, 1), -EINVAL);
	IS(pwrite(device, &byte, 1, at) < 0 ? -errno : 0, -EINVAL);
	free(first);
	free(again);
}

/* Their switch is one of its own, and nobody has ports in his memory. */
static void ports(void)
{
	uint64_t size, at = region(device, PORTS, &size);
	uint64_t bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	struct vfio_device_ioeventfd io = { .argsz = sizeof(io),
					    .flags = VFIO_DEVICE_IOEVENTFD_64,
					    .offset = at,
					    .fd = eventfd(0, EFD_CLOEXEC) };
	uint32_t words[2];

	IS(size, 32);
	IS(flags_of(PORTS), VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE);
	TRUE(mmap(NULL, 4096, PROT_READ, MAP_SHARED, device, at) == MAP_FAILED);
	command(PCI_COMMAND_MEMORY);
	IS(get(at, words, 4), -EIO);
	IS(get(bar0, words, 4), 4);
	command(PCI_COMMAND_IO);
	IS(get(bar0, words, 4), -EIO);
	write32(device, at, 8);
	/* Eight bytes are two ports of four. */
	IS(get(at, words, 8), 8);
	IS(words[0], 8);
	IS(get(at + 28, words, 8), 4);
	IS(get(at + 32, words, 4), -EINVAL);
	IS(ask(device, VFIO_DEVICE_IOEVENTFD, &io), -EINVAL);
	io.flags = VFIO_DEVICE_IOEVENTFD_32;
	IS(ask(device, VFIO_DEVICE_IOEVENTFD, &io), 0);
	close(io.fd);
}

int main(int argc, char **argv)
{
	struct vfio v;

	if (argc != 2)
		die("usage: pci-regions BDF");
	bdf = argv[1];
	v = vfio_open(bdf);
	device = v.device;
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	rom();
	ports();
	vfio_close(&v);
	return checks_status();
}
