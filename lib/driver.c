// SPDX-License-Identifier: GPL-2.0-only
#include "driver.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "bounded.h"
#include "cleanup.h"
#include "sysfs.h"

static bool fits(int length)
{
	return length > 0 && length < PATH_MAX;
}

bool driver_is_present(const struct host *host, const char *bus, const char *name)
{
	char path[PATH_MAX];

	/* A name with a slash would lead elsewhere. */
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       fits(snprintf(path, sizeof(path), "bus/%s/drivers/%s", bus, name)) &&
	       !sysfs_exists(host->sysfs, path);
}

struct found {
	const char *bus;
	struct strv drivers;
};

/* Entries are "BUS:DRIVER". */
static int on_module_driver(void *arg, const char *name)
{
	struct found *found = arg;
	size_t n = strlen(found->bus);

	if (strncmp(name, found->bus, n) != 0 || name[n] != ':')
		return 0;
	return strv_add(&found->drivers, name + n + 1);
}

static char *driver_of_module(const struct host *host, const char *bus, const char *module,
			      struct error *err)
{
	struct found found = { .bus = bus };
	char path[PATH_MAX], *driver = NULL;

	if (!fits(snprintf(path, sizeof(path), "module/%s/drivers", module)))
		return NULL;
	/* The kernel writes '_' where the file's name may have '-'. */
	for (char *p = path + strlen("module/"); *p != '/'; p++)
		if (*p == '-')
			*p = '_';
	sysfs_each(host->sysfs, path, on_module_driver, &found);
	if (found.drivers.n == 1)
		driver = strdup(found.drivers.v[0]);
	else if (found.drivers.n)
		error_set(err, EXIT_USAGE, EINVAL,
			  "module '%s' has several drivers for bus '%s': name one of them, such as "
			  "'%s' or '%s'",
			  module, bus, found.drivers.v[0], found.drivers.v[1]);
	else
		error_set(err, EXIT_FAILED, ENOENT,
			  "module '%s' brings no driver for bus '%s': name the driver, if it is "
			  "called otherwise",
			  module, bus);
	strv_clear(&found.drivers);
	return driver;
}

/*
 * What a module that is not loaded will call its driver. Most name it after themselves; of the
 * kernel's own VFIO drivers these do not.
 */
static const char *expected_driver(const char *module)
{
	static const char *const dashed[][2] = {
		{ "vfio_pci", "vfio-pci" },   { "vfio_platform", "vfio-platform" },
		{ "vfio_amba", "vfio-amba" }, { "vfio_fsl_mc", "vfio-fsl-mc" },
		{ "vfio_cdx", "vfio-cdx" },   { "pci_stub", "pci-stub" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(dashed); i++)
		if (!strcmp(module, dashed[i][0]))
			return dashed[i][1];
	return module;
}

struct loading {
	struct modules *modules;
	const char *name;
};

/* In a child: a module's init may not return, and probes the devices that it finds. */
static void load_in_child(void *arg, int out)
{
	const struct loading *loading = arg;
	struct error err = { 0 };

	modules_load(loading->modules, loading->name, &err);
	bounded_answer(out, &err, sizeof(err));
}

static int load(struct modules *modules, const char *name, int timeout_ms, struct error *err)
{
	struct loading loading = { modules, name };
	_cleanup_free_ char *answer = NULL;
	struct error told;
	char what[128];
	size_t size;
	int ret;

	snprintf(what, sizeof(what), "the loading of module '%.80s'", name);
	ret = bounded_call(load_in_child, &loading, timeout_ms, what, &answer, &size, err);
	if (ret)
		return ret;
	if (size != sizeof(told))
		return error_set(err, EXIT_FAILED, EIO, "%s was cut short", what);
	memcpy(&told, answer, sizeof(told));
	return told.status ? error_set(err, told.status, told.errnum, "%s", told.msg) : 0;
}

char *driver_resolve(const struct host *host, struct modules *modules, const char *bus,
		     const char *name, int load_ms, bool *unloaded, struct error *err)
{
	struct error why = { 0 };
	char *driver;

	*unloaded = false;
	if (!*name || strchr(name, '/') || name[0] == '.') {
		error_set(err, EXIT_USAGE, EINVAL, "'%s' is no driver's name", name);
		return NULL;
	}
	if (driver_is_present(host, bus, name))
		return strdup(name);
	driver = driver_of_module(host, bus, name, NULL);
	if (driver)
		return driver;
	if (!load_ms) {
		*unloaded = true;
		return strdup(expected_driver(name));
	}
	if (load(modules, name, load_ms, &why)) {
		if (why.status == EXIT_TIMED_OUT)
			*err = why;
		error_set(err, EXIT_FAILED, why.errnum,
			  "bus '%s' has no driver '%s', and no module of that name can be loaded: "
			  "%s",
			  bus, name, why.msg);
		return NULL;
	}
	if (driver_is_present(host, bus, name))
		return strdup(name);
	return driver_of_module(host, bus, name, err);
}

/* Buses with a VFIO driver of their own; PCI is looked up by alias. */
static const struct {
	const char *bus, *module;
} bus_modules[] = {
	{ "platform", "vfio_platform" }, { "amba", "vfio_amba" }, { "fsl-mc", "vfio_fsl_mc" },
	{ "css", "vfio_ccw" },		 { "ap", "vfio_ap" },	  { "cdx", "vfio_cdx" },
};

char *driver_default_module(struct modules *modules, const struct device *device, struct error *err)
{
	struct strv variants = { 0 };
	char *module;

	for (size_t i = 0; i < ARRAY_SIZE(bus_modules); i++)
		if (!strcmp(device->bus, bus_modules[i].bus))
			return strdup(bus_modules[i].module);
	if (strcmp(device->bus, "pci") != 0) {
		error_set(err, EXIT_REFUSED, ENOTSUP,
			  "cannot bind '%s': no VFIO driver is known for bus '%s', name one with "
			  "--driver",
			  device->name, device->bus);
		return NULL;
	}
	if (device->modalias)
		modules_vfio_variants(modules, device->modalias, &variants);
	module = strdup(variants.n ? variants.v[0] : "vfio_pci");
	strv_clear(&variants);
	return module;
}
