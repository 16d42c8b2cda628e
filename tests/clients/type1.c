// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1 BDF: mapping and unmapping, with arguments good and bad, at the edges of what can be
 * mapped, and as the two models of the type 1 backend differ.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio.h"

#define PAGE  4096ULL
#define IOVA  0x10000000ULL
#define RW    (VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)
#define LEAST offsetof(struct vfio_iommu_type1_info, cap_offset)

static const char *bdf;
static int container;
static char *memory;

static long map(uint32_t argsz, uint32_t flags, const void *vaddr, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = argsz,
		.flags = flags,
		.vaddr = (uintptr_t)vaddr,
		.iova = iova,
		.size = size,
	};

	return ask(container, VFIO_IOMMU_MAP_DMA, &arg);
}

#define MAP_ARGSZ sizeof(struct vfio_iommu_type1_dma_map)

static void map_wrong(void)
{
	const uint64_t top = -PAGE;

	IS(map(MAP_ARGSZ - 1, RW, memory, IOVA, PAGE), -EINVAL);
	IS(map(0, RW, memory, IOVA, PAGE), -EINVAL);
	IS(map(MAP_ARGSZ, 0, memory, IOVA, PAGE), -EINVAL);
	IS(map(MAP_ARGSZ, RW | 1U << 31, memory, IOVA, PAGE), -EINVAL);
	IS(map(MAP_ARGSZ, RW, memory, IOVA, 0), -EINVAL);
	IS(map(MAP_ARGSZ, RW, memory, IOVA, PAGE - 1), -EINVAL);
	IS(map(MAP_ARGSZ, RW, memory, IOVA, PAGE + 1), -EINVAL);
	IS(map(MAP_ARGSZ, RW, memory, IOVA + 1, PAGE), -EINVAL);
	IS(map(MAP_ARGSZ, RW, memory + 1, IOVA, PAGE), -EINVAL);
	IS(map(MAP_ARGSZ, RW, memory, top, 2 * PAGE), -EINVAL);
	IS(map(MAP_ARGSZ, RW, memory, IOVA, top), -EINVAL);
	IS(map(MAP_ARGSZ, RW, memory, IOVA, 1ULL << 63), -EINVAL);
	IS(map(MAP_ARGSZ, RW, (void *)top, IOVA, 2 * PAGE), -EINVAL);
	IS(map(MAP_ARGSZ, RW, (void *)top, IOVA, PAGE), -EFAULT);
	IS(map(MAP_ARGSZ, RW, NULL, IOVA, PAGE), -EFAULT);
	IS(ask(container, VFIO_IOMMU_MAP_DMA, NULL), -EFAULT);
	IS(map(UINT_MAX, RW, memory, IOVA, PAGE), 0);
	IS(dma_unmap(container, PAGE, IOVA), 0);
}

/* What cannot be written must not be mapped for writing, and what is not there not at all. */
static void map_protected(void)
{
	char *part = memory + 4 * PAGE;

	mprotect(part, PAGE, PROT_READ);
	IS(map(MAP_ARGSZ, RW, part, IOVA, PAGE), -EFAULT);
	IS(map(MAP_ARGSZ, VFIO_DMA_MAP_FLAG_WRITE, part, IOVA, PAGE), -EFAULT);
	IS(map(MAP_ARGSZ, VFIO_DMA_MAP_FLAG_READ, part, IOVA, PAGE), 0);
	IS(dma_unmap(container, PAGE, IOVA), 0);
	mprotect(part, PAGE, PROT_NONE);
	IS(map(MAP_ARGSZ, VFIO_DMA_MAP_FLAG_READ, part, IOVA, PAGE), -EFAULT);
	/* The pages in front of the bad one were pinned by then. */
	IS(map(MAP_ARGSZ, RW, memory, IOVA, 8 * PAGE), -EFAULT);
	ledger_is("mappings", 0);
	ledger_is("pinned_pages", 0);
	mprotect(part, PAGE, PROT_READ | PROT_WRITE);
	IS(map(MAP_ARGSZ, RW, memory, IOVA, 8 * PAGE), 0);
	ledger_is("pinned_pages", 8);
	IS(dma_unmap(container, 8 * PAGE, IOVA), 0);
}

