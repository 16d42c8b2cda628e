/* SPDX-License-Identifier: GPL-2.0-only */
/* What a hot reset, of the slot or the bus that a device is on, would hit besides it. */
#ifndef VFIOCTL_HOT_RESET_H
#define VFIOCTL_HOT_RESET_H

#include "bus_reset.h"
#include "text.h"
#include "whitelist.h"

enum hot_reset_source {
	HOT_RESET_NONE,	    /* there is no bridge above it, or the kernel knows no way */
	HOT_RESET_KERNEL,   /* VFIO has told */
	HOT_RESET_TOPOLOGY, /* what stands behind the same bridge */
};

/* "none", "kernel", "topology". */
const char *hot_reset_source_name(enum hot_reset_source source);

/* @drivers: of each of @names, NULL stands as "". */
struct hot_reset {
	const struct device *device;
	enum hot_reset_source source;
	struct strv names, drivers;
};

/*
 * Fills in @n of them, whose device is given. The kernel is asked where a device is in a VFIO
 * driver's hands and free: it is opened for that, within @timeout_ms each. Where that does not
 * work, the topology tells. Walks /proc once. 0, or -errno with a sentence.
 */
int hot_resets_find(struct hot_reset *resets, size_t n, const struct host *host,
		    const struct whitelist *list, int timeout_ms, struct error *err);
void hot_reset_clear(struct hot_reset *reset);

#endif
