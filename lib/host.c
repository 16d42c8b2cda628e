// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "host_build.h"
#include "sysfs.h"

/* Makes room for one more of an array of pointers; 0 or -ENOMEM. */
static int reserve(void **array, size_t n, size_t *room)
{
	size_t more = *room ? *room * 2 : 16;
	void *bigger;

	if (n < *room)
		return 0;
	bigger = reallocarray(*(void **)array, more, sizeof(void *));
	if (!bigger)
		return -ENOMEM;
	*array = bigger;
	*room = more;
	return 0;
}

const char *host_bus(struct host *host, const char *name)
{
	char *copy;

	for (size_t i = 0; i < host->n_buses; i++)
		if (!strcmp(host->buses[i], name))
			return host->buses[i];
	copy = strdup(name);
	if (!copy || reserve((void **)&host->buses, host->n_buses, &host->buses_room)) {
		free(copy);
		return NULL;
	}
	return host->buses[host->n_buses++] = copy;
}

struct driver *host_driver(struct host *host, const char *bus, const char *name)
{
	struct driver *driver;

	for (size_t i = 0; i < host->n_drivers; i++)
		if (host->drivers[i]->bus == bus && !strcmp(host->drivers[i]->name, name))
			return host->drivers[i];
	if (reserve((void **)&host->drivers, host->n_drivers, &host->drivers_room))
		return NULL;
	driver = calloc(1, sizeof(*driver));
	if (!driver)
		return NULL;
	driver->bus = bus;
	driver->name = strdup(name);
	if (!driver->name) {
		free(driver);
		return NULL;
	}
	return host->drivers[host->n_drivers++] = driver;
}

static void device_free(struct device *device)
{
	if (!device)
		return;
	free(device->name);
	free(device->modalias);
	free(device);
}

struct device *host_add_device(struct host *host, const char *bus, const char *name)
{
	struct device *device;

	if (reserve((void **)&host->devices, host->n_devices, &host->devices_room))
		return NULL;
	device = calloc(1, sizeof(*device));
	if (!device)
		return NULL;
	device->bus = bus;
	device->role = ROLE_OTHER;
	device->group_id = -1;
	device->name = strdup(name);
	if (!device->name) {
		device_free(device);
		return NULL;
	}
	return host->devices[host->n_devices++] = device;
}

void host_remove_device(struct host *host, struct device *device)
{
	size_t i = 0;

	while (host->devices[i] != device)
		i++;
	memmove(&host->devices[i], &host->devices[i + 1],
		(--host->n_devices - i) * sizeof(struct device *));
	if (device->group)
		group_remove(device->group, device);
	device_free(device);
}

struct group *host_add_group(struct host *host, long id)
{
	struct group *group;

	if (reserve((void **)&host->groups, host->n_groups, &host->groups_room))
		return NULL;
	group = group_new(id);
	if (group)
		host->groups[host->n_groups++] = group;
	return group;
}

static int by_device(const void *a, const void *b)
{
	return device_compare(*(struct device *const *)a, *(struct device *const *)b);
}

static int by_group_id(const void *a, const void *b)
{
	long x = (*(struct group *const *)a)->id, y = (*(struct group *const *)b)->id;

	return (x > y) - (x < y);
}

static void sort_devices(struct device **devices, size_t n)
{
	if (n > 1)
		qsort(devices, n, sizeof(*devices), by_device);
}

void host_sort(struct host *host)
{
	sort_devices(host->devices, host->n_devices);
	if (host->n_groups > 1)
		qsort(host->groups, host->n_groups, sizeof(*host->groups), by_group_id);
	for (size_t i = 0; i < host->n_groups; i++)
		sort_devices(host->groups[i]->devices, host->groups[i]->n_devices);
}

struct group *host_group(const struct host *host, long id)
{
	struct group key = { .id = id }, *keyp = &key, **found;

	if (!host->n_groups)
		return NULL;
	found = bsearch(&keyp, host->groups, host->n_groups, sizeof(*host->groups), by_group_id);
	return found ? *found : NULL;
}

struct device *host_device(const struct host *host, const char *bus, const char *name)
{
	struct device key = { .name = (char *)name, .bus = bus }, *keyp = &key, **found;

	if (!strcmp(bus, "pci"))
		key.is_pci = !pci_address_parse(name, &key.addr);
	if (!host->n_devices)
		return NULL;
	found = bsearch(&keyp, host->devices, host->n_devices, sizeof(*host->devices), by_device);
	return found ? *found : NULL;
}

int host_open_device(const struct host *host, const struct device *device)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "bus/%s/devices/%s", device->bus, device->name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	return sysfs_open_dir(host->sysfs, path);
}

void host_free(struct host *host)
{
	if (!host)
		return;
	for (size_t i = 0; i < host->n_devices; i++)
		device_free(host->devices[i]);
	for (size_t i = 0; i < host->n_groups; i++)
		group_free(host->groups[i]);
	for (size_t i = 0; i < host->n_drivers; i++) {
		free(host->drivers[i]->name);
		free(host->drivers[i]);
	}
	for (size_t i = 0; i < host->n_buses; i++)
		free(host->buses[i]);
	free(host->devices);
	free(host->groups);
	free(host->drivers);
	free(host->buses);
	if (host->sysfs >= 0)
		close(host->sysfs);
	free(host);
}
