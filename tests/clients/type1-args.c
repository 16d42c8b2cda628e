// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-args BDF: what GET_INFO, MAP and UNMAP answer to good, short, long and wrong arguments, and
 * at the borders of what can be said in 64 bits. True of the stock backend, too, which has more.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "type1.h"
#include "vfio.h"

static void info_answers(int c)
{
	char buffer[8192] = {};
	struct vfio_iommu_type1_info *info = (void *)buffer;
	uint32_t needed;

	info->argsz = 15;
	IS(ask(c, VFIO_IOMMU_GET_INFO, info), -EINVAL);
	/* Clients that know no capabilities give 16. */
	memset(buffer, 0x5a, sizeof(buffer));
	info->argsz = 16;
	IS(ask(c, VFIO_IOMMU_GET_INFO, info), 0);
	TRUE(info->flags & VFIO_IOMMU_INFO_PGSIZES);
	TRUE(info->iova_pgsizes & 4096);
	IS(info->iova_pgsizes & 4095, 0);
	IS(info->cap_offset, 0x5a5a5a5a);
	needed = info->argsz;
	TRUE(needed > sizeof(*info));
	/* One byte too few for the capabilities: none of them. */
	memset(buffer, 0, sizeof(buffer));
	info->argsz = needed - 1;
	IS(ask(c, VFIO_IOMMU_GET_INFO, info), 0);
	IS(info->argsz, needed);
	IS(info->cap_offset, 0);
	info->argsz = needed;
	IS(ask(c, VFIO_IOMMU_GET_INFO, info), 0);
	IS(info->argsz, needed);
	TRUE(info->cap_offset >= sizeof(*info) && info->cap_offset < needed);
	TRUE(info->flags & VFIO_IOMMU_INFO_CAPS);
	info->argsz = sizeof(buffer);
	IS(ask(c, VFIO_IOMMU_GET_INFO, info), 0);
	IS(ask(c, VFIO_IOMMU_GET_INFO, (void *)1), -EFAULT);
}

static void ranges_are_in_order(int c)
{
	struct vfio_iommu_type1_info_cap_iova_range *cap =
		info_capability(c, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
	uint32_t i;

	TRUE(cap);
	if (!cap)
		return;
	TRUE(cap->nr_iovas >= 2);
	for (i = 0; i < cap->nr_iovas; i++) {
		struct vfio_iova_range *range = &cap->iova_ranges[i];

		TRUE(range->start < range->end);
		TRUE(!i || range[-1].end < range->start);
		/* The MSI window of x86 */
		TRUE(range->end < 0xfee00000 || range->start > 0xfeefffff);
	}
}

static void ranges_are_kept(int c, void *memory)
{
	struct vfio_iommu_type1_info_cap_iova_range *cap =
		info_capability(c, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
	uint64_t top;

	IS(dma_map(c, memory, 4096, 0xfee00000), -EINVAL);
	IS(dma_map(c, memory, 8192, 0xfedff000), -EINVAL);
	IS(dma_map(c, memory, 8192, 0xfeeff000), -EINVAL);
	IS(dma_map(c, memory, 4096, 0xfedff000), 0);
	IS(dma_map(c, memory, 4096, 0xfef00000), 0);
	IS(dma_unmap(c, 4096, 0xfedff000), 0);
	IS(dma_unmap(c, 4096, 0xfef00000), 0);
	if (!cap)
		return;
	top = cap->iova_ranges[cap->nr_iovas - 1].end;
	IS(dma_map(c, memory, 4096, top - 4095), 0);
	IS(dma_unmap(c, 4096, top - 4095), 0);
	IS(dma_map(c, memory, 8192, top - 4095), -EINVAL);
	IS(dma_map(c, memory, 4096, top + 1), -EINVAL);
}

static long map_with(int c, uint32_t argsz, uint32_t flags, uint64_t vaddr, uint64_t iova,
		     uint64_t size)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = argsz, .flags = flags, .vaddr = vaddr, .iova = iova, .size = size
	};

	return ask(c, VFIO_IOMMU_MAP_DMA, &map);
}

static void map_answers(int c, void *memory)
{
	const uint32_t size = sizeof(struct vfio_iommu_type1_dma_map);
	uint64_t vaddr = (uintptr_t)memory;
	void *read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	IS(map_with(c, size - 1, 3, vaddr, 0x10000, 4096), -EINVAL);
	IS(map_with(c, size, 0, vaddr, 0x10000, 4096), -EINVAL);
	IS(map_with(c, size, 8, vaddr, 0x10000, 4096), -EINVAL);
	IS(map_with(c, size, 3 | 8, vaddr, 0x10000, 4096), -EINVAL);
	IS(map_with(c, size, 3, vaddr, 0x10000, 0), -EINVAL);
	IS(map_with(c, size, 3, vaddr, 0x10000, 4095), -EINVAL);
	IS(map_with(c, size, 3, vaddr, 0x10001, 4096), -EINVAL);
	IS(map_with(c, size, 3, vaddr + 1, 0x10000, 4096), -EINVAL);
	IS(map_with(c, size, 3, vaddr, -4096ULL, 8192), wrap_answer());
	IS(map_with(c, size, 3, -4096ULL, 0x10000, 8192), wrap_answer());
	IS(map_with(c, size, 3, vaddr, 0x10000, -4096ULL), wrap_answer());
	IS(map_with(c, size, 3, vaddr, -4096ULL, 4096), -EINVAL);
	IS(map_with(c, size, 3, 4096, 0x10000, 4096), -EFAULT);
	IS(map_with(c, size, 3, -4096ULL, 0x10000, 4096), -EFAULT);
	IS(map_with(c, size, 3, (uintptr_t)read_only, 0x10000, 4096), -EFAULT);
	IS(map_with(c, size, 2, (uintptr_t)read_only, 0x10000, 4096), -EFAULT);
	IS(map_with(c, size, 1, (uintptr_t)read_only, 0x10000, 4096), 0);
	IS(map_with(c, size + 100, 1, vaddr, 0x11000, 4096), 0);
	IS(map_with(c, size, 2, vaddr, 0x12000, 4096), 0);
	IS(map_with(c, size, 3, vaddr, 0x10000, 4096), -EEXIST);
	IS(map_with(c, size, 3, vaddr, 0xf000, 8192), -EEXIST);
	IS(map_with(c, size, 3, vaddr, 0x12000, 8192), -EEXIST);
	IS(map_with(c, size, 3, vaddr, 0xf000, 0x10000), -EEXIST);
	IS(ask(c, VFIO_IOMMU_MAP_DMA, (void *)1), -EFAULT);
	IS(dma_unmap(c, 0x3000, 0x10000), 0);
	munmap(read_only, 4096);
}

