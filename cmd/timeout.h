/* SPDX-License-Identifier: GPL-2.0-only */
/* The value of --timeout, the same in every verb that has it. */
#ifndef VFIOCTL_TIMEOUT_H
#define VFIOCTL_TIMEOUT_H

#include "error.h"

#define TIMEOUT_DEFAULT_MS 10000

/* Seconds from 1 to a day into milliseconds. 0, or -EINVAL with a sentence. */
int timeout_parse(const char *arg, int *timeout_ms, struct error *err);

#endif
