/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all three modules say of their version, and the one that DKMS knows them by.
 *
 * DKMS puts no module in the place of one whose version is the same or higher, and decides that for
 * each of the three by itself. The stock ones say 0.3 (vfio), 0.2 (vfio_iommu_type1) and nothing
 * (vfio-pci), from 6.1 to 7.3.
 */
#ifndef VFIOCTL_VERSION_H
#define VFIOCTL_VERSION_H

#define VFIO_SUITE_VERSION "1.0"

#endif
