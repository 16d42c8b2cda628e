// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-config BDF: configuration space and BARs of the edu device as a user has them. No access
 * reaches memory that the function does not decode.
 */
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

#define EDU_BAR_SIZE 0x100000

static const char *bdf;
static int device;
static uint64_t config, bar0;

static uint32_t cfg(unsigned int reg, unsigned int width)
{
	uint32_t value = 0;

	if (pread(device, &value, width, config + reg) != (ssize_t)width)
		die("cannot read register %#x", reg);
	return value;
}

static void cfg_write(unsigned int reg, unsigned int width, uint32_t value)
{
	if (pwrite(device, &value, width, config + reg) != (ssize_t)width)
		die("cannot write register %#x", reg);
}

static long bar_read(uint64_t offset, size_t width)
{
	uint64_t value;
	ssize_t ret = pread(device, &value, width, bar0 + offset);

	return ret < 0 ? -errno : ret;
}

static void header(void)
{
	uint16_t serr = own_command(bdf) & PCI_COMMAND_SERR;

	IS(cfg(PCI_VENDOR_ID, 4), 0x11e81234);
	cfg_write(PCI_VENDOR_ID, 4, ~0u);
	IS(cfg(PCI_VENDOR_ID, 4), 0x11e81234);
	IS(cfg(PCI_COMMAND, 2) & PCI_COMMAND_MASTER, 0);
	IS(own_command(bdf) & PCI_COMMAND_MASTER, 0);
	/* What becomes of errors on the bus is the host's choice. */
	cfg_write(PCI_COMMAND, 2, PCI_COMMAND_SERR);
	IS(cfg(PCI_COMMAND, 2), PCI_COMMAND_SERR);
	IS(own_command(bdf) & PCI_COMMAND_SERR, serr);
	cfg_write(PCI_COMMAND, 2, 0);
	IS(cfg(PCI_COMMAND, 2), 0);
	IS(own_command(bdf) & PCI_COMMAND_SERR, serr);
	IS(cfg(PCI_INTERRUPT_PIN, 1), 1);
	cfg_write(PCI_INTERRUPT_LINE, 1, 0x5a);
	IS(cfg(PCI_INTERRUPT_LINE, 1), 0x5a);
}

static void sizing(void)
{
	uint32_t before = cfg(PCI_BASE_ADDRESS_0, 4);
	unsigned int i;

	cfg_write(PCI_BASE_ADDRESS_0, 4, ~0u);
	IS(cfg(PCI_BASE_ADDRESS_0, 4), (uint32_t) ~(EDU_BAR_SIZE - 1));
	/* Byte by byte comes to the same. */
	for (i = 0; i < 4; i++)
		cfg_write(PCI_BASE_ADDRESS_0 + i, 1, before >> (8 * i));
	IS(cfg(PCI_BASE_ADDRESS_0, 4), before);
	cfg_write(PCI_BASE_ADDRESS_1, 4, ~0u);
	IS(cfg(PCI_BASE_ADDRESS_1, 4), 0);
	/* The device itself did not move. */
	cfg_write(PCI_BASE_ADDRESS_0, 4, 0);
	IS(read32(device, bar0), EDU_ID);
}

static void widths(void)
{
	uint8_t bytes[16] = {};
	int i;

	write32(device, bar0 + EDU_LIVE, 0);
	IS(read32(device, bar0 + EDU_LIVE), ~0u);
	IS(bar_read(0, 8), 8);
	IS(pread(device, bytes, 3, bar0 + EDU_BAR_SIZE - 3), 3);
	/* Cut at the end, and nothing behind it. */
	IS(pread(device, bytes, 16, bar0 + EDU_BAR_SIZE - 4), 4);
	IS(bar_read(EDU_BAR_SIZE, 4), -EINVAL);
	IS(bar_read((1ull << 40) - 4, 4), -EINVAL);
	IS(pread(device, bytes, 16, config + 0xfffff0) < 0, 1);
	/* A whole space at once is what its bytes are. */
	uint8_t space[256];

	IS(pread(device, space, sizeof(space), config), sizeof(space));
	for (i = 0; i < 256; i++)
		IS(space[i], cfg(i, 1));
}

static void gate(void)
{
	uint16_t command = cfg(PCI_COMMAND, 2);
	volatile uint32_t *map;

	map = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE, MAP_SHARED, device, bar0);
	TRUE(map != MAP_FAILED);
	IS(touch(map), EDU_ID);
	cfg_write(PCI_COMMAND, 2, command & ~PCI_COMMAND_MEMORY);
	IS(bar_read(0, 4), -EIO);
	IS(touch(map), -1);
	cfg_write(PCI_COMMAND, 2, command);
	IS(bar_read(0, 4), 4);
	IS(touch(map), EDU_ID);
	munmap((void *)map, 0x1000);
}

