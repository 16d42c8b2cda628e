/* SPDX-License-Identifier: GPL-2.0-only */
/* /etc/vfioctl.conf: "key = value" lines, '#' starts a comment. vfioctl.conf(5) is its manual. */
#ifndef VFIOCTL_CONFIG_H
#define VFIOCTL_CONFIG_H

#include <stdio.h>

#include "error.h"

#define CONFIG_PATH "/etc/vfioctl.conf"

/* One setting with its 1-based line. A return other than 0 ends the walk with that. */
typedef int config_fn(void *arg, const char *key, const char *value, unsigned int line,
		      struct error *err);

/*
 * Calls @fn for each setting of the file. No file is no error. One that others than root could
 * have written or put there is refused (-EPERM, trusted.h), a line that is no setting is -EINVAL,
 * both with a sentence that names file and line.
 */
int config_each(config_fn *fn, void *arg, struct error *err);

/* The same for a file that is open and trusted. */
int config_parse(FILE *file, config_fn *fn, void *arg, struct error *err);

#endif
