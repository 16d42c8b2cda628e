// SPDX-License-Identifier: GPL-2.0-only
/* Each device names its IOMMU, and iommu_fwspec_init() asks for no operations (6.11) */
#include <linux/iommu.h>

int probe(struct device *dev, struct fwnode_handle *fwnode)
{
	return iommu_fwspec_init(dev, fwnode);
}
