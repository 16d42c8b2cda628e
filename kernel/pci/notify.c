// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two interrupts that no device raises: "the function has failed" and "give the function back".
 */
#include <linux/eventfd.h>

#include "compat/eventfd.h"
#include "pci/notify.h"

static struct eventfd_ctx **notify_slot(struct vfio_pci *vdev, u32 index)
{
	return index == VFIO_PCI_ERR_IRQ_INDEX ? &vdev->err_trigger : &vdev->req_trigger;
}

static void notify_set(struct vfio_pci *vdev, struct eventfd_ctx **slot,
		       struct eventfd_ctx *trigger)
{
	struct eventfd_ctx *old;

	spin_lock(&vdev->notify_lock);
	old = *slot;
	*slot = trigger;
	spin_unlock(&vdev->notify_lock);
	if (old)
		eventfd_ctx_put(old);
}

static bool notify_signal(struct vfio_pci *vdev, struct eventfd_ctx **slot)
{
	bool there;

	spin_lock(&vdev->notify_lock);
	there = *slot;
	if (there)
		compat_eventfd_signal(*slot);
	spin_unlock(&vdev->notify_lock);
	return there;
}

int vfio_pci_notify_trigger(struct vfio_pci *vdev, const struct irq_request *req)
{
	struct eventfd_ctx **slot = notify_slot(vdev, req->index);
	struct eventfd_ctx *trigger = NULL;
	int fd;

	if (req->type == VFIO_IRQ_SET_DATA_NONE && !req->count) {
		if (!*slot)
			return -EINVAL;
		notify_set(vdev, slot, NULL);
		return 0;
	}
	if (!req->count)
		return -EINVAL;
	if (req->type == VFIO_IRQ_SET_DATA_EVENTFD) {
		fd = irq_request_fd(req, 0);
		if (fd >= 0)
			trigger = eventfd_ctx_fdget(fd);
		if (IS_ERR(trigger))
			return PTR_ERR(trigger);
		notify_set(vdev, slot, trigger);
		return 0;
	}
	if (irq_request_chosen(req, 0) && !notify_signal(vdev, slot))
		return req->type == VFIO_IRQ_SET_DATA_NONE ? -EINVAL : 0;
	return 0;
}

void vfio_pci_notify_request(void *data, unsigned int count)
{
	struct vfio_pci *vdev = data;

	if (!notify_signal(vdev, &vdev->req_trigger) && !count)
		pci_notice(vdev->pdev, "wanted back, but its user did not ask to be told\n");
}

void vfio_pci_notify_error(struct vfio_pci *vdev)
{
	notify_signal(vdev, &vdev->err_trigger);
}

void vfio_pci_notify_release(struct vfio_pci *vdev)
{
	notify_set(vdev, &vdev->err_trigger, NULL);
	notify_set(vdev, &vdev->req_trigger, NULL);
}
