// SPDX-License-Identifier: GPL-2.0-only
/* VFIO_IOMMU_MAP_DMA */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "../compat/type1.h"
#include "type1.h"

/**
 * struct map - a checked request
 * @iova: addresses for the device
 * @user: addresses of the caller's memory
 * @prot: IOMMU_READ, IOMMU_WRITE
 */
struct map {
	struct t1_range iova;
	struct t1_range user;
	u8 prot;
};

static int parse(const struct vfio_iommu_type1_dma_map *arg, struct map *map)
{
	const u32 known = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;

	if (arg->argsz < sizeof(*arg) || arg->flags & ~known || !arg->flags)
		return -EINVAL;
	if (!arg->size || !PAGE_ALIGNED(arg->iova | arg->vaddr | arg->size))
		return -EINVAL;
	if (t1_range_make(&map->iova, arg->iova, arg->size) ||
	    t1_range_make(&map->user, arg->vaddr, arg->size))
		return -COMPAT_EWRAP;
	if (map->user.last > ULONG_MAX || map->iova.last > ULONG_MAX)
		return -EINVAL;
	map->prot = (arg->flags & VFIO_DMA_MAP_FLAG_READ ? IOMMU_READ : 0) |
		    (arg->flags & VFIO_DMA_MAP_FLAG_WRITE ? IOMMU_WRITE : 0);
	return 0;
}

/*
 * Give the domains what has been pinned. The last run is held back until it is known not to go on
 * in the next batch: one that is mapped in a piece gets the largest pages.
 */
static int publish(struct t1 *t1, struct t1_progress *progress, bool complete)
{
	struct t1_mapping *mapping = progress->mapping;
	u32 target = mapping->runs.nr - !complete;
	int ret = 0;

	if (mapping->published == target && !complete)
		return 0;
	if (mutex_lock_killable(&t1->lock))
		return -EINTR;
	if (mapping->cancelled)
		ret = -ENODEV;
	else
		ret = t1_domains_publish(t1, progress, target);
	if (!ret && complete) {
		mapping->building = false;
		t1->nr_ready++;
		t1->mapped_bytes += t1_range_size(&mapping->node.at);
	}
	mutex_unlock(&t1->lock);
	return ret;
}

static int build(struct t1 *t1, struct t1_mapping *mapping, unsigned long vaddr)
{
	u64 iova = mapping->node.at.first;
	u64 left = t1_range_size(&mapping->node.at) >> PAGE_SHIFT;
	struct t1_progress progress = { .mapping = mapping, .iova = iova };
	bool any = t1_may_lock_any();
	struct t1_batch batch;
	long got;
	int ret = 0;

	t1_runs_start(&progress.cursor, &mapping->runs);
	t1_batch_init(&batch, left);
	while (left && !ret) {
		got = t1_pin(t1, mapping, &batch, iova, vaddr, left);
		if (got < 0) {
			ret = got;
			break;
		}
		left -= got;
		iova += (u64)got << PAGE_SHIFT;
		vaddr += (unsigned long)got << PAGE_SHIFT;
		/* Who has a limit stays below it at any time; others are charged once. */
		if (!any || !left)
			ret = t1_charge(mapping, any);
		if (!ret)
			ret = publish(t1, &progress, !left);
		if (!ret && left && fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	t1_batch_release(&batch);
	return ret;
}

/* Building failed, or was cancelled. */
static void demolish(struct t1 *t1, struct t1_mapping *mapping)
{
	LIST_HEAD(dead);

	mutex_lock(&t1->lock);
	if (!mapping->cancelled) {
		t1_domains_unmap(t1, mapping);
		t1_domains_flush(t1);
		t1_mapping_remove(t1, mapping);
	}
	mutex_unlock(&t1->lock);
	list_add(&mapping->dead, &dead);
	t1_mappings_destroy(t1, &dead, false);
}

static int map_dma(struct t1 *t1, const struct map *map)
{
	struct t1_mapping *mapping;
	int ret = -EINTR;

	mapping = t1_mapping_new(&map->iova, map->prot);
	if (!mapping)
		return -ENOMEM;
	if (mutex_lock_killable(&t1->lock))
		goto free;
	ret = t1_mapping_insert(t1, mapping);
	mutex_unlock(&t1->lock);
	if (ret)
		goto free;
	ret = build(t1, mapping, map->user.first);
	if (ret)
		demolish(t1, mapping);
	return ret;
free:
	t1_mapping_free(mapping);
	return ret;
}

long t1_ioctl_map_dma(struct t1 *t1, void __user *user)
{
	struct vfio_iommu_type1_dma_map arg;
	struct map map;
	int ret;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return -EFAULT;
	ret = parse(&arg, &map);
	return ret ? ret : map_dma(t1, &map);
}
