// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "irq_request.h"

#define HEADER_SIZE offsetof(struct vfio_irq_set, data)

static int one_action(__u32 flags, enum irq_action *action)
{
	switch (flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) {
	case VFIO_IRQ_SET_ACTION_MASK:
		*action = IRQ_MASK;
		return 0;
	case VFIO_IRQ_SET_ACTION_UNMASK:
		*action = IRQ_UNMASK;
		return 0;
	case VFIO_IRQ_SET_ACTION_TRIGGER:
		*action = IRQ_TRIGGER;
		return 0;
	default:
		return -EINVAL;
	}
}

/* Bytes of data for each vector, or -1 unless exactly one type is given. */
static int data_size(__u32 flags)
{
	switch (flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_NONE:
		return 0;
	case VFIO_IRQ_SET_DATA_BOOL:
		return sizeof(__u8);
	case VFIO_IRQ_SET_DATA_EVENTFD:
		return sizeof(__s32);
	default:
		return -1;
	}
}

int irq_request_parse(const struct vfio_irq_set *set, size_t size, __u32 available,
		      struct irq_request *req)
{
	int each = data_size(set->flags);

	if (set->flags & ~(VFIO_IRQ_SET_DATA_TYPE_MASK | VFIO_IRQ_SET_ACTION_TYPE_MASK))
		return -EINVAL;
	if (each < 0 || one_action(set->flags, &req->action))
		return -EINVAL;
	if (set->start >= available || set->count > available - set->start)
		return -EINVAL;
	if (size < HEADER_SIZE ||
	    (size - HEADER_SIZE) / (each ? each : 1) < (each ? set->count : 0))
		return -EINVAL;
	req->index = set->index;
	req->start = set->start;
	req->count = set->count;
	req->type = set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	req->data = set->data;
	return 0;
}

bool irq_request_chosen(const struct irq_request *req, __u32 i)
{
	return req->type == VFIO_IRQ_SET_DATA_NONE || ((const __u8 *)req->data)[i];
}

__s32 irq_request_fd(const struct irq_request *req, __u32 i)
{
	return ((const __s32 *)req->data)[i];
}
