// SPDX-License-Identifier: GPL-2.0-only
/* What can be asked of an open device, but for its interrupts. */
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../pci.h"
#include "operation.h"

#define PAGE 4096UL

static struct vfio_device_info device;

static long device_info(void)
{
	device = (struct vfio_device_info){ .argsz = sizeof(device) };
	return ask(here.v.device, VFIO_DEVICE_GET_INFO, &device);
}

static void device_is_told(void)
{
	TRUE(device.flags & VFIO_DEVICE_FLAGS_PCI);
	IS(device.num_regions, VFIO_PCI_NUM_REGIONS);
}

static struct vfio_region_info bar0;

static long region_infos(void)
{
	struct vfio_region_info info = {};
	long ret = 0;

	for (info.index = 0; !ret && info.index < VFIO_PCI_VGA_REGION_INDEX; info.index++) {
		info.argsz = sizeof(info);
		ret = ask(here.v.device, VFIO_DEVICE_GET_REGION_INFO, &info);
		if (info.index == VFIO_PCI_BAR0_REGION_INDEX)
			bar0 = info;
	}
	return ret;
}

static void bar_is_mappable(void)
{
	TRUE(bar0.flags & VFIO_REGION_INFO_FLAG_MMAP);
}

static uint32_t vectors[VFIO_PCI_ERR_IRQ_INDEX];

static long irq_infos(void)
{
	struct vfio_irq_info info = { .argsz = sizeof(info) };
	long ret = 0;

	/* Only functions of PCI Express have the index for errors. */
	for (info.index = 0; !ret && info.index < VFIO_PCI_ERR_IRQ_INDEX; info.index++) {
		info.count = 0;
		ret = ask(here.v.device, VFIO_DEVICE_GET_IRQ_INFO, &info);
		vectors[info.index] = info.count;
	}
	return ret;
}

static void vectors_are_told(void)
{
	IS(vectors[VFIO_PCI_INTX_IRQ_INDEX], 1);
	TRUE(vectors[VFIO_PCI_MSI_IRQ_INDEX]);
}

/* --- configuration space and registers --- */

static uint64_t config;
/* What was read last, which is never nothing at the beginning. */
static char bytes[64];
#define SOME 12

static long read_at(uint64_t offset)
{
	memset(bytes, 0, sizeof(bytes));
	return pread(here.v.device, bytes, sizeof(bytes), offset) < 0 ? -errno : 0;
}

static void was_read(void)
{
	TRUE(bytes[0]);
}

