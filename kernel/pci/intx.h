/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupt pin. */
#ifndef VFIOCTL_PCI_INTX_H
#define VFIOCTL_PCI_INTX_H

#include "pci/irq_request.h"
#include "pci/vfio_pci.h"

/* Does it tell of its pin what the user of one has to know? */
bool vfio_pci_intx_usable(struct pci_dev *pdev);

/* Does the function mask its own pin, as far as the administrator trusts it? */
bool vfio_pci_intx_can_mask(struct pci_dev *pdev);

/* Nobody listens to the pin: keep the function from raising it. */
void vfio_pci_intx_quiet(struct vfio_pci *vdev);

/* The user's command register has the pin disabled, or not any more. */
void vfio_pci_intx_disable_bit(struct vfio_pci *vdev, bool disabled);

/* The host puts the function to sleep, during which no interrupt comes, or has woken it. */
void vfio_pci_intx_sleep(struct vfio_pci *vdev, bool asleep);

/* Whatever else has written the command register: what has to be shut is. intx_lock is held. */
void vfio_pci_intx_keep_shut(struct vfio_pci *vdev);

/* irq_lock is held for all of these. */
int vfio_pci_intx_mask(struct vfio_pci *vdev, const struct irq_request *req);
int vfio_pci_intx_unmask(struct vfio_pci *vdev, const struct irq_request *req);
int vfio_pci_intx_trigger(struct vfio_pci *vdev, const struct irq_request *req);
void vfio_pci_intx_release(struct vfio_pci *vdev);

#endif
