// SPDX-License-Identifier: GPL-2.0-only
/* A domain's cookie is there or not, without a type (before 6.15) */
#include <linux/iommu.h>

bool probe(const struct iommu_domain *domain)
{
	return domain->iova_cookie;
}
