/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernels for the type1 backend. */
#ifndef VFIOCTL_COMPAT_TYPE1_H
#define VFIOCTL_COMPAT_TYPE1_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/irqdomain.h>
#include <linux/list.h>
#include <linux/version.h>

#include "config.h"

/*
 * What the stock backend of the same kernel answers for a range that wraps at the top of the
 * address space. No header shows it, so that only the version can tell.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define COMPAT_EWRAP EOVERFLOW
#else
#define COMPAT_EWRAP EINVAL
#endif

#ifdef HAVE_IOMMU_MAP_GFP
#define compat_iommu_map(domain, iova, phys, size, prot) \
	iommu_map(domain, iova, phys, size, prot, GFP_KERNEL_ACCOUNT)
#else
#define compat_iommu_map(domain, iova, phys, size, prot) iommu_map(domain, iova, phys, size, prot)
#endif

#ifndef HAVE_LIST_COUNT_NODES
static inline size_t list_count_nodes(struct list_head *head)
{
	struct list_head *at;
	size_t count = 0;

	list_for_each(at, head) count++;
	return count;
}
#endif

static inline int compat_take_device(struct device *dev, void *data)
{
	*(struct device **)data = get_device(dev);
	return 1;
}

/* compat_domain_alloc() - a domain that the devices of @group can be attached to, or ERR_PTR() */
static inline struct iommu_domain *compat_domain_alloc(struct iommu_group *group)
{
	struct iommu_domain *domain;
	struct device *dev = NULL;

	iommu_group_for_each_dev(group, &dev, compat_take_device);
	if (!dev)
		return ERR_PTR(-ENODEV);
#ifdef HAVE_IOMMU_PAGING_DOMAIN_ALLOC
	domain = iommu_paging_domain_alloc(dev);
#else
	domain = iommu_domain_alloc(dev->bus);
	if (!domain)
		domain = ERR_PTR(-EIO);
#endif
	put_device(dev);
	return domain;
}

#ifndef HAVE_IOMMU_GROUP_HAS_ISOLATED_MSI
static inline int compat_device_remaps(struct device *dev, void *data)
{
	return device_iommu_capable(dev, IOMMU_CAP_INTR_REMAP) ? 0 : -EPERM;
}
#endif

/* compat_group_isolates_msi() - whether no device of @group can raise an interrupt not its own */
static inline bool compat_group_isolates_msi(struct iommu_group *group)
{
#ifdef HAVE_IOMMU_GROUP_HAS_ISOLATED_MSI
	return iommu_group_has_isolated_msi(group);
#else
	return irq_domain_check_msi_remap() ||
	       !iommu_group_for_each_dev(group, NULL, compat_device_remaps);
#endif
}

#endif
