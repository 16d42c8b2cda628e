// SPDX-License-Identifier: GPL-2.0-only
/* Each kind of domain has a callback or an object of its own (6.5) */
#include <linux/iommu.h>

struct iommu_domain *probe(const struct iommu_ops *ops, struct device *dev)
{
	return ops->domain_alloc_paging(dev);
}
