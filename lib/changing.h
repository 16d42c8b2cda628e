/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which devices are in the middle of a change. A driver that does not return from its probe or
 * removal keeps the device's lock, and the kernel reads some attributes under that lock: on
 * Debian's 6.1 "uevent" (uevent_show()), on all kernels "driver_override" and "sriov_numvfs".
 * Whoever reads them then sleeps uninterruptibly until the driver returns, which may be never.
 */
#ifndef VFIOCTL_CHANGING_H
#define VFIOCTL_CHANGING_H

#include <stdbool.h>

#include "text.h"

/* Zero-initialise; changing_clear() gives back. */
struct changing {
	struct strv names; /* "BUS:NAME" */
	bool unknown;	   /* the records may not be read: any device might be */
};

/* Looks at the records below RUN_DIR; one failed system call when there are none. 0 or -ENOMEM. */
int changing_load(struct changing *changing);
void changing_clear(struct changing *changing);

/* Is it on record as changing? */
bool changing_has(const struct changing *changing, const char *bus, const char *name);

#endif
