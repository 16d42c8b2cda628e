/* SPDX-License-Identifier: GPL-2.0-only */
/* Which drivers are VFIO drivers: told by what they do, not by how they are called. */
#ifndef VFIOCTL_VFIO_DRIVER_H
#define VFIOCTL_VFIO_DRIVER_H

#include "host.h"

/*
 * Sets @vfio of each of the host's drivers. A driver is one when a device bound to it carries a
 * "vfio-dev" directory (Linux 6.1, the vfio-dev class), or when its module holds the VFIO core.
 * A few system calls for each distinct driver.
 */
void vfio_driver_mark_all(struct host *host);

/* The same for @driver, to which @device is bound. */
void vfio_driver_check(int sysfs, const struct device *device, struct driver *driver);

#endif
