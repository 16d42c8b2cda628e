/* SPDX-License-Identifier: GPL-2.0-only */
/* The configuration space that the user sees, and what his writes to it do. */
#ifndef VFIOCTL_PCI_CONFIG_H
#define VFIOCTL_PCI_CONFIG_H

#include <linux/types.h>

#include "pci/config_layout.h"

struct vfio_pci;

/* config.c: the user's view; made at open, gone at release. */
int vfio_pci_config_init(struct vfio_pci *vdev);
void vfio_pci_config_release(struct vfio_pci *vdev);
ssize_t vfio_pci_config_read(struct vfio_pci *vdev, u8 *buf, size_t count, u64 pos);
ssize_t vfio_pci_config_write(struct vfio_pci *vdev, const u8 *buf, size_t count, u64 pos);
/* The pin that the user sees, 0 if there is none. */
u8 vfio_pci_config_pin(struct vfio_pci *vdev);

/* config_effects.c: what a write does beyond the masks. config_lock is held. */
void vfio_pci_config_written(struct vfio_pci *vdev, enum cfg_owner owner, unsigned int pos,
			     unsigned int width);
/* The enable bit of MSI or MSI-X in the user's copy follows VFIO_DEVICE_SET_IRQS. */
void vfio_pci_config_show_msi(struct vfio_pci *vdev, bool msix, bool on);
/*
 * The function is awake, whatever the copy said, and what the kernel saves of it can be restored.
 * The next apply of the command ends this. config_lock and memory_lock held.
 */
void vfio_pci_config_awake(struct vfio_pci *vdev);
/* The function is awake, or gone: nothing is kept for when it wakes up. */
void vfio_pci_config_forget(struct vfio_pci *vdev);

#endif
