/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reset of a bus by who has all that is on it: the kernel's own file resets one only for a
 * device that is alone there, VFIO for whoever proves with the files of their groups that all of
 * these devices are his.
 */
#ifndef VFIOCTL_BUS_OWNER_H
#define VFIOCTL_BUS_OWNER_H

#include <stddef.h>

#include "device.h"
#include "error.h"

/*
 * Takes the groups of @device and of the @n @others, which all have VFIO drivers, resets the bus or
 * slot that @device is on, and gives them back; for that the device is opened, as any client would.
 * May hang in the kernel: it belongs into a process that needs not be waited for (bounded.h). 0;
 * EXIT_BUSY: somebody has one of them, or the reset would hit another device than these;
 * EXIT_NOT_VIABLE; EXIT_FAILED: also when it would not hit all of them. The sentence says what the
 * kernel refused.
 */
int bus_owner_reset(const struct device *device, struct device *const *others, size_t n,
		    struct error *err);

#endif
