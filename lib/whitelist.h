/* SPDX-License-Identifier: GPL-2.0-only */
/* The drivers that may stay bound in a viable group although they are not VFIO drivers. */
#ifndef VFIOCTL_WHITELIST_H
#define VFIOCTL_WHITELIST_H

#include <stddef.h>

#include "device.h"
#include "error.h"

/* @bus NULL: any. @source: "built-in", or "path:line". */
struct whitelist_entry {
	char *driver;
	char *bus;
	char *source;
};

/* Zero-initialise; whitelist_clear() gives back. */
struct whitelist {
	struct whitelist_entry *entries;
	size_t n;
};

/* Fills with the built-in entries, then those of the configuration file (config.h). */
int whitelist_load(struct whitelist *list, struct error *err);

/* 0 or -ENOMEM; an entry that is there already stays as it is. */
int whitelist_add(struct whitelist *list, const char *driver, const char *bus, const char *source);
void whitelist_clear(struct whitelist *list);

/* The entry that covers the driver that @device has, or NULL. Driver and bus must both fit. */
const struct whitelist_entry *whitelist_find(const struct whitelist *list,
					     const struct device *device);

#endif
