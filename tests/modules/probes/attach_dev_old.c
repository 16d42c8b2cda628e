// SPDX-License-Identifier: GPL-2.0-only
/* A domain is told which one its device leaves (6.19) */
#include <linux/iommu.h>

int probe(const struct iommu_domain_ops *ops, struct iommu_domain *domain, struct device *dev)
{
	return ops->attach_dev(domain, dev, domain);
}