static void map_overlapping(void)
{
	uint64_t done;

	IS(dma_map(container, memory, 4 * PAGE, IOVA), 0);
	IS(dma_map(container, memory, 4 * PAGE, IOVA), -EEXIST);
	IS(dma_map(container, memory, PAGE, IOVA), -EEXIST);
	IS(dma_map(container, memory, PAGE, IOVA + 3 * PAGE), -EEXIST);
	IS(dma_map(container, memory, 2 * PAGE, IOVA - PAGE), -EEXIST);
	IS(dma_map(container, memory, 2 * PAGE, IOVA + 3 * PAGE), -EEXIST);
	IS(dma_map(container, memory, 8 * PAGE, IOVA - PAGE), -EEXIST);
	IS(dma_map(container, memory, PAGE, IOVA - PAGE), 0);
	IS(dma_map(container, memory, PAGE, IOVA + 4 * PAGE), 0);
	ledger_is("mappings", 3);
	IS(dma_unmap_part(container, 6 * PAGE, IOVA - PAGE, 0, &done), 0);
	IS(done, 6 * PAGE);
}

static void unmap_wrong(void)
{
	struct vfio_iommu_type1_dma_unmap arg = { .argsz = sizeof(arg),
						  .iova = IOVA,
						  .size = PAGE };
	const uint64_t top = -PAGE;
	uint64_t done;

	IS(dma_map(container, memory, PAGE, IOVA), 0);
	IS(dma_unmap_part(container, 0, IOVA, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, PAGE - 1, IOVA, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, PAGE, IOVA + 1, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, PAGE, IOVA, 1U << 31, &done), -EINVAL);
	IS(dma_unmap_part(container, 2 * PAGE, top, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, top, 2 * PAGE, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, PAGE, 0, VFIO_DMA_UNMAP_FLAG_ALL, &done), -EINVAL);
	IS(dma_unmap_part(container, 0, IOVA, VFIO_DMA_UNMAP_FLAG_ALL, &done), -EINVAL);
	IS(dma_unmap_part(container, PAGE, IOVA, VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP, &done),
	   -EINVAL);
	arg.argsz = sizeof(arg) - 1;
	IS(ask(container, VFIO_IOMMU_UNMAP_DMA, &arg), -EINVAL);
	IS(ask(container, VFIO_IOMMU_UNMAP_DMA, NULL), -EFAULT);
	/* None of these took it away. */
	IS(dma_map(container, memory, PAGE, IOVA), -EEXIST);
	IS(dma_unmap_part(container, PAGE, IOVA, 0, &done), 0);
	IS(done, PAGE);
}

static void unmap_nothing(void)
{
	uint64_t done;

	IS(dma_unmap_part(container, PAGE, IOVA, 0, &done), 0);
	IS(done, 0);
	IS(dma_unmap_part(container, PAGE, (uint64_t)-PAGE, 0, &done), 0);
	IS(done, 0);
	IS(dma_unmap_part(container, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL, &done), 0);
	IS(done, 0);
}

/* One call takes several mappings away, and the holes between them do not matter. */
static void unmap_several(void)
{
	uint64_t done;
	int i;

	for (i = 0; i < 8; i++)
		IS(dma_map(container, memory + i * PAGE, PAGE, IOVA + 2 * i * PAGE), 0);
	ledger_is("mappings", 8);
	IS(dma_unmap_part(container, 8 * PAGE, IOVA, 0, &done), 0);
	IS(done, 4 * PAGE);
	ledger_is("mappings", 4);
	IS(dma_unmap_part(container, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL, &done), 0);
	IS(done, 4 * PAGE);
	ledger_is("mappings", 0);
	ledger_is("pinned_pages", 0);
}

