// SPDX-License-Identifier: GPL-2.0-only
/* iommu_map() takes allocation flags (6.3) */
#include <linux/iommu.h>

int probe(struct iommu_domain *domain)
{
	return iommu_map(domain, 0, 0, 0, 0, GFP_KERNEL);
}