static void mappings(void)
{
	void *last =
		mmap(NULL, 0x1000, PROT_READ, MAP_SHARED, device, bar0 + EDU_BAR_SIZE - 0x1000);

	/* Nor does one that ends with the BAR grow beyond it. */
	TRUE(last != MAP_FAILED);
	TRUE(mremap(last, 0x1000, 0x2000, MREMAP_MAYMOVE) == MAP_FAILED);
	munmap(last, 0x1000);
	TRUE(mmap(NULL, 0x2000, PROT_READ, MAP_SHARED, device, bar0 + EDU_BAR_SIZE - 0x1000) ==
	     MAP_FAILED);
	TRUE(mmap(NULL, 0x1000, PROT_READ, MAP_SHARED, device, bar0 + EDU_BAR_SIZE) == MAP_FAILED);
	TRUE(mmap(NULL, 0x1000, PROT_READ, MAP_SHARED, device, bar0 + EDU_BAR_SIZE + 0x1000) ==
	     MAP_FAILED);
	TRUE(mmap(NULL, 0x1000, PROT_READ, MAP_PRIVATE, device, bar0) == MAP_FAILED);
	TRUE(mmap(NULL, 0x1000, PROT_READ, MAP_SHARED, device, config) == MAP_FAILED);
	TRUE(mmap(NULL, 0x1000, PROT_READ, MAP_SHARED, device, 1ull << 40) == MAP_FAILED);
}

/* The enable bit and the address of MSI are the user's copies. */
static void msi_copy(void)
{
	unsigned int at = capability(device, PCI_CAP_ID_MSI);

	cfg_write(at + PCI_MSI_ADDRESS_LO, 4, 0xfee00000);
	IS(cfg(at + PCI_MSI_ADDRESS_LO, 4), 0xfee00000);
	IS(cfg(at + PCI_MSI_FLAGS, 2) & PCI_MSI_FLAGS_ENABLE, 0);
	cfg_write(at + PCI_MSI_FLAGS, 2, PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	IS(cfg(at + PCI_MSI_FLAGS, 2) & (PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE),
	   PCI_MSI_FLAGS_ENABLE);
	cfg_write(at + PCI_MSI_FLAGS, 2, 0);
}

static void infos(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_region_info reg = { .argsz = sizeof(reg) };

	IS(ask(device, VFIO_DEVICE_GET_INFO, &info), 0);
	IS(info.flags, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
	IS(info.num_regions, 9);
	IS(info.num_irqs, 5);
	IS(ask(device, VFIO_DEVICE_GET_REGION_INFO, &reg), 0);
	IS(reg.size, EDU_BAR_SIZE);
	IS(reg.flags,
	   VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE | VFIO_REGION_INFO_FLAG_MMAP);
	reg.index = 1;
	IS(ask(device, VFIO_DEVICE_GET_REGION_INFO, &reg), 0);
	IS(reg.size, 0);
	IS(reg.flags, 0);
	reg.index = VFIO_PCI_VGA_REGION_INDEX;
	IS(ask(device, VFIO_DEVICE_GET_REGION_INFO, &reg), -EINVAL);
	reg.index = VFIO_PCI_NUM_REGIONS;
	IS(ask(device, VFIO_DEVICE_GET_REGION_INFO, &reg), -EINVAL);
	reg.index = ~0u;
	IS(ask(device, VFIO_DEVICE_GET_REGION_INFO, &reg), -EINVAL);
}

static void reset(void)
{
	write32(device, bar0 + EDU_LIVE, 0x11223344);
	IS(ask(device, VFIO_DEVICE_RESET, NULL), 0);
	IS(read32(device, bar0), EDU_ID);
	IS(cfg(PCI_COMMAND, 2) & PCI_COMMAND_MEMORY, PCI_COMMAND_MEMORY);
}

/* What the user left in a register that is his is gone with him. */
static void left_behind(struct vfio *v)
{
	uint32_t before = cfg(PCI_CACHE_LINE_SIZE, 1);

	cfg_write(PCI_CACHE_LINE_SIZE, 1, before ^ 0x18);
	IS(cfg(PCI_CACHE_LINE_SIZE, 1), before ^ 0x18);
	vfio_close(v);
	*v = vfio_open(bdf);
	device = v->device;
	IS(cfg(PCI_CACHE_LINE_SIZE, 1), before);
}

int main(int argc, char **argv)
{
	struct vfio v;

	if (argc != 2)
		die("usage: pci-config BDF");
	bdf = argv[1];
	v = vfio_open(bdf);
	device = v.device;
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	infos();
	header();
	pci_enable(device);
	sizing();
	widths();
	gate();
	mappings();
	msi_copy();
	reset();
	left_behind(&v);
	vfio_close(&v);
	return checks_status();
}
