// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"
#include "tree.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX 65536

static void check_empty(const char *dir)
{
	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		err(1, "cannot make '%s'", dir);
	if (rmdir(dir) != 0)
		err(1, "'%s' must be a directory with nothing in it", dir);
	if (mkdir(dir, 0755) != 0)
		err(1, "cannot make '%s'", dir);
}

void host_init(struct host *host, const char *dir)
{
	static const char *const always[] = {
		"bus",
		"class",
		"dev/char",
		"dev/block",
		"devices/virtual",
		"firmware",
		"fs/cgroup",
		"kernel/iommu_groups",
		"class/iommu",
		"module",
		"power",
	};

	*host = (struct host){ .iommu = IOMMU_INTEL, .cdev = true, .next_irq = 24 };
	if (!hcreate_r(NAMES_MAX, &host->names))
		err(1, "cannot make the table of names");
	check_empty(dir);
	host->top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host->top < 0)
		err(1, "cannot open '%s'", dir);
	tree_mkdir(host->top, "sys");
	host->root = openat(host->top, "sys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host->root < 0)
		err(1, "cannot open '%s/sys'", dir);
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		tree_mkdir(host->root, always[i]);
}

const char *host_find(const struct host *host, const char *key)
{
	ENTRY entry = { .key = (char *)key };
	ENTRY *found = NULL;

	hsearch_r(entry, FIND, &found, (struct hsearch_data *)&host->names);
	return found ? found->data : NULL;
}

bool host_add(struct host *host, const char *key, const char *path)
{
	ENTRY entry = { .key = strdup(key), .data = strdup(path) };
	ENTRY *found = NULL;

	if (host_find(host, key))
		return false;
	if (!entry.key || !entry.data || !hsearch_r(entry, ENTER, &found, &host->names))
		err(1, "cannot remember '%s'", key);
	return true;
}

void host_bus(struct host *host, const char *bus)
{
	struct tree_dir dir;
	char path[512];

	tree_path(path, sizeof(path), "bus/%s", bus);
	if (!host_add(host, path, path))
		return;
	dir = tree_open(host->root, path);
	tree_mkdir(dir.fd, "devices");
	tree_mkdir(dir.fd, "drivers");
	tree_attr(&dir, "drivers_autoprobe", 0644, "1\n");
	tree_attr(&dir, "drivers_probe", 0200, "%s", "");
	tree_attr(&dir, "uevent", 0200, "%s", "");
	if (strcmp(bus, "pci") == 0) {
		tree_mkdir(dir.fd, "slots");
		tree_attr(&dir, "rescan", 0200, "%s", "");
		tree_attr(&dir, "resource_alignment", 0644, "\n");
	}
	tree_close(&dir);
}

void host_class(struct host *host, const char *class)
{
	char path[512];

	tree_path(path, sizeof(path), "class/%s", class);
	if (host_add(host, path, path))
		tree_mkdir(host->root, path);
}

void host_module(struct host *host, const char *module, bool builtin)
{
	struct tree_dir dir;
	char path[512];

	tree_path(path, sizeof(path), "module/%s", module);
	if (!host_add(host, path, path))
		return;
	dir = tree_open(host->root, path);
	if (!builtin) {
		tree_mkdir(dir.fd, "drivers");
		tree_mkdir(dir.fd, "holders");
		tree_mkdir(dir.fd, "parameters");
		tree_attr(&dir, "coresize", 0444, "65536\n");
		tree_attr(&dir, "initsize", 0444, "0\n");
		tree_attr(&dir, "initstate", 0444, "live\n");
		tree_attr(&dir, "refcnt", 0444, "0\n");
		tree_attr(&dir, "srcversion", 0444, "%08X%08X0FE5A9C\n", 0x5eedu * 40503u,
			  (unsigned int)strlen(module) * 2654435761u);
		tree_attr(&dir, "taint", 0444, "\n");
	}
	tree_attr(&dir, "uevent", 0200, "%s", "");
	tree_close(&dir);
}

