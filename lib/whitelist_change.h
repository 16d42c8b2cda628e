/* SPDX-License-Identifier: GPL-2.0-only */
/* The whitelist changed: in the configuration, and in the running core when that is ours. */
#ifndef VFIOCTL_WHITELIST_CHANGE_H
#define VFIOCTL_WHITELIST_CHANGE_H

#include "host.h"
#include "whitelist.h"

enum whitelist_act {
	WHITELIST_ADD,
	WHITELIST_REMOVE,
	WHITELIST_RESET, /* to what is built in */
	WHITELIST_APPLY, /* tell the running core what is configured */
};

/*
 * Does it with the entries @names, each DRIVER or BUS:DRIVER; none for the last two. Nothing has
 * changed after a failure:
 *   EXIT_USAGE: a name is none;
 *   EXIT_NONE_FOUND: what is to be removed is not in the configuration;
 *   EXIT_BUSY: a device of a group in use is bound to what would go;
 *   EXIT_FAILED: a file could not be written, a built-in entry cannot be removed, or it is not our
 *	core that was to be told.
 */
int whitelist_change(const struct host *host, enum whitelist_act act, char *const *names, size_t n,
		     struct error *err);

#endif
