/* SPDX-License-Identifier: GPL-2.0-only */
/* /etc/vfioctl.conf: "key = value" lines, '#' starts a comment. vfioctl.conf(5) is its manual. */
#ifndef VFIOCTL_CONFIG_H
#define VFIOCTL_CONFIG_H

#include "error.h"

#define CONFIG_PATH "/etc/vfioctl.conf"

/*
 * Calls @fn for each setting with its 1-based line; a non-zero return ends the walk with that. No
 * file is no error. A file that others than root could have written is refused (-EPERM), a line
 * that is no setting is -EINVAL, both with a sentence that names file and line.
 */
int config_each(int (*fn)(void *arg, const char *key, const char *value, unsigned int line,
			  struct error *err),
		void *arg, struct error *err);

#endif
