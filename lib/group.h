/* SPDX-License-Identifier: GPL-2.0-only */
/* An IOMMU group and its members. */
#ifndef VFIOCTL_GROUP_H
#define VFIOCTL_GROUP_H

#include <stddef.h>

#include "device.h"

/* Owned by the host. @devices are borrowed from the host and sorted once the scan is over. */
struct group {
	long id;
	struct device **devices;
	size_t n_devices;
	size_t room;
};

/* NULL: out of memory. */
struct group *group_new(long id);

/* Appends a member and makes this its group; 0 or -ENOMEM. */
int group_add(struct group *group, struct device *device);

/* Takes out a member, which is in no group then. */
void group_remove(struct group *group, struct device *device);

/* Frees the group, not its members. */
void group_free(struct group *group);

#endif
