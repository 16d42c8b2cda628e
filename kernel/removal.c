// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device is taken back from whoever holds it, in bounded time, and the remover is never in state
 * D. What else there is to wait for (a lock whose owner resets the device, our own reset, devtmpfs)
 * the kernel waits for uninterruptibly: so a worker does all of it but the waiting for the holder,
 * and the remover, who keeps the device_lock meanwhile, sleeps until it is done.
 */
#define pr_fmt(fmt) "vfio: " fmt

#include <linux/sched/signal.h>

#include "core.h"

static unsigned int grace_ms = 10000;
module_param(grace_ms, uint, 0644);
MODULE_PARM_DESC(grace_ms,
		 "milliseconds that the holder of a device has to give it back when its driver is "
		 "unbound, before it is taken away (default 10000, at most 600000)");

#define GRACE_MS_MAX 600000U

static struct workqueue_struct *workers;

/* What a worker does for somebody who sleeps until it is done. */
struct errand {
	struct work_struct work;
	struct completion done;
	void (*run)(void *arg);
	void *arg;
};

/* Nothing of the errand is looked at after its completion: it may be gone, and so may @run. */
static void errand_work(struct work_struct *work)
{
	struct errand *errand = container_of(work, struct errand, work);

	errand->run(errand->arg);
	complete(&errand->done);
}

void vfio_run_elsewhere(void (*run)(void *arg), void *arg)
{
	struct errand errand = { .run = run, .arg = arg };

	init_completion(&errand.done);
	INIT_WORK_ONSTACK(&errand.work, errand_work);
	queue_work(workers, &errand.work);
	wait_for_completion_state(&errand.done, TASK_IDLE);
	destroy_work_on_stack(&errand.work);
}
COMPAT_EXPORT_SYMBOL(vfio_run_elsewhere);

/**
 * struct removal - one call of vfio_del_group_dev()
 * @dev: what is removed
 * @device: ours of it with a reference, or NULL
 * @data: the bus driver's
 * @requests: how often the holder was asked
 */
struct removal {
	struct device *dev;
	struct vfio_device *device;
	void *data;
	unsigned int requests;
};

/* From here on nobody opens the device. */
static void find(void *arg)
{
	struct removal *removal = arg;
	struct vfio_device *device = vfio_device_get_from_dev(removal->dev);

	removal->device = device;
	if (!device)
		return;
	mutex_lock(&device->open_lock);
	if (!device->leaving)
		device->leaving_since = jiffies;
	device->leaving = true;
	mutex_unlock(&device->open_lock);
}

static bool device_unused(struct vfio_device *device)
{
	return !READ_ONCE(device->open_count);
}

/* Waits until the device is unused, at most @jiffies_left; false to give up because we are killed.
 */
static bool device_wait_unused(struct vfio_device *device, long jiffies_left)
{
	if (wait_event_interruptible_timeout(device->released, device_unused(device),
					     jiffies_left) != -ERESTARTSYS)
		return true;
	if (fatal_signal_pending(current))
		return false;
	/* A removal cannot be restarted, so another signal only makes the rest of the wait deaf. */
	wait_event_idle_timeout(device->released, device_unused(device), jiffies_left);
	return true;
}

/* The lock keeps the request and the last release apart. */
static void request(void *arg)
{
	struct removal *removal = arg;
	struct vfio_device *device = removal->device;

	mutex_lock(&device->open_lock);
	if (device->open_count && device->ops->request)
		device->ops->request(device->data, removal->requests);
	mutex_unlock(&device->open_lock);
}

/* Ask the holder again every second until he gives the device back or the grace period is over. */
static void ask_back(struct removal *removal)
{
	struct vfio_device *device = removal->device;
	unsigned int grace = min(READ_ONCE(grace_ms), GRACE_MS_MAX);
	unsigned long end = device->leaving_since + msecs_to_jiffies(grace);
	long left;

	/* Time goes on between the look at the clock and the wait: look once. */
	while (!device_unused(device) && (left = (long)(end - jiffies)) > 0) {
		if (!removal->requests)
			dev_info(device->dev, "in use, its holder has %u ms to release it\n",
				 grace);
		vfio_run_elsewhere(request, removal);
		removal->requests++;
		if (!device_wait_unused(device, min_t(long, left, HZ)))
			return;
	}
}

/* From here on no callback begins, and when we return none runs. */
static void device_stop_calls(struct vfio_device *device)
{
	percpu_ref_kill(&device->active);
	wait_for_completion(&device->drained);
}

static void device_revoke(struct vfio_device *device)
{
	mutex_lock(&device->open_lock);
	device->revoked = true;
	if (device->open_count) {
		dev_warn(device->dev, "was not released in time: revoked\n");
		vfio_device_zap(device, 0, 0);
		if (device->ops->revoke)
			device->ops->revoke(device->data);
		vfio_device_shut(device);
	}
	mutex_unlock(&device->open_lock);
}

static void take(void *arg)
{
	struct removal *removal = arg;
	struct vfio_device *device = removal->device;
	struct vfio_group *group = device->group;

	removal->data = device->data;
	device_stop_calls(device);
	device_revoke(device);
	mutex_lock(&group->lock);
	list_del_init(&device->group_next);
	mutex_unlock(&group->lock);
	vfio_group_leave(group);
	vfio_device_put(device); /* of vfio_add_group_dev() */
	vfio_device_put(device);
}

void *vfio_del_group_dev(struct device *dev)
{
	struct removal removal = { .dev = dev };

	vfio_run_elsewhere(find, &removal);
	if (removal.device) {
		ask_back(&removal);
		vfio_run_elsewhere(take, &removal);
	}
	return removal.data;
}
COMPAT_EXPORT_SYMBOL(vfio_del_group_dev);

/* Nothing is waited for: vfio_del_group_dev() does that, when its turn comes. */
static void ask_early(void *arg)
{
	struct removal *removal = arg;
	struct vfio_device *device;

	find(removal);
	device = removal->device;
	if (!device)
		return;
	/* Its own removal may be under way. */
	if (vfio_device_enter(device)) {
		request(removal);
		vfio_device_leave(device);
	}
	vfio_device_put(device);
}

void vfio_ask_back(struct device *dev)
{
	struct removal removal = { .dev = dev };

	vfio_run_elsewhere(ask_early, &removal);
}
COMPAT_EXPORT_SYMBOL(vfio_ask_back);

/* As many workers as there are removals. */
int vfio_removal_init(void)
{
	workers = alloc_workqueue("vfio-removal", WQ_UNBOUND, 0);
	return workers ? 0 : -ENOMEM;
}

void vfio_removal_exit(void)
{
	destroy_workqueue(workers);
}
