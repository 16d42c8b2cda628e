// SPDX-License-Identifier: GPL-2.0-only
/* Groups come and go. */
#define pr_fmt(fmt) "vfio_iommu_type1: " fmt

#include <linux/err.h>
#include <linux/slab.h>

#include "../compat/type1.h"
#include "type1.h"

static int device_is_coherent(struct device *dev, void *data)
{
	return device_iommu_capable(dev, IOMMU_CAP_CACHE_COHERENCY) ? 0 : -EINVAL;
}

/* Whether the devices of @iommu may be given to userspace at all. */
static int check_group(struct iommu_group *iommu)
{
	int ret;

	/* Mapped memory is not flushed from the CPU's caches for devices that do not look there. */
	ret = iommu_group_for_each_dev(iommu, NULL, device_is_coherent);
	if (ret)
		return ret;
	if (compat_group_isolates_msi(iommu) || READ_ONCE(t1_allow_unsafe_interrupts))
		return 0;
	pr_warn_ratelimited("group %d: no interrupt remapping, a device could raise any interrupt; "
			    "refused (parameter allow_unsafe_interrupts)\n",
			    iommu_group_id(iommu));
	return -EPERM;
}

/* Note what @region means for mappings. @group has room for one more hole. */
static void note_region(struct t1_group *group, const struct iommu_resv_region *region)
{
	struct t1_range *hole = &group->hole[group->nr_holes];

	/* Needed by firmware until a driver takes the device: it is ours now. */
	if (region->type == IOMMU_RESV_DIRECT_RELAXABLE)
		return;
	if (!t1_range_make(hole, region->start, region->length))
		group->nr_holes++;
}

/* Doorbells that the hardware knows come before those that the kernel would map. */
static void find_msi_window(struct t1_group *group, const struct list_head *regions)
{
	const struct iommu_resv_region *region;

	list_for_each_entry (region, regions, list) {
		if (region->type == IOMMU_RESV_MSI) {
			group->has_msi_window = false;
			return;
		}
		if (region->type == IOMMU_RESV_SW_MSI) {
			group->msi_window = region->start;
			group->has_msi_window = true;
		}
	}
}

static struct t1_group *group_new(struct iommu_group *iommu)
{
	struct iommu_resv_region *region, *next;
	struct t1_group *group;
	LIST_HEAD(regions);
	int ret;

	ret = iommu_get_group_resv_regions(iommu, &regions);
	group = ret ? NULL
		    : kzalloc(struct_size(group, hole, list_count_nodes(&regions)),
			      GFP_KERNEL_ACCOUNT);
	if (group) {
		group->iommu = iommu;
		list_for_each_entry (region, &regions, list)
			note_region(group, region);
		find_msi_window(group, &regions);
	}
	list_for_each_entry_safe (region, next, &regions, list)
		kfree(region);
	if (!group)
		return ERR_PTR(ret ? ret : -ENOMEM);
	return group;
}

/* What can be mapped for all the groups in the list, or NULL without memory. */
static struct t1_ranges *usable_of(struct t1 *t1)
{
	struct t1_domain *domain;
	struct t1_ranges *usable;
	struct t1_group *group;
	unsigned int at, cuts = 0;

	list_for_each_entry (domain, &t1->domains, link) {
		list_for_each_entry (group, &domain->groups, link)
			cuts += group->nr_holes;
	}
	usable = t1_ranges_full(cuts);
	if (!usable)
		return NULL;
	list_for_each_entry (domain, &t1->domains, link) {
		const struct iommu_domain_geometry *geometry = &domain->iommu->geometry;
		const struct t1_range aperture = { .first = geometry->aperture_start,
						   .last = geometry->aperture_end };

		t1_ranges_clip(usable, &aperture);
		list_for_each_entry (group, &domain->groups, link) {
			/* Cannot fail: there is room for as many cuts as there are holes. */
			for (at = 0; at < group->nr_holes; at++)
				t1_ranges_cut(usable, &group->hole[at]);
		}
	}
	return usable;
}

static unsigned long page_sizes_of(struct t1 *t1)
{
	struct t1_domain *domain;
	unsigned long sizes = ~0UL;

	list_for_each_entry (domain, &t1->domains, link)
		sizes &= domain->iommu->pgsize_bitmap;
	/* Nothing smaller than a page can be mapped by anyone; an IOMMU that could, can do pages.
	 */
	if (sizes & ~PAGE_MASK)
		sizes = (sizes & PAGE_MASK) | PAGE_SIZE;
	return sizes;
}

/* Whether the mappings that are there go well with @usable and @page_sizes. */
static bool mappings_fit(struct t1 *t1, const struct t1_ranges *usable, unsigned long page_sizes)
{
	struct t1_mapping *mapping;
	u64 mask;

	if (!page_sizes)
		return false;
	mask = (1ULL << __ffs(page_sizes)) - 1;
	t1_for_each_mapping(mapping, t1)
	{
		const struct t1_range *at = &mapping->node.at;

		if ((at->first | t1_range_size(at)) & mask || !t1_ranges_cover(usable, at))
			return false;
	}
	return true;
}

