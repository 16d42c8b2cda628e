// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"
#include "group.h"
#include "tree.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The VFIO drivers of the buses other than PCI are all called so. */
static bool is_vfio(const char *driver)
{
	return driver && strstr(driver, "vfio");
}

const char *device_make(struct host *host, const struct device *dev)
{
	const char *above = dev->parent ? host_find(host, dev->parent) : NULL;
	struct tree_dir dir;
	char path[1024];

	if (dev->parent && !above)
		return NULL;
	if (above)
		tree_path(path, sizeof(path), "%s/%s", above, dev->name);
	else
		tree_path(path, sizeof(path), "devices/%s/%s", dev->bus, dev->name);
	if (!host_add(host, dev->name, path))
		return NULL;
	dir = tree_open(host->root, path);
	tree_attr(&dir, "uevent", 0644, "%s%s%sMODALIAS=%s:%s\n%s", dev->driver ? "DRIVER=" : "",
		  dev->driver ? dev->driver : "", dev->driver ? "\n" : "", dev->bus, dev->name,
		  dev->uevent ? dev->uevent : "");
	tree_attr(&dir, "modalias", 0444, "%s:%s\n", dev->bus, dev->name);
	/* A mediated device has no override: its driver is chosen by its type. */
	if (strcmp(dev->bus, "mdev") != 0)
		tree_attr(&dir, "driver_override", 0644, "(null)\n");
	tree_close(&dir);
	host_power(host, path);
	host_join_bus(host, dev->bus, dev->name, path);
	if (dev->driver)
		host_join_driver(host, dev->bus, dev->name, path, dev->driver);
	if (dev->group >= 0)
		group_join(host, dev->group, dev->name, path);
	if (dev->group >= 0 && is_vfio(dev->driver))
		group_vfio_device(host, dev->group, path);
	return host_find(host, dev->name);
}