/* The module that holds a driver when its name is not the driver's; "" for built in. */
static const char *usual_module(const char *driver)
{
	static const char *const pairs[][2] = {
		{ "pcieport", "" },	    { "xhci_hcd", "xhci_pci" },
		{ "ehci-pci", "ehci_pci" }, { "i801_smbus", "i2c_i801" },
		{ "mei_me", "mei_me" },	    { "proc_thermal", "processor_thermal_device" },
		{ "serial", "8250_pci" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (strcmp(driver, pairs[i][0]) == 0)
			return pairs[i][1];
	}
	return NULL;
}

static void link_module(struct host *host, const char *bus, const char *driver, const char *path,
			const char *module)
{
	char name[512];
	char from[1600];
	char to[600];

	tree_path(name, sizeof(name), "%s", module ? module : driver);
	for (char *p = name; !module && *p; p++) {
		if (*p == '-')
			*p = '_';
	}
	host_module(host, name, false);
	tree_path(to, sizeof(to), "module/%s", name);
	tree_path(from, sizeof(from), "%s/module", path);
	tree_link(host->root, from, to);
	tree_path(from, sizeof(from), "%s/drivers/%s:%s", to, bus, driver);
	tree_link(host->root, from, path);
}

const char *host_driver(struct host *host, const char *bus, const char *driver, const char *module)
{
	struct tree_dir dir;
	char path[1024];
	char key[1040];

	host_bus(host, bus);
	tree_path(path, sizeof(path), "bus/%s/drivers/%s", bus, driver);
	tree_path(key, sizeof(key), "driver:%s", path);
	if (!host_add(host, key, path))
		return host_find(host, key);
	dir = tree_open(host->root, path);
	tree_attr(&dir, "bind", 0200, "%s", "");
	tree_attr(&dir, "unbind", 0200, "%s", "");
	tree_attr(&dir, "uevent", 0200, "%s", "");
	if (strcmp(bus, "pci") == 0) {
		tree_attr(&dir, "new_id", 0200, "%s", "");
		tree_attr(&dir, "remove_id", 0200, "%s", "");
	}
	tree_close(&dir);
	if (!module)
		module = usual_module(driver);
	if (!module || *module)
		link_module(host, bus, driver, path, module);
	return host_find(host, key);
}

void host_join_bus(struct host *host, const char *bus, const char *name, const char *path)
{
	char from[1024];
	char to[600];

	host_bus(host, bus);
	tree_path(from, sizeof(from), "bus/%s/devices/%s", bus, name);
	tree_link(host->root, from, path);
	tree_path(from, sizeof(from), "%s/subsystem", path);
	tree_path(to, sizeof(to), "bus/%s", bus);
	tree_link(host->root, from, to);
}

void host_join_driver(struct host *host, const char *bus, const char *name, const char *path,
		      const char *driver)
{
	const char *home = host_driver(host, bus, driver, NULL);
	char from[2048];

	tree_path(from, sizeof(from), "%s/driver", path);
	tree_link(host->root, from, home);
	tree_path(from, sizeof(from), "%s/%s", home, name);
	tree_link(host->root, from, path);
}

/* A class's device hangs right below one of another class; only interfaces never do. */
static bool needs_glue(const struct host *host, const char *class, const char *parent)
{
	char path[1200], to[512];
	ssize_t n;

	if (!parent || !strcmp(class, "net"))
		return true;
	tree_path(path, sizeof(path), "%s/subsystem", parent);
	n = readlinkat(host->root, path, to, sizeof(to) - 1);
	if (n < 0)
		return true;
	to[n] = '\0';
	return !strstr(to, "/class/");
}

const char *host_child(struct host *host, const char *class, const char *name, const char *parent,
		       const char *uevent, int major, int minor)
{
	struct tree_dir dir;
	char path[1200];
	char from[1600];
	char to[600];

	host_class(host, class);
	if (needs_glue(host, class, parent))
		tree_path(path, sizeof(path), "%s/%s/%s", parent ? parent : "devices/virtual",
			  class, name);
	else
		tree_path(path, sizeof(path), "%s/%s", parent, name);
	tree_path(from, sizeof(from), "%s:%s", class, name);
	if (!host_add(host, from, path))
		errx(1, "'%s' is there twice", from);
	dir = tree_open(host->root, path);
	if (major) {
		tree_attr(&dir, "dev", 0444, "%d:%d\n", major, minor);
		tree_attr(&dir, "uevent", 0644, "MAJOR=%d\nMINOR=%d\n%s", major, minor, uevent);
		tree_path(from, sizeof(from), "dev/%s/%d:%d",
			  strcmp(class, "block") ? "char" : "block", major, minor);
		tree_link(host->root, from, path);
	} else {
		tree_attr(&dir, "uevent", 0644, "%s", uevent);
	}
	tree_close(&dir);
	tree_path(from, sizeof(from), "class/%s/%s", class, name);
	tree_link(host->root, from, path);
	tree_path(from, sizeof(from), "%s/subsystem", path);
	tree_path(to, sizeof(to), "class/%s", class);
	tree_link(host->root, from, to);
	if (parent) {
		tree_path(from, sizeof(from), "%s/device", path);
		tree_link(host->root, from, parent);
	}
	tree_path(from, sizeof(from), "%s:%s", class, name);
	return host_find(host, from);
}

void host_power(struct host *host, const char *path)
{
	struct tree_dir dir;
	char power[1100];

	tree_path(power, sizeof(power), "%s/power", path);
	dir = tree_open(host->root, power);
	tree_attr(&dir, "control", 0644, "on\n");
	tree_attr(&dir, "runtime_status", 0444, "active\n");
	tree_attr(&dir, "wakeup", 0644, "disabled\n");
	tree_close(&dir);
}
