/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be told before anything is touched: refusals, the drivers to bind, their modules. */
#ifndef VFIOCTL_PREFLIGHT_H
#define VFIOCTL_PREFLIGHT_H

#include "change.h"
#include "modules.h"

/*
 * Judges every change of @set, and finds the driver of each and loads its module (not in a dry
 * run).
 * @driver is what the user named; NULL: the best VFIO driver for each device when they are to be
 * bound, and the one that each had when they are given back.
 *
 * A change that must not be made is ended with its reason. Returns how many those are, or -errno
 * with a sentence when it cannot go on.
 */
int preflight(struct change_set *set, struct modules *modules, const char *driver,
	      struct error *err);

#endif
