// SPDX-License-Identifier: GPL-2.0-only
/* The only file that knows libudev. */
#include "events.h"

#include <errno.h>
#include <libudev.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "privilege.h"

/* An event takes some 1300 bytes of it. */
#define BUFFER_SIZE (16 * 1024 * 1024)

struct events {
	struct udev *udev;
	struct udev_monitor *monitor;
	struct udev_device *device; /* of the event that was asked for last */
};

static int listen_to_kernel(struct events *events)
{
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_EVENTS);

	events->udev = udev_new();
	if (!events->udev)
		return -ENOMEM;
	events->monitor = udev_monitor_new_from_netlink(events->udev, "kernel");
	if (!events->monitor)
		return errno ? -errno : -ENOMEM;
	/* An ordinary user gets less, and is told when it was not enough. */
	udev_monitor_set_receive_buffer_size(events->monitor, BUFFER_SIZE);
	return udev_monitor_enable_receiving(events->monitor);
}

struct events *events_open(struct error *err)
{
	_cleanup_(events_closep) struct events *events = calloc(1, sizeof(*events));
	int ret = events ? listen_to_kernel(events) : -ENOMEM;

	if (ret < 0) {
		error_set(err, EXIT_FAILED, -ret, "cannot listen to the kernel's events: %s",
			  strerror(-ret));
		return NULL;
	}
	return take_ptr(events);
}

void events_close(struct events *events)
{
	if (!events)
		return;
	udev_device_unref(events->device);
	udev_monitor_unref(events->monitor);
	udev_unref(events->udev);
	free(events);
}

int events_fd(const struct events *events)
{
	return udev_monitor_get_fd(events->monitor);
}

/* The last component of the path: a name that libudev gives has '!' made '/'. */
static bool fill(struct event *out, struct udev_device *device)
{
	const char *path = udev_device_get_devpath(device);
	const char *name = path ? strrchr(path, '/') : NULL;

	*out = (struct event){ .action = udev_device_get_action(device),
			       .subsystem = udev_device_get_subsystem(device),
			       .name = name ? name + 1 : NULL,
			       .number = udev_device_get_seqnum(device),
			       .source = device };
	return out->action && out->subsystem && out->name;
}

int events_next(struct events *events, struct event *out)
{
	do {
		udev_device_unref(events->device);
		errno = 0;
		events->device = udev_monitor_receive_device(events->monitor);
		if (!events->device && errno && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (!events->device)
			return 0;
	} while (!fill(out, events->device));
	return 1;
}

const char *event_value(const struct event *event, const char *name)
{
	return udev_device_get_property_value(event->source, name);
}