/* The second model never splits a mapping. */
static void unmap_part_v2(void)
{
	uint64_t done;

	IS(dma_map(container, memory, 4 * PAGE, IOVA), 0);
	IS(dma_unmap_part(container, PAGE, IOVA, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, PAGE, IOVA + PAGE, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, PAGE, IOVA + 3 * PAGE, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, 4 * PAGE, IOVA - PAGE, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, 4 * PAGE, IOVA + PAGE, 0, &done), -EINVAL);
	IS(dma_unmap_part(container, 8 * PAGE, IOVA - PAGE, 0, &done), 0);
	IS(done, 4 * PAGE);
}

/* The first model gives more than was asked for, from the start of a mapping, and nothing else. */
static void unmap_part_v1(void)
{
	uint64_t done;

	IS(dma_map(container, memory, 4 * PAGE, IOVA), 0);
	IS(dma_unmap_part(container, PAGE, IOVA + PAGE, 0, &done), 0);
	IS(done, 0);
	IS(dma_unmap_part(container, PAGE, IOVA, 0, &done), 0);
	IS(done, 4 * PAGE);
	ledger_is("mappings", 0);
}

static void unmap_all(void)
{
	uint64_t done;

	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)VFIO_UNMAP_ALL), 1);
	IS(dma_map(container, memory, 4 * PAGE, 0), 0);
	IS(dma_map(container, memory, PAGE, IOVA), 0);
	IS(dma_unmap_part(container, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL, &done), 0);
	IS(done, 5 * PAGE);
}

/* The capability @id of an answer in @buf, or NULL. */
static void *info_capability(void *buf, uint16_t id)
{
	struct vfio_iommu_type1_info *info = buf;
	uint32_t at = info->flags & VFIO_IOMMU_INFO_CAPS ? info->cap_offset : 0;

	while (at) {
		struct vfio_info_cap_header *cap = (void *)((char *)buf + at);

		TRUE(at + sizeof(*cap) <= info->argsz);
		if (cap->id == id)
			return cap;
		TRUE(cap->next == 0 || cap->next > at);
		at = cap->next;
	}
	return NULL;
}

static char info_buf[4096] __attribute__((aligned(8)));

static void info(void)
{
	struct vfio_iommu_type1_info *info = (void *)info_buf;
	uint32_t needed;

	info->argsz = LEAST - 1;
	IS(ask(container, VFIO_IOMMU_GET_INFO, info), -EINVAL);
	info->argsz = 0;
	IS(ask(container, VFIO_IOMMU_GET_INFO, info), -EINVAL);
	IS(ask(container, VFIO_IOMMU_GET_INFO, NULL), -EFAULT);
	memset(info_buf, 0xff, sizeof(info_buf));
	info->argsz = LEAST;
	IS(ask(container, VFIO_IOMMU_GET_INFO, info), 0);
	TRUE(info->flags & VFIO_IOMMU_INFO_PGSIZES);
	TRUE(info->iova_pgsizes & PAGE);
	/* No more was written than was asked for. */
	TRUE(info_buf[LEAST] == (char)0xff && info_buf[LEAST + 8] == (char)0xff);
	info->argsz = sizeof(*info);
	IS(ask(container, VFIO_IOMMU_GET_INFO, info), 0);
	needed = info->argsz;
	TRUE(needed > sizeof(*info) && needed <= sizeof(info_buf));
	IS(info->cap_offset, 0);
	memset(info_buf, 0xff, sizeof(info_buf));
	info->argsz = needed;
	IS(ask(container, VFIO_IOMMU_GET_INFO, info), 0);
	TRUE(info->flags & VFIO_IOMMU_INFO_CAPS);
	TRUE(info->cap_offset >= sizeof(*info) - 4);
	TRUE(info_buf[needed] == (char)0xff);
}

