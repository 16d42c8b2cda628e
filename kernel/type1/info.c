// SPDX-License-Identifier: GPL-2.0-only
/* VFIO_IOMMU_GET_INFO */
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "type1.h"

/**
 * struct answer - what goes to the client, grown capability by capability
 * @info: the fixed part, with the capabilities behind it
 * @size: bytes of all that
 */
struct answer {
	struct vfio_iommu_type1_info *info;
	size_t size;
};

/* Room for a capability of @size bytes, entered into the chain. */
static void *add_capability(struct answer *answer, u16 id, size_t size)
{
	struct vfio_info_cap_header *header = (void *)answer->info + answer->size;

	header->id = id;
	header->version = 1;
	/* The newest is the first of the chain; 0 ends it. */
	header->next = answer->info->cap_offset;
	answer->info->cap_offset = answer->size;
	answer->info->flags |= VFIO_IOMMU_INFO_CAPS;
	answer->size += ALIGN(size, sizeof(u64));
	return header;
}

static void add_ranges(struct answer *answer, const struct t1_ranges *usable)
{
	struct vfio_iommu_type1_info_cap_iova_range *cap;
	unsigned int at;

	cap = add_capability(answer, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
			     struct_size(cap, iova_ranges, usable->nr));
	cap->nr_iovas = usable->nr;
	for (at = 0; at < usable->nr; at++) {
		cap->iova_ranges[at].start = usable->range[at].first;
		cap->iova_ranges[at].end = usable->range[at].last;
	}
}

static void add_dma_avail(struct answer *answer, u32 avail)
{
	struct vfio_iommu_type1_info_dma_avail *cap;

	cap = add_capability(answer, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, sizeof(*cap));
	cap->avail = avail;
}

/* &t1.lock is held. */
static int compose(struct t1 *t1, struct answer *answer)
{
	size_t room = sizeof(*answer->info);

	room += ALIGN(sizeof(struct vfio_iommu_type1_info_dma_avail), sizeof(u64));
	if (t1->usable)
		room += sizeof(struct vfio_iommu_type1_info_cap_iova_range) +
			t1->usable->nr * sizeof(struct vfio_iova_range);
	answer->info = kvzalloc(room, GFP_KERNEL_ACCOUNT);
	if (!answer->info)
		return -ENOMEM;
	answer->size = sizeof(*answer->info);
	answer->info->flags = VFIO_IOMMU_INFO_PGSIZES;
	answer->info->iova_pgsizes = t1->page_sizes;
	add_dma_avail(answer, t1->limit - t1->nr_mappings);
	if (t1->usable && t1->usable->nr)
		add_ranges(answer, t1->usable);
	return 0;
}

long t1_ioctl_get_info(struct t1 *t1, void __user *user)
{
	struct answer answer = {};
	size_t fits;
	u32 argsz;
	int ret;

	if (copy_from_user(&argsz, user, sizeof(argsz)))
		return -EFAULT;
	if (argsz < offsetofend(struct vfio_iommu_type1_info, iova_pgsizes))
		return -EINVAL;
	if (mutex_lock_killable(&t1->lock))
		return -EINTR;
	ret = compose(t1, &answer);
	mutex_unlock(&t1->lock);
	if (ret)
		return ret;
	/* What does not fit as a whole is left out, and argsz tells what would. */
	answer.info->argsz = argsz;
	fits = answer.size;
	if (argsz < answer.size) {
		answer.info->argsz = answer.size;
		answer.info->cap_offset = 0;
		fits = min_t(size_t, argsz, sizeof(*answer.info));
	}
	ret = copy_to_user(user, answer.info, fits) ? -EFAULT : 0;
	kvfree(answer.info);
	return ret;
}
