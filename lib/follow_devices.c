// SPDX-License-Identifier: GPL-2.0-only
/* Events of devices, and what is read of a device when one comes. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "follow_impl.h"
#include "host_build.h"
#include "sysfs.h"
#include "uevent.h"
#include "vfio_driver.h"

/* What is in the directory of a device, as it is now. */

static int device_path(char path[PATH_MAX], const char *bus, const char *name, const char *entry)
{
	int n = snprintf(path, PATH_MAX, "bus/%s/devices/%s/%s", bus, name, entry);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* -1: none. */
static long read_group(const struct host *host, const char *bus, const char *name)
{
	char path[PATH_MAX], id[32];
	unsigned long group;

	if (device_path(path, bus, name, "iommu_group") ||
	    sysfs_link_name(host->sysfs, path, id, sizeof(id)) || text_to_ulong(id, &group) ||
	    group > LONG_MAX)
		return -1;
	return (long)group;
}

struct vfs_walk {
	const struct host *host;
	const struct device *pf;
	struct strv *names;
};

static int on_entry(void *arg, const char *entry)
{
	struct vfs_walk *walk = arg;
	char path[PATH_MAX], name[NAME_MAX + 1];

	if (strncmp(entry, "virtfn", strlen("virtfn")) ||
	    device_path(path, walk->pf->bus, walk->pf->name, entry) ||
	    sysfs_link_name(walk->host->sysfs, path, name, sizeof(name)))
		return 0;
	return strv_add(walk->names, name);
}

/* The first of them is called virtfn0: most devices cost no more than to find that it is not. */
static int read_vfs(const struct host *host, const struct device *pf, struct strv *names)
{
	struct vfs_walk walk = { .host = host, .pf = pf, .names = names };
	char path[PATH_MAX];
	int ret;

	if (device_path(path, pf->bus, pf->name, "virtfn0") || sysfs_exists(host->sysfs, path) ||
	    device_path(path, pf->bus, pf->name, "."))
		return 0;
	ret = sysfs_each(host->sysfs, path, on_entry, &walk);
	return ret == -ENOMEM ? ret : 0;
}

static int look_at_vfs(struct follow *follow, struct device *device)
{
	_cleanup_(strv_clear) struct strv names = { 0 };
	int ret;

	if (!device->is_pci)
		return 0;
	ret = read_vfs(follow->known.host, device, &names);
	return ret ? ret : known_set_vfs(&follow->known, device, &names);
}

/* Events of devices. */

/* A PCI device always counts, one of another bus when it is in a group. 0, also when it is not. */
static int meet(struct follow *follow, const struct event *event)
{
	struct known *known = &follow->known;
	const char *modalias = event_value(event, "MODALIAS");
	struct device like = { .name = (char *)event->name,
			       .bus = event->subsystem,
			       .role = ROLE_OTHER };
	struct uevent uevent;

	like.group_id = read_group(known->host, like.bus, like.name);
	if (!strcmp(like.bus, "pci")) {
		uevent_from_modalias(modalias ? modalias : "", &uevent);
		uevent_identify_pci(&uevent, &like);
	} else if (like.group_id < 0) {
		return 0;
	}
	return known_add(known, &like);
}

static int on_bind(struct follow *follow, const struct event *event, struct device *device)
{
	struct known *known = &follow->known;
	const char *name = event_value(event, "DRIVER");
	struct driver *driver = name ? host_driver(known->host, device->bus, name) : NULL;
	int ret = 0;

	if (!name)
		return 0;
	if (!driver)
		return -ENOMEM;
	if (!driver->checked)
		vfio_driver_check(known->host->sysfs, device, driver);
	/* Some are put in a group no earlier than when a driver comes. */
	if (device->group_id < 0) {
		long group = read_group(known->host, device->bus, device->name);

		ret = group < 0 ? 0 : known_join(known, device, group);
	}
	return ret ? ret : known_bind(known, device, driver);
}

int follow_device_event(struct follow *follow, const struct event *event)
{
	struct known *known = &follow->known;
	struct device *device = host_device(known->host, event->subsystem, event->name);
	int ret = 0;

	if (!device && (!strcmp(event->action, "add") || !strcmp(event->action, "bind"))) {
		ret = meet(follow, event);
		device = host_device(known->host, event->subsystem, event->name);
	}
	if (ret || !device)
		return ret;
	if (!strcmp(event->action, "bind"))
		return on_bind(follow, event, device);
	if (!strcmp(event->action, "unbind"))
		return known_bind(known, device, NULL);
	if (!strcmp(event->action, "remove"))
		return known_remove(known, device);
	return strcmp(event->action, "change") ? 0 : look_at_vfs(follow, device);
}

int follow_look_at_vfs(struct follow *follow)
{
	const struct host *host = follow->known.host;
	int ret = 0;

	for (size_t i = 0; !ret && i < host->n_devices; i++)
		ret = look_at_vfs(follow, host->devices[i]);
	return ret;
}
