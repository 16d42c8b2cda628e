// SPDX-License-Identifier: GPL-2.0-only
/*
 * Eventfds whose write is a write of a fixed value into a BAR: a doorbell that KVM, or anybody with
 * the eventfd, can ring without a call. Each has the irqfd that listens to it, so that they are all
 * gone when vfio_pci_ioeventfds_release() returns.
 */
#include <linux/io.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/slab.h>

#include "pci/bars.h"
#include "pci/irqfd.h"

/* Of one device: a user could have the kernel hold any number otherwise. */
#define IOEVENTFDS_MAX 1000

/**
 * struct ioeventfd - one of them
 * @next: under ioeventfd_lock
 * @irqfd: writes while it exists
 * @vdev: whose BAR
 * @bar: which one
 * @pos: in the BAR, aligned to @width
 * @width: 1, 2, 4 or 8
 * @data: nothing above @width
 * @io: @pos, mapped
 */
struct ioeventfd {
	struct list_head next;
	struct irqfd *irqfd;
	struct vfio_pci *vdev;
	unsigned int bar;
	unsigned int width;
	u64 pos;
	u64 data;
	void __iomem *io;
};

/* memory_lock is held. The value has nowhere to go while the BAR is not decoded. */
static void ioeventfd_write(struct ioeventfd *io)
{
	__le64 raw = cpu_to_le64(io->data);

	if (vfio_pci_bar_on(io->vdev, io->bar))
		vfio_pci_bar_put(io->io, (const u8 *)&raw, io->width);
}

/*
 * From the eventfd's wait queue: nothing here sleeps. An interrupt that signals it, such as another
 * function's, is no place for a semaphore, not even to try it.
 */
static bool ioeventfd_now(void *data)
{
	struct ioeventfd *io = data;

	if (in_hardirq() || !down_read_trylock(&io->vdev->memory_lock))
		return false;
	ioeventfd_write(io);
	up_read(&io->vdev->memory_lock);
	return true;
}

static void ioeventfd_later(void *data)
{
	struct ioeventfd *io = data;

	down_read(&io->vdev->memory_lock);
	ioeventfd_write(io);
	up_read(&io->vdev->memory_lock);
}

/* The width that exactly one flag says, or 0. */
static unsigned int width_of(u32 flags)
{
	switch (flags) {
	case VFIO_DEVICE_IOEVENTFD_8:
		return 1;
	case VFIO_DEVICE_IOEVENTFD_16:
		return 2;
	case VFIO_DEVICE_IOEVENTFD_32:
		return 4;
	case VFIO_DEVICE_IOEVENTFD_64:
		return IS_ENABLED(CONFIG_64BIT) ? 8 : 0;
	default:
		return 0;
	}
}

/* Fills in what makes two of them the same. 0 or -EINVAL. */
static int ioeventfd_parse(struct vfio_pci *vdev, const struct vfio_device_ioeventfd *req,
			   struct ioeventfd *io)
{
	u64 index = req->offset >> VFIO_PCI_REGION_SHIFT;
	u64 len;

	io->vdev = vdev;
	io->width = width_of(req->flags);
	if (!io->width || req->fd < -1 || index > VFIO_PCI_BAR5_REGION_INDEX)
		return -EINVAL;
	io->bar = index;
	io->pos = req->offset & VFIO_PCI_REGION_MASK;
	io->data = req->data & GENMASK_ULL(8 * io->width - 1, 0);
	len = pci_resource_len(vdev->pdev, io->bar);
	if (io->pos & (io->width - 1) || io->pos >= len || io->width > len - io->pos)
		return -EINVAL;
	if (io->width == 8 && !(pci_resource_flags(vdev->pdev, io->bar) & IORESOURCE_MEM))
		return -EINVAL;
	/* Vectors are the host's. */
	return vfio_pci_bar_vectors(vdev, io->bar, io->pos, io->width) ? -EINVAL : 0;
}

/* ioeventfd_lock is held for this and the next two. */
static struct ioeventfd *ioeventfd_find(struct vfio_pci *vdev, const struct ioeventfd *like)
{
	struct ioeventfd *io;

	list_for_each_entry (io, &vdev->ioeventfds, next)
		if (io->bar == like->bar && io->pos == like->pos && io->width == like->width &&
		    io->data == like->data)
			return io;
	return NULL;
}

static void ioeventfd_remove(struct ioeventfd *io)
{
	irqfd_free(io->irqfd);
	list_del(&io->next);
	io->vdev->nr_ioeventfds--;
	kfree(io);
}

static int ioeventfd_add(const struct ioeventfd *like, int fd)
{
	struct vfio_pci *vdev = like->vdev;
	struct ioeventfd *io;
	void __iomem *base;

	if (vdev->nr_ioeventfds >= IOEVENTFDS_MAX)
		return -ENOSPC;
	base = vfio_pci_bar_map(vdev, like->bar);
	if (!base)
		return vdev->bars[like->bar].claimed ? -ENOMEM : -EBUSY;
	io = kmemdup(like, sizeof(*like), GFP_KERNEL_ACCOUNT);
	if (!io)
		return -ENOMEM;
	io->io = base + like->pos;
	io->irqfd = irqfd_new(fd, ioeventfd_now, ioeventfd_later, io);
	if (IS_ERR(io->irqfd)) {
		int ret = PTR_ERR(io->irqfd);

		kfree(io);
		return ret;
	}
	list_add_tail(&io->next, &vdev->ioeventfds);
	vdev->nr_ioeventfds++;
	return 0;
}

long vfio_pci_ioeventfd(void *data, struct vfio_arg *arg)
{
	const struct vfio_device_ioeventfd *req = arg->buf;
	struct vfio_pci *vdev = data;
	struct ioeventfd like = {};
	struct ioeventfd *found;
	int ret;

	ret = ioeventfd_parse(vdev, req, &like);
	if (ret)
		return ret;
	mutex_lock(&vdev->ioeventfd_lock);
	found = ioeventfd_find(vdev, &like);
	if (req->fd >= 0)
		ret = found ? -EEXIST : ioeventfd_add(&like, req->fd);
	else if (found)
		ioeventfd_remove(found);
	else
		ret = -ENODEV;
	mutex_unlock(&vdev->ioeventfd_lock);
	return ret;
}

void vfio_pci_ioeventfds_release(struct vfio_pci *vdev)
{
	struct ioeventfd *io, *next;

	mutex_lock(&vdev->ioeventfd_lock);
	list_for_each_entry_safe (io, next, &vdev->ioeventfds, next)
		ioeventfd_remove(io);
	mutex_unlock(&vdev->ioeventfd_lock);
}
