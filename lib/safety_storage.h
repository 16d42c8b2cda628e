/* SPDX-License-Identifier: GPL-2.0-only */
/* What the checks of storage share: whom they concern, and the way from a use down to a device. */
#ifndef VFIOCTL_SAFETY_STORAGE_H
#define VFIOCTL_SAFETY_STORAGE_H

#include "safety_check.h"

/*
 * Leaves in @run those devices that carry block devices, or may: storage controllers, and whatever
 * has one below it. All others no disk can be on, whatever hangs or is unknown. 0 or -ENOMEM.
 */
int storage_only(struct safety_run *run);

/*
 * Says that @what on @source needs whatever carries the block device @dev, all of which is
 * explained by it. A @source of NULL: the lowest block device. When that cannot be told, each
 * storage controller is one for which it is unknown.
 */
int storage_follow(struct safety_run *run, dev_t dev, const char *what, const char *source);

/* A stack that cannot be followed may end on any of the storage controllers. */
int storage_unknown(struct safety_run *run, const char *what, const char *source, const char *why);

/* The block device that is at or above of the file or node @path, which may hang. 0 or -errno. */
int storage_dev_of(const char *path, dev_t *dev);

/* Calls @fn for each block device, disks and partitions, that rests on a device of @run alone. */
struct storage_disk {
	const struct target *target;
	const char *name; /* "nvme0n1p1" */
	dev_t dev;
};
int storage_each(struct safety_run *run, int (*fn)(void *arg, const struct storage_disk *disk),
		 void *arg);

#endif
