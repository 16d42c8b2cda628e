/* SPDX-License-Identifier: GPL-2.0-only */
/* BARs for those who reach into them on the user's behalf. */
#ifndef VFIOCTL_PCI_BARS_H
#define VFIOCTL_PCI_BARS_H

#include "pci/vfio_pci.h"

/* The BAR, mapped until the release. NULL if it is not claimed, or memory is short. */
void __iomem *vfio_pci_bar_map(struct vfio_pci *vdev, unsigned int bar);

/* Is the BAR decoded, so that it may be reached? memory_lock is held. */
bool vfio_pci_bar_on(struct vfio_pci *vdev, unsigned int bar);

/* Does any of these bytes belong to the table of MSI-X? */
bool vfio_pci_bar_vectors(struct vfio_pci *vdev, unsigned int bar, u64 pos, unsigned int len);

/* One access of 1, 2, 4 or, to memory, 8 little-endian bytes. */
void vfio_pci_bar_get(void __iomem *io, u8 *buf, unsigned int width);
void vfio_pci_bar_put(void __iomem *io, const u8 *buf, unsigned int width);

#endif