/* Memory that ends halfway leaves nothing behind. */
static void map_fails_whole(int c, char *memory)
{
	const size_t size = 8 << 20;
	long before = locked_kib();

	munmap(memory + size / 2, 4096);
	IS(dma_map(c, memory, size, 0x100000), -EFAULT);
	IS(locked_kib(), before);
	IS(unmapped(c, 0, 0, size << 1), 0);
	IS(dma_map(c, memory, size / 2, 0x100000), 0);
	IS(unmapped(c, 0, 0x100000, size / 2), size / 2);
}

static void unmap_answers(int c)
{
	struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof(unmap) };

	unmap.argsz = sizeof(unmap) - 1;
	unmap.size = 4096;
	IS(ask(c, VFIO_IOMMU_UNMAP_DMA, &unmap), -EINVAL);
	IS(unmapped(c, 8, 0, 4096), -EINVAL);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP, 0, 4096), -EINVAL);
	IS(unmapped(c, 0, 0, 0), -EINVAL);
	IS(unmapped(c, 0, 0, 4095), -EINVAL);
	IS(unmapped(c, 0, 1, 4096), -EINVAL);
	IS(unmapped(c, 0, -4096ULL, 8192), wrap_answer());
	IS(unmapped(c, 0, 4096, -4096ULL), 0);
	IS(unmapped(c, 0, 8192, -4096ULL), wrap_answer());
	IS(unmapped(c, 0, 0, -4096ULL), 0);
	IS(unmapped(c, 0, -4096ULL, 4096), 0);
	IS(unmapped(c, 0, 0x10000, 4096), 0);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 4096), -EINVAL);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 4096, 0), -EINVAL);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 0);
	IS(ask(c, VFIO_IOMMU_UNMAP_DMA, (void *)1), -EFAULT);
}

static void extensions(int c)
{
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1_IOMMU), 1);
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1v2_IOMMU), 1);
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_UNMAP_ALL), 1);
	TRUE(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_DMA_CC_IOMMU) >= 0);
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_SPAPR_TCE_IOMMU), 0);
	/* DPDK asks for sPAPR's second model and for none at all. */
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_SPAPR_TCE_v2_IOMMU), 0);
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_NOIOMMU_IOMMU), 0);
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)1000), 0);
	IS(ask(c, VFIO_IOMMU_ENABLE, NULL), -ENOTTY);
	IS(ask(c, VFIO_EEH_PE_OP, NULL), -ENOTTY);
}

/* What ours does without is said to be missing wherever a client may look for it. */
static void not_there(int c, void *memory)
{
	const uint32_t size = sizeof(struct vfio_iommu_type1_dma_map);
	struct vfio_iommu_type1_dirty_bitmap dirty = { .argsz = sizeof(dirty),
						       .flags = VFIO_IOMMU_DIRTY_PAGES_FLAG_START };

	TRUE(!info_capability(c, VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION));
	IS(ask(c, VFIO_IOMMU_DIRTY_PAGES, &dirty), -ENOTTY);
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_UPDATE_VADDR), 0);
	IS(map_with(c, size, VFIO_DMA_MAP_FLAG_VADDR, (uintptr_t)memory, 0x10000, 4096), -EINVAL);
	IS(map_with(c, size, 3 | VFIO_DMA_MAP_FLAG_VADDR, (uintptr_t)memory, 0x10000, 4096),
	   -EINVAL);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_VADDR, 0x10000, 4096), -EINVAL);
}

int main(int argc, char **argv)
{
	const size_t size = 8 << 20;
	struct vfio v;
	void *memory;

	if (argc != 2)
		die("usage: type1-args BDF");
	v = vfio_open(argv[1]);
	memory = memory_new(size);
	memset(memory, 1, size);
	extensions(v.container);
	info_answers(v.container);
	ranges_are_in_order(v.container);
	ranges_are_kept(v.container, memory);
	map_answers(v.container, memory);
	unmap_answers(v.container);
	if (ours())
		not_there(v.container, memory);
	map_fails_whole(v.container, memory);
	vfio_close(&v);
	return checks_status();
}
