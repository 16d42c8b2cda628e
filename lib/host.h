/* SPDX-License-Identifier: GPL-2.0-only */
/* One scan of sysfs: devices and groups, sorted and connected. */
#ifndef VFIOCTL_HOST_H
#define VFIOCTL_HOST_H

#include <stddef.h>

#include "device.h"
#include "error.h"
#include "group.h"

enum scan_flags {
	/*
	 * Walk /sys/kernel/iommu_groups for the members of every group. Without it a device's
	 * group_id comes from its own link, and only groups that no such link named are walked: for
	 * members on buses that scan.c does not list.
	 */
	SCAN_GROUPS = 1 << 0,
};

/*
 * All of it is owned by the host and ends with host_free(). @sysfs is an fd of /sys; attr.h and
 * the acting code go through it, so that all see the same tree.
 */
struct host {
	int sysfs;
	struct device **devices; /* sorted by device_compare() */
	size_t n_devices, devices_room;
	struct group **groups; /* sorted by id; without SCAN_GROUPS only the walked ones */
	size_t n_groups, groups_room;
	struct driver **drivers;
	size_t n_drivers, drivers_room;
	char **buses;
	size_t n_buses, buses_room;
};

/*
 * Scans. A device that vanishes meanwhile is left out. A host without a PCI bus or without an IOMMU
 * gives empty lists and is no error. NULL with @err set when /sys cannot be opened or memory runs
 * out. Costs four system calls a PCI device and four a group that is walked.
 */
struct host *host_scan(enum scan_flags flags, struct error *err);

/*
 * The groups of these @n @ids, in ascending order, and their members alone; one that does not exist
 * is left out. Costs what those groups cost, however large the host is.
 */
struct host *host_scan_groups(const long *ids, size_t n, struct error *err);

void host_free(struct host *host);

static inline void host_freep(struct host **host)
{
	host_free(*host);
}

/* NULL: there is none. */
struct group *host_group(const struct host *host, long id);
struct device *host_device(const struct host *host, const char *bus, const char *name);

/* An fd of the device's own directory, which the caller closes; -errno when it is gone. */
int host_open_device(const struct host *host, const struct device *device);

#endif