/* Reserved addresses, such as those of interrupts, and what lies outside of all ranges. */
static void ranges(void)
{
	struct vfio_iommu_type1_info_cap_iova_range *cap =
		info_capability(info_buf, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
	uint64_t last;

	TRUE(cap != NULL);
	if (!cap)
		return;
	TRUE(cap->nr_iovas >= 2);
	IS(dma_map(container, memory, PAGE, 0xfee00000), -EINVAL);
	IS(dma_map(container, memory, PAGE, 0xfeefffff & -PAGE), -EINVAL);
	IS(dma_map(container, memory, 2 * PAGE, 0xfee00000 - PAGE), -EINVAL);
	IS(dma_map(container, memory, PAGE, 0xfee00000 - PAGE), 0);
	IS(dma_map(container, memory, PAGE, 0xfef00000), 0);
	last = cap->iova_ranges[cap->nr_iovas - 1].end;
	IS(dma_map(container, memory, PAGE, last + 1 - PAGE), 0);
	if (last != ULLONG_MAX) {
		IS(dma_map(container, memory, PAGE, last + 1), -EINVAL);
		IS(dma_map(container, memory, 2 * PAGE, last + 1 - 2 * PAGE), -EEXIST);
	}
	IS(dma_map(container, memory, PAGE, -PAGE), last == ULLONG_MAX ? -EEXIST : -EINVAL);
	IS(dma_unmap(container, last + 1 - PAGE, PAGE), 0);
	ledger_is("mappings", 0);
}

static uint32_t dma_avail(void)
{
	struct vfio_iommu_type1_info *info = (void *)info_buf;
	struct vfio_iommu_type1_info_dma_avail *cap;

	info->argsz = sizeof(info_buf);
	IS(ask(container, VFIO_IOMMU_GET_INFO, info), 0);
	cap = info_capability(info_buf, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL);
	TRUE(cap != NULL);
	return cap ? cap->avail : 0;
}

static void available(void)
{
	uint32_t before = dma_avail();

	IS(dma_map(container, memory, PAGE, IOVA), 0);
	IS(dma_avail(), before - 1);
	IS(dma_map(container, memory, PAGE, IOVA), -EEXIST);
	IS(dma_map(container, NULL, PAGE, IOVA + PAGE), -EFAULT);
	IS(dma_avail(), before - 1);
	IS(dma_unmap(container, PAGE, IOVA), 0);
	IS(dma_avail(), before);
}

static void extensions(void)
{
	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1_IOMMU), 1);
	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1v2_IOMMU), 1);
	TRUE(ask(container, VFIO_CHECK_EXTENSION, (void *)VFIO_DMA_CC_IOMMU) >= 0);
	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)999999UL), 0);
	IS(ask(container, _IO(VFIO_TYPE, VFIO_BASE + 99), NULL), -ENOTTY);
}

/* The same memory may be mapped twice, and survives its being unmapped by the process. */
static void twice(void)
{
	char *own = memory_new(16 * PAGE);

	IS(dma_map(container, own, 16 * PAGE, IOVA), 0);
	IS(dma_map(container, own, 16 * PAGE, 4 * IOVA), 0);
	munmap(own, 16 * PAGE);
	ledger_is("pinned_pages", 32);
	IS(dma_unmap(container, 16 * PAGE, IOVA), 0);
	IS(dma_unmap(container, 16 * PAGE, 4 * IOVA), 0);
}

static void one_model(unsigned long model)
{
	int group = group_open(bdf, O_RDWR | O_CLOEXEC);

	container = container_open();
	IS(group_attach(group, container), 0);
	IS(ask(container, VFIO_SET_IOMMU, (void *)model), 0);
	extensions();
	info();
	ranges();
	available();
	map_wrong();
	map_protected();
	map_overlapping();
	unmap_wrong();
	unmap_nothing();
	unmap_several();
	if (model == VFIO_TYPE1v2_IOMMU)
		unmap_part_v2();
	else
		unmap_part_v1();
	unmap_all();
	twice();
	/* Mappings go with the group that leaves last. */
	IS(dma_map(container, memory, 16 * PAGE, IOVA), 0);
	IS(ask(group, VFIO_GROUP_UNSET_CONTAINER, NULL), 0);
	ledger_is("pinned_pages", 0);
	close(group);
	close(container);
	at_rest();
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: type1 BDF");
	bdf = argv[1];
	memory = memory_new(16 * PAGE);
	one_model(VFIO_TYPE1v2_IOMMU);
	one_model(VFIO_TYPE1_IOMMU);
	return checks_status();
}
