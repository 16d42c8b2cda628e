/* SPDX-License-Identifier: GPL-2.0-only */
/* The legacy addresses of display adapters. */
#ifndef VFIOCTL_PCI_VGA_H
#define VFIOCTL_PCI_VGA_H

#include "pci/vfio_pci.h"

/* Up to the end of the display memory. */
#define VFIO_PCI_VGA_SIZE 0xc0000

/* Is there a region of them? */
bool vfio_pci_has_vga(struct vfio_pci *vdev);
ssize_t vfio_pci_vga_read(struct vfio_pci *vdev, u8 *buf, size_t count, u64 pos);
ssize_t vfio_pci_vga_write(struct vfio_pci *vdev, const u8 *buf, size_t count, u64 pos);
/* Between these two the arbiter knows that the adapter does without, if disable_vga says so. */
void vfio_pci_vga_bound(struct vfio_pci *vdev);
void vfio_pci_vga_unbound(struct vfio_pci *vdev);

#endif
