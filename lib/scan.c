// SPDX-License-Identifier: GPL-2.0-only
/* host_scan(): from sysfs to a host. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changing.h"
#include "cleanup.h"
#include "host_build.h"
#include "sysfs.h"
#include "text.h"
#include "uevent.h"
#include "vfio_driver.h"

#define PCI_DEVICES  "bus/pci/devices"
#define IOMMU_GROUPS "kernel/iommu_groups"

struct scan {
	struct host *host;
	enum scan_flags flags;
	int dir; /* the directory whose entries are being looked at */
	const char *pci;
	const char *bus; /* the one whose entries are being looked at, when it is another */
	size_t n_pci;	 /* the first so many devices of the host are the PCI ones, sorted */
	struct group *group;
	struct listed_group {
		long id;
		bool named; /* by a device's own link: its members are known */
	} * listed;
	size_t n_listed, room;
	struct changing changing;
};

/* What the uevent tells. The length of @text, or -errno. */
static ssize_t read_uevent(struct scan *scan, const char *entry, char *text, size_t size,
			   struct uevent *uevent)
{
	char path[PATH_MAX];
	ssize_t n;

	if ((size_t)snprintf(path, sizeof(path), "%s/uevent", entry) >= sizeof(path))
		return -ENAMETOOLONG;
	n = sysfs_read(scan->dir, path, text, size);
	if (n < 0)
		text[0] = '\0';
	uevent_parse(text, uevent);
	return n;
}

/* The same from what can be read of a device whose lock may be held for ever. */
static ssize_t read_without_lock(struct scan *scan, const char *entry, char *text, size_t size,
				 char driver[static NAME_MAX + 1], struct uevent *uevent)
{
	char path[PATH_MAX];
	ssize_t n;

	if ((size_t)snprintf(path, sizeof(path), "%s/modalias", entry) >= sizeof(path))
		return -ENAMETOOLONG;
	n = sysfs_read(scan->dir, path, text, size);
	if (n < 0)
		text[0] = '\0';
	uevent_from_modalias(text, uevent);
	if ((size_t)snprintf(path, sizeof(path), "%s/driver", entry) < sizeof(path) &&
	    !sysfs_link_name(scan->dir, path, driver, NAME_MAX + 1))
		uevent->driver = driver;
	return n;
}

/* -ENOENT when the device itself is gone, other failures leave it bare. */
static int device_read(struct scan *scan, struct device *device, const char *entry)
{
	char text[SYSFS_ATTR_MAX + 1] = "", driver[NAME_MAX + 1];
	struct uevent uevent = { 0 };
	ssize_t n;

	device->changing = changing_has(&scan->changing, device->bus, device->name);
	if (device->changing || scan->changing.unknown)
		n = read_without_lock(scan, entry, text, sizeof(text), driver, &uevent);
	else
		n = read_uevent(scan, entry, text, sizeof(text), &uevent);
	if (n == -ENOENT && sysfs_exists(scan->dir, entry) == -ENOENT)
		return -ENOENT;
	if (device->bus == scan->pci)
		uevent_identify_pci(&uevent, device);
	if (uevent.driver) {
		device->driver = host_driver(scan->host, device->bus, uevent.driver);
		if (!device->driver)
			return -ENOMEM;
	}
	if (uevent.modalias) {
		device->modalias = strdup(uevent.modalias);
		if (!device->modalias)
			return -ENOMEM;
	}
	return 0;
}

static void forget_last_device(struct host *host)
{
	struct device *device = host->devices[--host->n_devices];

	free(device->modalias);
	free(device->name);
	free(device);
}

/* *@out stays NULL when the device vanished. */
static int scan_device(struct scan *scan, const char *bus, const char *name, const char *entry,
		       struct device **out)
{
	struct device *device = host_add_device(scan->host, bus, name);
	int ret;

	if (!device)
		return -ENOMEM;
	ret = device_read(scan, device, entry);
	if (ret)
		forget_last_device(scan->host);
	else
		*out = device;
	return ret == -ENOENT ? 0 : ret;
}

/* The group that a device's own link names, -1 when there is none. */
static long read_group_link(struct scan *scan, const char *entry)
{
	char path[NAME_MAX + sizeof("/iommu_group")], name[32];
	unsigned long id;

	snprintf(path, sizeof(path), "%s/iommu_group", entry);
	if (sysfs_link_name(scan->dir, path, name, sizeof(name)) || text_to_ulong(name, &id) ||
	    id > LONG_MAX)
		return -1;
	return id;
}

