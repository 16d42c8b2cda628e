/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of /etc/vfioctl.conf, which keep all that they are not about: comments, too. */
#ifndef VFIOCTL_CONFIG_EDIT_H
#define VFIOCTL_CONFIG_EDIT_H

#include <stdbool.h>

#include "error.h"
#include "text.h"

/*
 * Takes out the settings of @key for which @unwanted says so, and appends one with each value of
 * @more. The new file takes the old one's place in one step, with its owner and mode, and is on the
 * disk when this returns; a link is followed. Nothing is written when nothing changes. 0 or -errno
 * with @err set, and then the file is as it was.
 */
int config_edit(const char *key, bool (*unwanted)(void *arg, const char *value), void *arg,
		const struct strv *more, struct error *err);

#endif
