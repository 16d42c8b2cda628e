/* SPDX-License-Identifier: GPL-2.0-only */
/* The error and the request interrupt. */
#ifndef VFIOCTL_PCI_NOTIFY_H
#define VFIOCTL_PCI_NOTIFY_H

#include "pci/irq_request.h"
#include "pci/vfio_pci.h"

/* irq_lock is held. */
int vfio_pci_notify_trigger(struct vfio_pci *vdev, const struct irq_request *req);

#endif
