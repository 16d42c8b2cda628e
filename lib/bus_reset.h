/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is hit when a PCI bus is reset: every function behind the same bridge. */
#ifndef VFIOCTL_BUS_RESET_H
#define VFIOCTL_BUS_RESET_H

#include "host.h"

/* Where each device of a host is; bus_reset_clear() gives back. */
struct bus_reset {
	const struct host *host;
	char **paths; /* "/sys/devices/...", in the host's order; NULL: not PCI, or gone */
};

/* A link is read for each PCI device of @host, which is borrowed. 0 or -ENOMEM. */
int bus_reset_init(struct bus_reset *map, const struct host *host);
void bus_reset_clear(struct bus_reset *map);

/*
 * The others that a reset of @device's bus hits, as a new array of borrowed devices in the host's
 * order. 0; -ENOTTY: there is no bridge above it, so its bus cannot be reset; -ENOMEM.
 */
int bus_reset_hits(const struct bus_reset *map, const struct device *device, struct device ***hits,
		   size_t *n);

#endif
