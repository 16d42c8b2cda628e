/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One lock for each IOMMU group, so that two runs never change halves of one. It is an flock(2) on
 * a file below RUN_DIR: the kernel drops it with the last process that holds it, however that ends,
 * also a worker that the command could not wait for.
 */
#ifndef VFIOCTL_LOCK_H
#define VFIOCTL_LOCK_H

#include <stdbool.h>

#include "error.h"

/*
 * Takes the lock @name, waiting up to @timeout_ms for a run that has it. Returns an fd whose close
 * gives it back. -EBUSY, EXIT_BUSY: the owner is still there, and the sentence names it. @stop,
 * which may be NULL, ends the wait early with -EINTR when it becomes non-zero.
 */
int lock_take(int run_dir, const char *name, int timeout_ms, const int *stop, struct error *err);

/* The lock's name for a group, or for a device that is in none (@group < 0). False: too long. */
bool lock_name(char *buf, unsigned long size, long group, const char *bus, const char *device);

#endif
