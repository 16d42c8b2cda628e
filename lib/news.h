/* SPDX-License-Identifier: GPL-2.0-only */
/* What there is to tell when something has changed. */
#ifndef VFIOCTL_NEWS_H
#define VFIOCTL_NEWS_H

#include "device.h"
#include "text.h"

enum news_kind {
	NEWS_READY,   /* all is known: what changes from here on is told */
	NEWS_OVERRUN, /* events were lost; what they changed is found by looking, and told next */
	NEWS_ADDED,
	NEWS_REMOVED,
	NEWS_BOUND,
	NEWS_UNBOUND,
	NEWS_VIABILITY,
	NEWS_OPENED, /* a group */
	NEWS_CLOSED,
	NEWS_ATTACHED,
	NEWS_DETACHED,
	NEWS_DEVICE_OPENED,
	NEWS_DEVICE_CLOSED,
	NEWS_VFS, /* virtual functions were created or removed */
};

/* "ready", "device-opened", ... */
const char *news_kind_name(enum news_kind kind);

/* All is borrowed. What does not apply is NULL, 0 for the container, -1 for the other numbers. */
struct news {
	enum news_kind kind;
	const struct device *about; /* the device of which it is, NULL: it is of the group */
	const char *device, *bus, *driver;
	long group;
	int viable;
	const struct strv *blockers; /* devices, */
	const struct strv *drivers;  /* and the driver of each */
	unsigned long long container;
	long users;
	long vfs;
};

/* Of a group, -1 for none, or of a device and its group, with nothing more in it. */
struct news news_of(enum news_kind kind, long group);
struct news news_of_device(enum news_kind kind, const struct device *device);

#endif
