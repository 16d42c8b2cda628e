// SPDX-License-Identifier: GPL-2.0-only
/* VFIO_IOMMU_UNMAP_DMA */
#include <linux/list.h>
#include <linux/uaccess.h>

#include "../compat/type1.h"
#include "type1.h"

static int parse(const struct vfio_iommu_type1_dma_unmap *arg, struct t1_range *range)
{
	if (arg->argsz < offsetofend(struct vfio_iommu_type1_dma_unmap, size) ||
	    arg->flags & ~VFIO_DMA_UNMAP_FLAG_ALL)
		return -EINVAL;
	if (arg->flags & VFIO_DMA_UNMAP_FLAG_ALL) {
		*range = (struct t1_range){ .first = 0, .last = U64_MAX };
		return arg->iova || arg->size ? -EINVAL : 0;
	}
	if (!arg->size || !PAGE_ALIGNED(arg->iova | arg->size))
		return -EINVAL;
	if (t1_range_make(range, arg->iova, arg->size))
		return -COMPAT_EWRAP;
	return range->last > ULONG_MAX ? -EINVAL : 0;
}

/* The lowest ready mapping that holds @address or lies above it. */
static struct t1_mapping *ready_from(struct t1 *t1, u64 address)
{
	struct t1_node *node = t1_tree_from(&t1->mappings, address);

	while (node && t1_mapping_of(node)->building)
		node = t1_tree_next(node);
	return node ? t1_mapping_of(node) : NULL;
}

/* Whether a ready mapping reaches over the border below @first, that is holds both sides of it. */
static bool bisected_at(struct t1 *t1, u64 first)
{
	struct t1_mapping *mapping = ready_from(t1, first);

	return mapping && mapping->node.at.first < first;
}

/*
 * The two models differ in what they make of a range that does not fit the mappings. v2 refuses
 * to split any. v1 never splits either, but goes by first bytes: from the bottom up, each mapping
 * whose first byte is in the range goes as a whole, even if it is longer than asked; one that
 * began below ends the search, and nothing is unmapped.
 */
static int check_borders(struct t1 *t1, const struct t1_range *range)
{
	if (!t1->v2)
		return 0;
	if (bisected_at(t1, range->first))
		return -EINVAL;
	if (range->last != U64_MAX && bisected_at(t1, range->last + 1))
		return -EINVAL;
	return 0;
}

/* Move the mappings of @range from the tree to @dead. Returns the sum of their sizes. */
static u64 take_out(struct t1 *t1, const struct t1_range *range, struct list_head *dead)
{
	struct t1_mapping *mapping = ready_from(t1, range->first);
	u64 bytes = 0;

	if (mapping && mapping->node.at.first < range->first)
		return 0;
	while (mapping && mapping->node.at.first <= range->last) {
		u64 last = mapping->node.at.last;

		t1_domains_unmap(t1, mapping);
		t1_mapping_remove(t1, mapping);
		bytes += t1_range_size(&mapping->node.at);
		list_add_tail(&mapping->dead, dead);
		mapping = last == U64_MAX ? NULL : ready_from(t1, last + 1);
		cond_resched();
	}
	/* Only now, and still under the lock: nobody may map or unpin before. */
	t1_domains_flush(t1);
	return bytes;
}

static int unmap_dma(struct t1 *t1, const struct t1_range *range, u64 *bytes)
{
	LIST_HEAD(dead);
	int ret;

	if (mutex_lock_killable(&t1->lock))
		return -EINTR;
	if (!list_empty(&t1->domains) &&
	    (range->first | t1_range_size(range)) & (t1_min_page(t1) - 1))
		ret = -EINVAL;
	else
		ret = check_borders(t1, range);
	if (!ret)
		*bytes = take_out(t1, range, &dead);
	mutex_unlock(&t1->lock);
	t1_mappings_destroy(t1, &dead, false);
	return ret;
}

long t1_ioctl_unmap_dma(struct t1 *t1, void __user *user)
{
	const size_t fixed = offsetofend(struct vfio_iommu_type1_dma_unmap, size);
	struct vfio_iommu_type1_dma_unmap arg;
	struct t1_range range;
	int ret;

	if (copy_from_user(&arg, user, fixed))
		return -EFAULT;
	ret = parse(&arg, &range);
	if (!ret)
		ret = unmap_dma(t1, &range, &arg.size);
	if (ret)
		return ret;
	return copy_to_user(user, &arg, fixed) ? -EFAULT : 0;
}
