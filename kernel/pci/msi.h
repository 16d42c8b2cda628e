/* SPDX-License-Identifier: GPL-2.0-only */
/* MSI and MSI-X: a set of vectors, each with an eventfd. */
#ifndef VFIOCTL_PCI_MSI_H
#define VFIOCTL_PCI_MSI_H

#include "pci/irq_request.h"
#include "pci/vfio_pci.h"

/* How many vectors the function has; 0 without the capability. */
unsigned int vfio_pci_msi_count(struct vfio_pci *vdev, bool msix);

/* Where the vectors of MSI-X are, for those who look after BARs. At open. */
void vfio_pci_msi_find_table(struct vfio_pci *vdev);

/*
 * irq_lock is held. A positive number means that only so many vectors could be had: nothing is
 * enabled then, and the client may ask again for as many.
 */
int vfio_pci_msi_trigger(struct vfio_pci *vdev, const struct irq_request *req);
void vfio_pci_msi_release(struct vfio_pci *vdev);

#endif