static int scan_pci_entry(void *arg, const char *name)
{
	struct scan *scan = arg;
	struct device *device = NULL;
	int ret = scan_device(scan, scan->pci, name, name, &device);

	if (device && !(scan->flags & SCAN_GROUPS))
		device->group_id = read_group_link(scan, name);
	return ret;
}

static int scan_pci(struct scan *scan)
{
	_cleanup_close_ int dir = sysfs_open_dir(scan->host->sysfs, PCI_DEVICES);
	int ret;

	if (dir < 0)
		return 0; /* a host without PCI */
	scan->dir = dir;
	ret = sysfs_each_in(dir, scan_pci_entry, scan);
	host_sort(scan->host);
	scan->n_pci = scan->host->n_devices;
	return ret;
}

/*
 * The buses besides PCI whose devices may be in a group, and so perhaps in one with PCI devices:
 * those that the kernel's IOMMU core knows (iommu_buses[]), and those with groups of their own
 * making.
 */
static const char *const member_buses[] = { "platform",	      "amba",  "fsl-mc", "cdx",
					    "host1x-context", "vmbus", "mdev",	 "ap" };

static int scan_member_bus_entry(void *arg, const char *name)
{
	struct scan *scan = arg;
	long id = read_group_link(scan, name);
	struct device *device = NULL;
	int ret;

	if (id < 0)
		return 0;
	ret = scan_device(scan, scan->bus, name, name, &device);
	if (device)
		device->group_id = id;
	return ret;
}

static int scan_member_buses(struct scan *scan)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(member_buses); i++) {
		char path[64];
		_cleanup_close_ int dir = -1;

		snprintf(path, sizeof(path), "bus/%s/devices", member_buses[i]);
		dir = sysfs_open_dir(scan->host->sysfs, path);
		if (dir < 0)
			continue;
		scan->dir = dir;
		scan->bus = host_bus(scan->host, member_buses[i]);
		ret = scan->bus ? sysfs_each_in(dir, scan_member_bus_entry, scan) : -ENOMEM;
	}
	return ret;
}

static struct device *find_pci(struct scan *scan, const char *name)
{
	struct host sorted_part = *scan->host;

	sorted_part.n_devices = scan->n_pci;
	return host_device(&sorted_part, scan->pci, name);
}

/*
 * A member that is not on the PCI list: on another bus, or hot-added since. Its name is the one of
 * the directory that the link leads to: the kernel renames the link when two members share a name.
 */
static int scan_foreign_member(struct scan *scan, const char *entry, struct device **out)
{
	char path[PATH_MAX], name[NAME_MAX + 1], bus_name[NAME_MAX + 1];
	const char *bus;

	if (sysfs_link_name(scan->dir, entry, name, sizeof(name)))
		return 0;
	if ((size_t)snprintf(path, sizeof(path), "%s/subsystem", entry) >= sizeof(path) ||
	    sysfs_link_name(scan->dir, path, bus_name, sizeof(bus_name)))
		return 0;
	bus = host_bus(scan->host, bus_name);
	if (!bus)
		return -ENOMEM;
	return scan_device(scan, bus, name, entry, out);
}

static int scan_member(void *arg, const char *entry)
{
	struct scan *scan = arg;
	struct device *device = find_pci(scan, entry);
	int ret = 0;

	if (!device)
		ret = scan_foreign_member(scan, entry, &device);
	if (ret || !device)
		return ret;
	return group_add(scan->group, device);
}

static int scan_group(struct scan *scan, int groups_dir, long id)
{
	char path[64];
	_cleanup_close_ int dir = -1;

	snprintf(path, sizeof(path), "%ld/devices", id);
	dir = sysfs_open_dir(groups_dir, path);
	if (dir < 0)
		return 0; /* vanished */
	scan->group = host_add_group(scan->host, id);
	if (!scan->group)
		return -ENOMEM;
	scan->dir = dir;
	return sysfs_each_in(dir, scan_member, scan);
}

