/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host offers: IOMMU units and interrupt remapping. */
#ifndef VFIOCTL_IOMMU_H
#define VFIOCTL_IOMMU_H

#include "host.h"
#include "text.h"

enum tristate { TRI_NO, TRI_YES, TRI_UNKNOWN };

/* Zero-initialise; iommu_info_clear() gives back. */
struct iommu_info {
	struct strv units; /* dmar0, ivhd0, smmu3.0x..., 0000:00:1e.0: under /sys/class/iommu */
	const char *kind;  /* "intel", "amd", "arm-smmu", "virtio", "other"; NULL: none */
	enum tristate interrupt_remapping;
};

/* 0 or -ENOMEM. */
int iommu_info_read(const struct host *host, struct iommu_info *out);
void iommu_info_clear(struct iommu_info *info);

#endif
