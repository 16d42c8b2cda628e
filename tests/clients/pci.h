/* SPDX-License-Identifier: GPL-2.0-only */
/* What the clients of vfio-pci share. */
#ifndef CLIENTS_PCI_H
#define CLIENTS_PCI_H

#include "vfio.h"

/* QEMU's edu device, BAR 0. */
#define EDU_ID	      0x010000ed
#define EDU_LIVE      0x04 /* answers with the reverse of what was written */
#define EDU_RAISE     0x60
#define EDU_ACK	      0x64
/* A transfer into its buffer, which takes it a tenth of a second, and an interrupt at the end. */
#define EDU_SOURCE    0x80
#define EDU_TARGET    0x88
#define EDU_COUNT     0x90
#define EDU_START     0x98
#define EDU_BUFFER    0x40000 /* as its DMA engine sees it */
#define EDU_TELL      5	      /* to EDU_START */
#define EDU_TOLD      0x100   /* to EDU_ACK */

/* A virtio device, in its BAR 4: how far the driver has come. A reset puts it back to 0. */
#define VIRTIO_STATUS 0x14

/* VFIO_DEVICE_SET_IRQS */
#define NONE	      VFIO_IRQ_SET_DATA_NONE
#define BOOL	      VFIO_IRQ_SET_DATA_BOOL
#define EVENTFD	      VFIO_IRQ_SET_DATA_EVENTFD
#define MASK	      VFIO_IRQ_SET_ACTION_MASK
#define UNMASK	      VFIO_IRQ_SET_ACTION_UNMASK
#define TRIGGER	      VFIO_IRQ_SET_ACTION_TRIGGER

/* How often @fd was signalled; waits up to @ms for the first. */
long signals(int fd, int ms);

/* What is read there, or -1 for SIGBUS. Only one thread may. */
int64_t touch(volatile uint32_t *at);

/* Where the configuration space has the capability @id; 0, and a failed expectation: nowhere. */
unsigned int capability(int device, uint8_t id);

/* The function's own command register, and not as vfio-pci shows that. Looking does not wake it. */
uint16_t own_command(const char *bdf);

/* 1: its pin is disabled there. */
int pin_is_off(const char *bdf);

#endif
