// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of the type1 backend. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../type1.h"
#include "operation.h"

#define HUGE_OFF "/sys/module/vfio_iommu_type1/parameters/disable_hugepages"
#define PAGE	 4096UL

static char info[4096] __attribute__((aligned(8)));

static long iommu_info(void)
{
	struct vfio_iommu_type1_info *fixed = (void *)info;

	memset(info, 0, sizeof(info));
	fixed->argsz = sizeof(info);
	return ask(here.v.container, VFIO_IOMMU_GET_INFO, info);
}

static void page_sizes_are_told(void)
{
	const struct vfio_iommu_type1_info *fixed = (void *)info;

	TRUE(fixed->iova_pgsizes & PAGE);
	TRUE(fixed->cap_offset);
}

static long map(void)
{
	return dma_map(here.v.container, here.memory, MEMORY_SIZE, IOVA);
}

static void huge_pages(const char *off)
{
	int fd = open(HUGE_OFF, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, off, 1) != 1)
		die("cannot set '%s'", HUGE_OFF);
	close(fd);
}

static void page_by_page(void)
{
	huge_pages("Y");
}

static void page_by_page_unmapped(void)
{
	memory_unmap();
	huge_pages("N");
}

/* May have been done although the sizes could not be told: then there is nothing any more. */
static long unmap(void)
{
	return dma_unmap(here.v.container, MEMORY_SIZE, IOVA);
}

static long unmap_all(void)
{
	return unmapped(here.v.container, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0);
}

static void is_unmapped(void)
{
	memory_map();
	memory_unmap();
}

/* --- the registers of a device, which have frames and no pages --- */

static void *registers;

static void registers_mapped(void)
{
	registers = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, here.v.device,
			 region(here.v.device, VFIO_PCI_BAR0_REGION_INDEX, NULL));
	TRUE(registers != MAP_FAILED);
}

static long map_registers(void)
{
	return dma_map(here.v.container, registers, PAGE, IOVA);
}

static void registers_unmapped(void)
{
	IS(unmapped(here.v.container, 0, IOVA, PAGE), PAGE);
	munmap(registers, PAGE);
}

const struct operation dma_operations[] = {
	{ .name = "iommu-info", .check = page_sizes_are_told, .stage = MODEL, .run = iommu_info },
	{ .name = "map", .stage = MODEL, .run = map, .after = memory_unmap },
	{ .name = "map-page-by-page",
	  .stage = MODEL,
	  .before = page_by_page,
	  .run = map,
	  .after = page_by_page_unmapped },
	{ .name = "map-registers",
	  .stage = DEVICE,
	  .before = registers_mapped,
	  .run = map_registers,
	  .after = registers_unmapped },
	{ .name = "unmap",
	  .stage = MODEL,
	  .before = memory_map,
	  .run = unmap,
	  .check = is_unmapped },
	{ .name = "unmap-all",
	  .stage = MODEL,
	  .before = memory_map,
	  .run = unmap_all,
	  .check = is_unmapped },
	{},
};
