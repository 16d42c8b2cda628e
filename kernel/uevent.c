// SPDX-License-Identifier: GPL-2.0-only
/*
 * What groups tell udev and whoever else listens: uevents "change" of the class device.
 * sysfs-abi.txt has their variables.
 *
 * They are sent under group->lock, so that they come in the order of the changes and each says what
 * was true then. One for which there is no memory is lost.
 */
#include <linux/slab.h>

#include "core.h"

/* Whoever is asked about viability has to wait for others at times, so it is asked here. */
static struct workqueue_struct *looks;

/* The variables that each event has. The strings are the caller's. */
struct event {
	char name[32];
	char container[48];
	char opened[16];
	char users[32];
	char *env[6];
};

static void event_init(struct event *event, struct vfio_group *group, const char *name)
{
	snprintf(event->name, sizeof(event->name), "VFIO_EVENT=%s", name);
	if (group->container)
		snprintf(event->container, sizeof(event->container), "VFIO_CONTAINER=%llu",
			 group->container->id);
	else
		strscpy(event->container, "VFIO_CONTAINER=", sizeof(event->container));
	snprintf(event->opened, sizeof(event->opened), "VFIO_OPENED=%d", group->opened);
	snprintf(event->users, sizeof(event->users), "VFIO_USERS=%u", group->users);
	event->env[0] = event->name;
	event->env[1] = event->container;
	event->env[2] = event->opened;
	event->env[3] = event->users;
	event->env[4] = NULL;
	event->env[5] = NULL;
}

/* @more is a variable of this event alone, or NULL. */
static void send(struct vfio_group *group, const char *name, char *more)
{
	struct event event;

	lockdep_assert_held(&group->lock);
	/* The node may be opened a moment before the class device is complete. */
	if (group->dead || !device_is_registered(&group->dev))
		return;
	event_init(&event, group, name);
	event.env[4] = more;
	kobject_uevent_env(&group->dev.kobj, KOBJ_CHANGE, event.env);
}

void vfio_group_uevent(struct vfio_group *group, const char *name, struct vfio_device *device)
{
	char *which = NULL;

	if (device) {
		which = kasprintf(GFP_KERNEL, "VFIO_DEVICE=%s", dev_name(device->dev));
		if (!which)
			return;
	}
	send(group, name, which);
	kfree(which);
}

static void tell_verdict(struct vfio_group *group, enum vfio_verdict verdict)
{
	char yes[] = "VFIO_VIABLE=1", no[] = "VFIO_VIABLE=0";

	mutex_lock(&group->lock);
	/* Attached meanwhile: the claim has decided. */
	if (group->container)
		verdict = VFIO_VERDICT_VIABLE;
	if (group->verdict != verdict) {
		group->verdict = verdict;
		send(group, "viability", verdict == VFIO_VERDICT_VIABLE ? yes : no);
	}
	mutex_unlock(&group->lock);
}

static void look(struct work_struct *work)
{
	struct vfio_group *group = container_of(work, struct vfio_group, look);
	int viable = vfio_group_container_id(group) ? 1 : vfio_group_viable(group, false);

	if (viable >= 0)
		tell_verdict(group, viable ? VFIO_VERDICT_VIABLE : VFIO_VERDICT_NOT_VIABLE);
	vfio_group_put(group); /* of vfio_group_look() */
}

void vfio_group_look_init(struct vfio_group *group)
{
	INIT_WORK(&group->look, look);
}

void vfio_group_look(struct vfio_group *group)
{
	get_device(&group->dev); /* put in look() */
	if (!queue_work(looks, &group->look))
		vfio_group_put(group);
}

int vfio_uevent_init(void)
{
	looks = alloc_workqueue("vfio", WQ_UNBOUND, 0);
	return looks ? 0 : -ENOMEM;
}

void vfio_uevent_exit(void)
{
	destroy_workqueue(looks);
}
