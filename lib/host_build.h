/* SPDX-License-Identifier: GPL-2.0-only */
/* How the scan, and tests, fill a host. Others only read it. Those that return something: NULL when
 * memory ran out; what they return is owned by the host. */
#ifndef VFIOCTL_HOST_BUILD_H
#define VFIOCTL_HOST_BUILD_H

#include "host.h"

/* The one copy of a bus's name; devices and drivers compare it by pointer. */
const char *host_bus(struct host *host, const char *name);

/* Finds or adds; @bus is from host_bus(). */
struct driver *host_driver(struct host *host, const char *bus, const char *name);

struct device *host_add_device(struct host *host, const char *bus, const char *name);
struct group *host_add_group(struct host *host, long id);

/* Takes it out of its group, too, and frees it. */
void host_remove_device(struct host *host, struct device *device);

/* Puts devices, groups and members in order; lookups work from then on. */
void host_sort(struct host *host);

#endif
