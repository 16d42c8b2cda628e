/* SPDX-License-Identifier: GPL-2.0-only */
/* An eventfd of the user's that makes us do something. */
#ifndef VFIOCTL_PCI_IRQFD_H
#define VFIOCTL_PCI_IRQFD_H

struct irqfd;

/*
 * irqfd_new() - call @fire with @data, in process context, whenever the eventfd @fd is written.
 * Returns ERR_PTR() if @fd is not an eventfd or memory is short. Ended by irqfd_free().
 */
struct irqfd *irqfd_new(int fd, void (*fire)(void *data), void *data);

/* @fire does not run afterwards; so nothing that it waits for may be held. NULL is fine. */
void irqfd_free(struct irqfd *irqfd);

#endif
