/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFIO_DEVICE_SET_IRQS after its arguments were checked. The one place where start and count are
 * added up; pure, so that userspace can try it with everything.
 */
#ifndef VFIOCTL_PCI_IRQ_REQUEST_H
#define VFIOCTL_PCI_IRQ_REQUEST_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <uapi/linux/vfio.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <linux/vfio.h>
#endif

enum irq_action { IRQ_MASK, IRQ_UNMASK, IRQ_TRIGGER, IRQ_ACTIONS };

/**
 * struct irq_request
 * @index: VFIO_PCI_..._IRQ_INDEX
 * @action: what to do
 * @start: the first vector, below the number that the index has
 * @count: how many; @start + @count does not exceed that number
 * @type: exactly one of VFIO_IRQ_SET_DATA_...
 * @data: @count bytes (BOOL) or @count __s32 (EVENTFD)
 */
struct irq_request {
	__u32 index;
	enum irq_action action;
	__u32 start;
	__u32 count;
	__u32 type;
	const void *data;
};

/*
 * irq_request_parse() - check @set, which has @size bytes in all, for an index with @available
 * vectors. 0 or -EINVAL.
 */
int irq_request_parse(const struct vfio_irq_set *set, size_t size, __u32 available,
		      struct irq_request *req);

/* NONE acts on each vector, BOOL on those that are not 0. */
bool irq_request_chosen(const struct irq_request *req, __u32 i);

/* The eventfd for vector @start + @i, or -1. */
__s32 irq_request_fd(const struct irq_request *req, __u32 i);

#endif
