/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Brings to an end what a run that was cut short left of a change. It is seen from the record and
 * from where the device is now, so that it may be cut short itself and be begun again. No device is
 * taken from a driver.
 */
#ifndef VFIOCTL_RECOVERY_H
#define VFIOCTL_RECOVERY_H

#include "member.h"

/*
 * In a worker, under the group's lock. Ends the change: finished, undone, forgotten, unchanged when
 * there was nothing unfinished, not-rolled-back with the record kept when the device could be given
 * to neither driver.
 */
void recovery_run(struct member *m);

/* The same up to the first write: the change is planned, or ended when there is nothing to do. */
void recovery_plan(struct member *m);

#endif
