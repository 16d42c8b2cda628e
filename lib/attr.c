// SPDX-License-Identifier: GPL-2.0-only
#include "attr.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "sysfs.h"

/* "bus/pci/devices/0000:01:00.0/<name>"; false when it is too long to be a path. */
static bool attr_path(char path[static PATH_MAX], const struct device *device, const char *name)
{
	int n = snprintf(path, PATH_MAX, "bus/%s/devices/%s/%s", device->bus, device->name, name);

	return n > 0 && n < PATH_MAX;
}

/* The kernel shows these under the device's lock, which a change may hold for long: changing.h. */
static bool would_hang(const struct device *device, const char *name)
{
	return device->changing && (!strcmp(name, "driver_override") ||
				    !strcmp(name, "sriov_numvfs") || !strcmp(name, "uevent"));
}

static char *nonempty(char *s)
{
	if (s && *s)
		return s;
	free(s);
	return NULL;
}

char *attr_read(const struct host *host, const struct device *device, const char *name)
{
	char path[PATH_MAX];

	if (would_hang(device, name) || !attr_path(path, device, name))
		return NULL;
	return nonempty(sysfs_read_str(host->sysfs, path));
}

char *attr_driver_override(const struct host *host, const struct device *device)
{
	char *value = attr_read(host, device, "driver_override");

	if (value && !strcmp(value, "(null)")) {
		free(value);
		return NULL;
	}
	return value;
}

int attr_long(const struct host *host, const struct device *device, const char *name, long *out)
{
	char path[PATH_MAX];

	if (would_hang(device, name))
		return -EBUSY;
	if (!attr_path(path, device, name))
		return -ENAMETOOLONG;
	return sysfs_read_long(host->sysfs, path, out);
}

char *attr_physfn(const struct host *host, const struct device *device)
{
	char path[PATH_MAX], name[NAME_MAX + 1];

	if (!attr_path(path, device, "physfn") ||
	    sysfs_link_name(host->sysfs, path, name, sizeof(name)))
		return NULL;
	return strdup(name);
}

static int split(char *text, const char *separators, struct strv *out)
{
	char *word;
	int ret = 0;

	while (!ret && (word = strsep(&text, separators)))
		if (*word)
			ret = strv_add(out, word);
	return ret;
}

int attr_words(const struct host *host, const struct device *device, const char *name,
	       struct strv *out)
{
	char path[PATH_MAX], text[SYSFS_ATTR_MAX + 1];
	ssize_t n;

	if (!attr_path(path, device, name))
		return -ENAMETOOLONG;
	n = sysfs_read(host->sysfs, path, text, sizeof(text));
	return n < 0 ? n : split(text, " \t\n", out);
}

int attr_reserved_regions(const struct host *host, long group, struct strv *out)
{
	char path[96], text[SYSFS_ATTR_MAX + 1];
	ssize_t n;

	snprintf(path, sizeof(path), "kernel/iommu_groups/%ld/reserved_regions", group);
	n = sysfs_read(host->sysfs, path, text, sizeof(text));
	return n < 0 ? n : split(text, "\n", out);
}

char *attr_group_type(const struct host *host, long group)
{
	char path[96];

	snprintf(path, sizeof(path), "kernel/iommu_groups/%ld/type", group);
	return nonempty(sysfs_read_str(host->sysfs, path));
}

static int take_first(void *arg, const char *name)
{
	char **first = arg;

	*first = strdup(name);
	return 1;
}

char *attr_vfio_cdev(const struct host *host, const struct device *device)
{
	char path[PATH_MAX], *name = NULL;

	if (attr_path(path, device, "vfio-dev"))
		sysfs_each(host->sysfs, path, take_first, &name);
	return name;
}