static int note_group(void *arg, const char *name)
{
	struct scan *scan = arg;
	unsigned long id;

	if (text_to_ulong(name, &id) || id > LONG_MAX)
		return 0;
	if (scan->n_listed == scan->room) {
		size_t room = scan->room ? scan->room * 2 : 64;
		void *listed = reallocarray(scan->listed, room, sizeof(*scan->listed));

		if (!listed)
			return -ENOMEM;
		scan->listed = listed;
		scan->room = room;
	}
	scan->listed[scan->n_listed++] = (struct listed_group){ .id = id };
	return 0;
}

static int by_listed_id(const void *a, const void *b)
{
	long x = ((const struct listed_group *)a)->id, y = ((const struct listed_group *)b)->id;

	return (x > y) - (x < y);
}

static void mark_named_groups(struct scan *scan)
{
	if (!scan->n_listed)
		return;
	qsort(scan->listed, scan->n_listed, sizeof(*scan->listed), by_listed_id);
	for (size_t i = 0; i < scan->host->n_devices; i++) {
		struct listed_group key = { .id = scan->host->devices[i]->group_id };
		struct listed_group *found = bsearch(&key, scan->listed, scan->n_listed,
						     sizeof(*scan->listed), by_listed_id);

		if (found)
			found->named = true;
	}
}

static int scan_groups(struct scan *scan)
{
	_cleanup_close_ int dir = sysfs_open_dir(scan->host->sysfs, IOMMU_GROUPS);
	int ret;

	if (dir < 0)
		return 0; /* no IOMMU support in this kernel */
	ret = sysfs_each_in(dir, note_group, scan);
	if (!(scan->flags & SCAN_GROUPS))
		mark_named_groups(scan);
	for (size_t i = 0; !ret && i < scan->n_listed; i++)
		if (!scan->listed[i].named)
			ret = scan_group(scan, dir, scan->listed[i].id);
	return ret;
}

static int scan_all(struct scan *scan)
{
	int ret;

	scan->pci = host_bus(scan->host, "pci");
	if (!scan->pci)
		return -ENOMEM;
	ret = scan_pci(scan);
	if (!ret && !(scan->flags & SCAN_GROUPS))
		ret = scan_member_buses(scan);
	if (!ret)
		ret = scan_groups(scan);
	free(scan->listed);
	host_sort(scan->host);
	if (!ret)
		vfio_driver_mark_all(scan->host);
	return ret;
}

/* What @ids name and no more: each member is found through its group. */
static int scan_some_groups(struct scan *scan, const long *ids, size_t n)
{
	_cleanup_close_ int dir = sysfs_open_dir(scan->host->sysfs, IOMMU_GROUPS);
	int ret = 0;

	scan->pci = host_bus(scan->host, "pci");
	if (!scan->pci)
		return -ENOMEM;
	for (size_t i = 0; dir >= 0 && !ret && i < n; i++)
		if (!i || ids[i] != ids[i - 1])
			ret = scan_group(scan, dir, ids[i]);
	host_sort(scan->host);
	if (!ret)
		vfio_driver_mark_all(scan->host);
	return ret;
}

static struct host *scan_host(enum scan_flags flags, const long *ids, size_t n, struct error *err)
{
	_cleanup_(host_freep) struct host *host = calloc(1, sizeof(*host));
	struct scan scan = { .host = host, .flags = flags };
	int ret;

	if (!host) {
		error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
		return NULL;
	}
	host->sysfs = sysfs_open_dir(AT_FDCWD, "/sys");
	if (host->sysfs < 0) {
		error_set(err, EXIT_FAILED, -host->sysfs, "cannot open '/sys': %s",
			  strerror(-host->sysfs));
		return NULL;
	}
	if (sysfs_exists(host->sysfs, "bus")) {
		error_set(err, EXIT_FAILED, ENODEV, "'/sys' is empty: sysfs is not mounted there");
		return NULL;
	}
	ret = changing_load(&scan.changing);
	if (!ret)
		ret = ids ? scan_some_groups(&scan, ids, n) : scan_all(&scan);
	changing_clear(&scan.changing);
	if (ret) {
		error_set(err, EXIT_FAILED, -ret, "cannot scan '/sys': %s", strerror(-ret));
		return NULL;
	}
	return take_ptr(host);
}

struct host *host_scan(enum scan_flags flags, struct error *err)
{
	return scan_host(flags, NULL, 0, err);
}

struct host *host_scan_groups(const long *ids, size_t n, struct error *err)
{
	return scan_host(SCAN_GROUPS, ids, n, err);
}