/*
 * A domain for @group, which is attached to it then: one of those that are there, if it is like a
 * new one would be and takes the group, so that mappings need not be made twice.
 */
static struct t1_domain *domain_for(struct t1 *t1, struct iommu_group *group)
{
	struct t1_domain *own = t1_domain_new(group), *other;
	int ret;

	if (IS_ERR(own))
		return own;
	list_for_each_entry (other, &t1->domains, link) {
		if (other->iommu->ops != own->iommu->ops || other->coherent != own->coherent)
			continue;
		iommu_detach_group(own->iommu, group);
		if (!iommu_attach_group(other->iommu, group)) {
			t1_domain_free(own);
			return other;
		}
		/* Another unit of the same make, with other abilities. */
		ret = iommu_attach_group(own->iommu, group);
		if (ret) {
			t1_domain_free(own);
			return ERR_PTR(ret);
		}
	}
	return own;
}

/* The rest of attaching, with all that could see @group half attached locked out. */
static int settle(struct t1 *t1, struct t1_domain *domain, struct t1_group *group, bool fresh)
{
	unsigned long page_sizes = page_sizes_of(t1);
	struct t1_ranges *usable = usable_of(t1);
	int ret = 0;

	if (!usable)
		return -ENOMEM;
	if (!mappings_fit(t1, usable, page_sizes))
		ret = -EINVAL;
	if (!ret && fresh && group->has_msi_window) {
		ret = iommu_get_msi_cookie(domain->iommu, group->msi_window);
		if (ret == -ENODEV)
			ret = 0;
	}
	if (!ret && fresh)
		ret = t1_domain_replay(t1, domain);
	if (ret) {
		t1_ranges_free(usable);
		return ret;
	}
	t1_ranges_free(t1->usable);
	t1->usable = usable;
	t1->page_sizes = page_sizes;
	return 0;
}

static void leave(struct t1_domain *domain, struct t1_group *group)
{
	iommu_detach_group(domain->iommu, group->iommu);
	list_del(&group->link);
	if (!list_empty(&domain->groups))
		return;
	/*
	 * The devices are behind a domain that blocks all, and what the IOMMU cached of ours was
	 * dropped on the way. So the domain can go with all that it maps.
	 */
	list_del(&domain->link);
	t1_domain_free(domain);
}

static int attach_locked(struct t1 *t1, struct t1_group *group)
{
	struct t1_domain *domain = domain_for(t1, group->iommu);
	bool fresh;
	int ret;

	if (IS_ERR(domain))
		return PTR_ERR(domain);
	fresh = list_empty(&domain->groups);
	if (fresh)
		list_add_tail(&domain->link, &t1->domains);
	list_add_tail(&group->link, &domain->groups);
	ret = settle(t1, domain, group, fresh);
	if (ret)
		leave(domain, group);
	return ret;
}

int t1_attach_group(struct t1 *t1, struct iommu_group *iommu)
{
	struct t1_group *group;
	int ret;

	ret = check_group(iommu);
	if (ret)
		return ret;
	group = group_new(iommu);
	if (IS_ERR(group))
		return PTR_ERR(group);
	mutex_lock(&t1->lock);
	ret = attach_locked(t1, group);
	mutex_unlock(&t1->lock);
	if (ret)
		kfree(group);
	return ret;
}

static struct t1_domain *domain_of(struct t1 *t1, struct iommu_group *iommu,
				   struct t1_group **group)
{
	struct t1_domain *domain;
	struct t1_group *at;

	list_for_each_entry (domain, &t1->domains, link) {
		list_for_each_entry (at, &domain->groups, link) {
			if (at->iommu == iommu) {
				*group = at;
				return domain;
			}
		}
	}
	return NULL;
}

/* No domain is left: no mapping stays. */
static void drop_mappings(struct t1 *t1, struct list_head *dead)
{
	struct t1_node *node;

	while ((node = t1_tree_from(&t1->mappings, 0))) {
		struct t1_mapping *mapping = t1_mapping_of(node);

		t1_mapping_remove(t1, mapping);
		if (mapping->building)
			mapping->cancelled = true;
		else
			list_add_tail(&mapping->dead, dead);
		cond_resched();
	}
	t1_ranges_free(t1->usable);
	t1->usable = NULL;
}

void t1_detach_group(struct t1 *t1, struct iommu_group *iommu)
{
	struct t1_group *group = NULL;
	struct t1_ranges *usable;
	struct t1_domain *domain;
	LIST_HEAD(dead);

	mutex_lock(&t1->lock);
	domain = domain_of(t1, iommu, &group);
	if (domain)
		leave(domain, group);
	if (list_empty(&t1->domains)) {
		drop_mappings(t1, &dead);
	} else {
		t1->page_sizes = page_sizes_of(t1);
		/* Without memory, what was forbidden for the group that left stays so. */
		usable = usable_of(t1);
		if (usable) {
			t1_ranges_free(t1->usable);
			t1->usable = usable;
		}
	}
	mutex_unlock(&t1->lock);
	kfree(group);
	t1_mappings_destroy(t1, &dead, true);
}
