/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel does when sysfs is written to, done to a made host's tree (tests/fakehost): there
 * a run takes milliseconds, so that each error can be tried at each system call. The rules are
 * those of driver_match_device() and of tests/unit/test-plan.c; whether they are the kernel's is
 * seen in guests, where the same loops run without it.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stddef.h>

/* From now on put() of devices.h, and whoever is told to, asks model_write(). */
void model_init(void);

/* As write(2): a number of bytes, or -errno. */
long model_write(const char *path, const char *data, size_t size);

#endif
