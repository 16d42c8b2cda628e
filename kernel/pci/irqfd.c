// SPDX-License-Identifier: GPL-2.0-only
/*
 * The eventfd's wait queue calls us under its own lock; what follows may signal another eventfd or
 * sleep, so it waits for a worker unless it is known to do neither. The last close of the eventfd
 * needs no attention: we hold the context, and nobody can write it any more.
 */
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "pci/irqfd.h"
#include "vfio.h"

struct irqfd {
	struct eventfd_ctx *eventfd;
	wait_queue_entry_t wait;
	poll_table poll;
	struct work_struct work;
	bool (*now)(void *data);
	void (*fire)(void *data);
	void *data;
};

static void irqfd_work(struct work_struct *work)
{
	struct irqfd *irqfd = container_of(work, struct irqfd, work);

	irqfd->fire(irqfd->data);
}

static int irqfd_wake(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct irqfd *irqfd = container_of(wait, struct irqfd, wait);
	u64 count;

	if (!(key_to_poll(key) & EPOLLIN))
		return 0;
	eventfd_ctx_do_read(irqfd->eventfd, &count);
	if (!irqfd->now || !irqfd->now(irqfd->data))
		schedule_work(&irqfd->work);
	return 0;
}

static void irqfd_enqueue(struct file *file, wait_queue_head_t *head, poll_table *poll)
{
	add_wait_queue(head, &container_of(poll, struct irqfd, poll)->wait);
}

struct irqfd *irqfd_new(int fd, bool (*now)(void *data), void (*fire)(void *data), void *data)
{
	struct irqfd *irqfd;
	struct file *file;

	file = eventfd_fget(fd);
	if (IS_ERR(file))
		return ERR_CAST(file);
	irqfd = kzalloc(sizeof(*irqfd), GFP_KERNEL_ACCOUNT);
	if (!irqfd) {
		fput(file);
		return ERR_PTR(-ENOMEM);
	}
	irqfd->now = now;
	irqfd->fire = fire;
	irqfd->data = data;
	irqfd->eventfd = eventfd_ctx_fileget(file);
	INIT_WORK(&irqfd->work, irqfd_work);
	init_waitqueue_func_entry(&irqfd->wait, irqfd_wake);
	init_poll_funcptr(&irqfd->poll, irqfd_enqueue);
	vfio_ledger_created(VFIO_LEDGER_IRQ_CONTEXTS, 1);
	if (vfs_poll(file, &irqfd->poll) & EPOLLIN)
		schedule_work(&irqfd->work);
	fput(file);
	return irqfd;
}

void irqfd_free(struct irqfd *irqfd)
{
	u64 count;

	if (!irqfd)
		return;
	eventfd_ctx_remove_wait_queue(irqfd->eventfd, &irqfd->wait, &count);
	cancel_work_sync(&irqfd->work);
	eventfd_ctx_put(irqfd->eventfd);
	kfree(irqfd);
	vfio_ledger_destroyed(VFIO_LEDGER_IRQ_CONTEXTS, 1);
}
