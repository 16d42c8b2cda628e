/* SPDX-License-Identifier: GPL-2.0-only */
/* One reset, carried out in a process that is left behind when the kernel does not come back. */
#ifndef VFIOCTL_RESET_WORK_H
#define VFIOCTL_RESET_WORK_H

#include "reset.h"

/*
 * Does to @reset's device what @resets asks for, with the locks of all groups that it hits held and
 * nothing left to be judged, and ends its change. 0, or -errno with a sentence, and the change not
 * ended, when it could not be begun or did not end in time.
 */
int reset_work(struct reset *reset, const struct resets *resets, struct error *err);

#endif
