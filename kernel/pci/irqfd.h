/* SPDX-License-Identifier: GPL-2.0-only */
/* An eventfd of the user's that makes us do something. */
#ifndef VFIOCTL_PCI_IRQFD_H
#define VFIOCTL_PCI_IRQFD_H

#include <linux/types.h>

struct irqfd;

/*
 * irqfd_new() - call @fire with @data, in process context, whenever the eventfd @fd is written.
 * @now, if there is one, is called first, in the writer's context with interrupts off; when it
 * returns true @fire is spared. Returns ERR_PTR() if @fd is not an eventfd or memory is short.
 * Ended by irqfd_free().
 */
struct irqfd *irqfd_new(int fd, bool (*now)(void *data), void (*fire)(void *data), void *data);

/* Neither runs afterwards; so nothing that they wait for may be held. NULL is fine. */
void irqfd_free(struct irqfd *irqfd);

#endif