static void config_found(void)
{
	config = region(here.v.device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
}

static long config_read(void)
{
	return read_at(config);
}

/* What there is, is written again: as much as needs memory, which a register alone does not. */
static void config_copied(uint64_t at)
{
	TRUE(pread(here.v.device, bytes, SOME, at) == SOME);
}

static long config_write_back(uint64_t at)
{
	return pwrite(here.v.device, bytes, SOME, at) < 0 ? -errno : 0;
}

static void header_copied(void)
{
	config_found();
	config_copied(config);
}

static long config_write(void)
{
	return config_write_back(config);
}

/* The first access to a BAR maps it into the kernel, so each wants a device just opened. */
static long bar_read(void)
{
	return read_at(0);
}

/* Far from all else, so that page tables are missing. */
#define BAR_AT ((void *)0x600000000000UL)

static void *bar;

static long bar_map(void)
{
	bar = mmap(BAR_AT, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE,
		   here.v.device, 0);
	if (bar == MAP_FAILED)
		return -errno;
	return *(volatile uint32_t *)bar & 0;
}

static void bar_unmapped(void)
{
	munmap(bar, PAGE);
}

static uint64_t rom;

static void rom_found(void)
{
	rom = region(here.v.device, VFIO_PCI_ROM_REGION_INDEX, NULL);
}

static long rom_read(void)
{
	return read_at(rom);
}

/* Display memory: what is in it depends on the mode. */
static uint64_t vga;

static void vga_found(void)
{
	vga = region(here.v.device, VFIO_PCI_VGA_REGION_INDEX, NULL) + 0xa0000;
}

static long vga_read(void)
{
	uint32_t value;

	return pread(here.v.device, &value, sizeof(value), vga) < 0 ? -errno : 0;
}

static long vga_write(void)
{
	uint32_t value = 0;

	return pwrite(here.v.device, &value, sizeof(value), vga) < 0 ? -errno : 0;
}

static unsigned int pm_control;

static void pm_found(void)
{
	config_found();
	pm_control = capability(here.v.device, PCI_CAP_ID_PM) + PCI_PM_CTRL;
}

/* 0, or an error when the function did not get there. */
static long power_to(uint16_t state)
{
	uint16_t now;

	if (pwrite(here.v.device, &state, 2, config + pm_control) != 2 ||
	    pread(here.v.device, &now, 2, config + pm_control) != 2)
		return -errno;
	return (now & 3) == state ? 0 : -ENOMEM;
}

static long power_down(void)
{
	return power_to(3);
}

/* Its registers are as they were: the BAR is where it was and answers. */
static void wakes(void)
{
	IS(power_to(0), 0);
	pci_enable(here.v.device);
	TRUE(read32(here.v.device, 0) != 0xffffffff);
}

/* --- resets --- */

static long reset(void)
{
	return ask(here.v.device, VFIO_DEVICE_RESET, NULL);
}

static void enabled(void)
{
	pci_enable(here.v.device);
}

static uint64_t express;

/* That of PCI Express; asking for a reset in it is a write like any other. */
static void express_found(void)
{
	config_found();
	express = config + capability(here.v.device, PCI_CAP_ID_EXP) + PCI_EXP_DEVCAP;
	config_copied(express);
	bytes[PCI_EXP_DEVCTL - PCI_EXP_DEVCAP + 1] |= PCI_EXP_DEVCTL_BCR_FLR >> 8;
}

static long flr(void)
{
	return config_write_back(express);
}

static char affected[1024] __attribute__((aligned(8)));

static long hot_reset_info(void)
{
	struct vfio_pci_hot_reset_info *info = (void *)affected;

	memset(affected, 0, sizeof(affected));
	info->argsz = sizeof(affected);
	return ask(here.v.device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, info);
}

/* It is alone on its bus. */
static void affected_is_told(void)
{
	const struct vfio_pci_hot_reset_info *info = (void *)affected;

	IS(info->count, 1);
	TRUE(info->devices[0].bus);
}

static long hot_reset(void)
{
	struct {
		struct vfio_pci_hot_reset reset;
		int32_t group;
	} req = { .reset = { .argsz = sizeof(req), .count = 1 }, .group = here.v.group };

	return ask(here.v.device, VFIO_DEVICE_PCI_HOT_RESET, &req);
}

const struct operation device_operations[] = {
	{ .name = "device-info", .check = device_is_told, .stage = DEVICE, .run = device_info },
	{ .name = "region-info", .stage = DEVICE, .run = region_infos, .check = bar_is_mappable },
	{ .name = "irq-info", .check = vectors_are_told, .stage = DEVICE, .run = irq_infos },
	{ .name = "config-read",
	  .check = was_read,
	  .stage = DEVICE,
	  .before = config_found,
	  .run = config_read },
	{ .name = "config-write", .stage = DEVICE, .before = header_copied, .run = config_write },
	{ .name = "bar-read",
	  .check = was_read,
	  .stage = MODEL,
	  .before = device_open,
	  .run = bar_read,
	  .after = device_close },
	{ .name = "bar-map", .stage = DEVICE, .run = bar_map, .after = bar_unmapped },
	{ .name = "rom-read",
	  .check = was_read,
	  .stage = DEVICE,
	  .before = rom_found,
	  .run = rom_read,
	  .error = EIO },
	{ .name = "vga-read", .stage = DEVICE, .before = vga_found, .run = vga_read },
	{ .name = "vga-write", .stage = DEVICE, .before = vga_found, .run = vga_write },
	{ .name = "power", .stage = DEVICE, .before = pm_found, .run = power_down, .check = wakes },
	{ .name = "reset", .stage = DEVICE, .run = reset, .after = enabled, .quiet = true },
	{ .name = "flr", .stage = DEVICE, .before = express_found, .run = flr, .after = enabled },
	{ .name = "hot-reset-info",
	  .check = affected_is_told,
	  .stage = DEVICE,
	  .run = hot_reset_info },
	{ .name = "hot-reset", .stage = DEVICE, .run = hot_reset, .after = enabled },
	{},
};
