/* SPDX-License-Identifier: GPL-2.0-only */
/* From a block device down to the hardware that carries it. */
#ifndef VFIOCTL_BLOCK_H
#define VFIOCTL_BLOCK_H

#include <sys/types.h>

/*
 * Calls @fn with the path in sysfs of each piece of hardware that the block device @dev rests on:
 * through partitions, device-mapper, md and whatever else has "slaves", the backing file of a loop
 * device, and an NVMe subsystem whose controllers share a namespace. @sysfs is an fd of /sys. The
 * path is at or below the device's own. A non-zero return of @fn ends the walk and is returned.
 * -ENODEV and others when some part of it cannot be followed; it is unknown then what else there
 * is.
 */
int block_each_base(int sysfs, dev_t dev, int (*fn)(void *arg, const char *path), void *arg);

#endif
