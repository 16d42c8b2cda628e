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
/*
 * Takes the firmware's framebuffer from the adapter, and with it the host's console, which would be
 * in the way of its BARs; for others it does nothing. device_lock is held. 0 or -errno.
 */
int vfio_pci_vga_free(struct pci_dev *pdev);
/* Between these two the arbiter knows that the adapter does without, if disable_vga says so. */
void vfio_pci_vga_bound(struct vfio_pci *vdev);
void vfio_pci_vga_unbound(struct vfio_pci *vdev);

#endif
