/* SPDX-License-Identifier: GPL-2.0-only */
/* VFIO_DEVICE_FEATURE: what is behind each of them. The payload is as long as feature.c says. */
#ifndef VFIOCTL_PCI_FEATURE_H
#define VFIOCTL_PCI_FEATURE_H

#include "pci/vfio_pci.h"

/* power.c */
long vfio_pci_low_power_entry(struct vfio_pci *vdev, const void *payload);
long vfio_pci_low_power_entry_with_wakeup(struct vfio_pci *vdev, const void *payload);
long vfio_pci_low_power_exit(struct vfio_pci *vdev, const void *payload);

/* sriov.c: a token is a UUID */
bool vfio_pci_has_token(struct vfio_pci *vdev);
long vfio_pci_set_token(struct vfio_pci *vdev, const void *payload);

#endif
