/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical and virtual functions, for the driver's life cycle in main.c. */
#ifndef VFIOCTL_PCI_SRIOV_H
#define VFIOCTL_PCI_SRIOV_H

#include "pci/vfio_pci.h"

extern struct pci_driver vfio_pci_driver;

/* Before the function is added to the core, and among the bound ones. */
void vfio_pci_sriov_init(struct vfio_pci *vdev);
/* These two around the time in which the function is open. 0, or -EACCES for a token of before. */
int vfio_pci_sriov_opened(struct vfio_pci *vdev);
void vfio_pci_sriov_released(struct vfio_pci *vdev);
/* vfio_device_ops.match: the address, and the token where one is due. */
int vfio_pci_match(void *data, const char *name);
/* pci_driver.sriov_configure */
int vfio_pci_sriov_configure(struct pci_dev *pdev, int nr);
/* The virtual functions are taken back and removed. device_lock is held. */
void vfio_pci_sriov_off(struct vfio_pci *vdev);

int vfio_pci_sriov_module_init(void);
void vfio_pci_sriov_module_exit(void);

#endif
