// SPDX-License-Identifier: GPL-2.0-only
#include "vfio_driver.h"

#include <limits.h>
#include <stdio.h>

#include "sysfs.h"

/* Modules whose holders are VFIO drivers, or glue between the two. */
static const char *const cores[] = { "vfio", "vfio_pci_core", "mdev" };

static bool exists(int sysfs, const char *path, int length)
{
	return length > 0 && length < PATH_MAX && !sysfs_exists(sysfs, path);
}

static bool registered_with_vfio(int sysfs, const struct device *device)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "bus/%s/devices/%s/vfio-dev", device->bus,
			 device->name);

	return exists(sysfs, path, n);
}

static bool module_holds_core(int sysfs, const struct driver *driver)
{
	char path[PATH_MAX], module[NAME_MAX + 1];
	int n = snprintf(path, sizeof(path), "bus/%s/drivers/%s/module", driver->bus, driver->name);

	if (n < 0 || n >= PATH_MAX || sysfs_link_name(sysfs, path, module, sizeof(module)))
		return false;
	for (size_t i = 0; i < sizeof(cores) / sizeof(cores[0]); i++) {
		n = snprintf(path, sizeof(path), "module/%s/holders/%s", cores[i], module);
		if (exists(sysfs, path, n))
			return true;
	}
	return false;
}

void vfio_driver_check(int sysfs, const struct device *device, struct driver *driver)
{
	driver->checked = true;
	driver->vfio = registered_with_vfio(sysfs, device) || module_holds_core(sysfs, driver);
}

void vfio_driver_mark_all(struct host *host)
{
	size_t left = host->n_drivers;

	for (size_t i = 0; left && i < host->n_devices; i++) {
		struct driver *driver = host->devices[i]->driver;

		if (!driver || driver->checked)
			continue;
		left--;
		vfio_driver_check(host->sysfs, host->devices[i], driver);
	}
}
