/* SPDX-License-Identifier: GPL-2.0-only */
/* The way into a device that VFIO has: by its group's node, or by a node of its own. */
#ifndef VFIOCTL_VFIO_WAY_H
#define VFIOCTL_VFIO_WAY_H

#include "host.h"
#include "node.h"
#include "whitelist.h"

enum vfio_way_kind {
	VFIO_WAY_ANY, /* that of the group where there is one */
	VFIO_WAY_GROUP,
	VFIO_WAY_CDEV,
};

/* "any", "group", "cdev". */
const char *vfio_way_name(enum vfio_way_kind kind);

/*
 * @device is the caller's, and borrowed. @why: 0 when the way is free, else what stands in it:
 *   EXIT_FAILED: the device is in no VFIO driver's hands, or the node is missing;
 *   EXIT_NOT_VIABLE: others of its group are in the host's hands;
 *   EXIT_BUSY: a process has the device, its group or another device of that open.
 */
struct vfio_way {
	const struct device *device;
	enum vfio_way_kind kind; /* which it is; as wanted while @why is set */
	struct node node;
	struct error why;
};

/*
 * Looks for the way into each of @n devices, of whose @ways the device is filled in. Walks /proc
 * once for all of them. A process that may not be looked into is not known of: what it has is busy
 * when it is opened. 0, or -errno with a sentence when nothing can be told.
 */
int vfio_ways_find(struct vfio_way *ways, size_t n, const struct host *host,
		   const struct whitelist *list, enum vfio_way_kind wanted, struct error *err);

#endif
