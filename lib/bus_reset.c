// SPDX-License-Identifier: GPL-2.0-only
#include "bus_reset.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "sysfs.h"

static char *path_of(const struct host *host, const struct device *device)
{
	char entry[PATH_MAX], path[PATH_MAX];
	int n = snprintf(entry, sizeof(entry), "bus/pci/devices/%s", device->name);

	if (!device->is_pci || n < 0 || n >= PATH_MAX ||
	    sysfs_entry_path(host->sysfs, entry, path, sizeof(path)))
		return NULL;
	return strdup(path);
}

int bus_reset_init(struct bus_reset *map, const struct host *host)
{
	map->host = host;
	map->paths = calloc(host->n_devices ?: 1, sizeof(*map->paths));
	if (!map->paths)
		return -ENOMEM;
	for (size_t i = 0; i < host->n_devices; i++)
		map->paths[i] = path_of(host, host->devices[i]);
	return 0;
}

void bus_reset_clear(struct bus_reset *map)
{
	for (size_t i = 0; map->paths && i < map->host->n_devices; i++)
		free(map->paths[i]);
	free(map->paths);
	*map = (struct bus_reset){ 0 };
}

/* The length of the bridge's path, with the slash behind it; 0: no bridge stands there. */
static size_t bridge_of(const char *path)
{
	const char *end = strrchr(path, '/'), *begin = end;
	_cleanup_free_ char *name = NULL;
	struct pci_address addr;

	while (begin > path && begin[-1] != '/')
		begin--;
	name = end ? strndup(begin, (size_t)(end - begin)) : NULL;
	return name && !pci_address_parse(name, &addr) ? (size_t)(end - path) + 1 : 0;
}

static const char *find_path(const struct bus_reset *map, const struct device *device)
{
	for (size_t i = 0; i < map->host->n_devices; i++)
		if (map->host->devices[i] == device)
			return map->paths[i];
	return NULL;
}

int bus_reset_hits(const struct bus_reset *map, const struct device *device, struct device ***hits,
		   size_t *n)
{
	const char *path = find_path(map, device);
	size_t prefix = path ? bridge_of(path) : 0;

	*n = 0;
	*hits = calloc(map->host->n_devices ?: 1, sizeof(struct device *));
	if (!*hits)
		return -ENOMEM;
	if (!prefix)
		return -ENOTTY;
	for (size_t i = 0; i < map->host->n_devices; i++) {
		const char *other = map->paths[i];

		if (other && other != path && !strncmp(other, path, prefix))
			(*hits)[(*n)++] = map->host->devices[i];
	}
	return 0;
}
