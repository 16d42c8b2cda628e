// SPDX-License-Identifier: GPL-2.0-only
#include "whitelist_change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "config_edit.h"
#include "core.h"
#include "lock.h"
#include "run_dir.h"
#include "vfio_files.h"

#define LOCK_TIMEOUT_MS 10000

/* Entries are compared and written as bus:driver; the list that was, and what becomes of it. */
struct change {
	const struct host *host;
	enum core_kind core;
	struct whitelist before;
	struct strv added, removed;
	struct strv kernel_before, kernel_after;
};

static void change_clear(struct change *change)
{
	whitelist_clear(&change->before);
	strv_clear(&change->added);
	strv_clear(&change->removed);
	strv_clear(&change->kernel_before);
	strv_clear(&change->kernel_after);
}

static int add_full(struct strv *list, const char *bus, const char *driver)
{
	return strv_addf(list, "%s:%s", bus ?: "pci", driver);
}

/* The same rules as for a line of the configuration, and the kernel's. */
static int parse_names(struct strv *out, char *const *names, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = names[i], *colon = strchr(name, ':');

		if (!*name || strpbrk(name, " \t\n/,#") || !text_is_safe(name) || colon == name ||
		    (colon && !colon[1]))
			return error_set(err, EXIT_USAGE, EINVAL, "'%s' is no driver's name", name);
		if (colon ? strv_add(out, name) : add_full(out, NULL, name))
			return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	}
	return 0;
}

static const struct whitelist_entry *find(const struct whitelist *list, const char *full)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct whitelist_entry *entry = &list->entries[i];
		size_t bus = strlen(entry->bus ?: "pci");

		if (!strncmp(full, entry->bus ?: "pci", bus) && full[bus] == ':' &&
		    !strcmp(full + bus + 1, entry->driver))
			return entry;
	}
	return NULL;
}

static bool is_built_in(const struct whitelist_entry *entry)
{
	return !strcmp(entry->source, "built-in");
}

static int plan_add(struct change *change, const struct strv *names)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < names->n; i++)
		if (!find(&change->before, names->v[i]) &&
		    !strv_contains(&change->added, names->v[i]))
			ret = strv_add(&change->added, names->v[i]);
	return ret;
}

static int plan_remove(struct change *change, const struct strv *names, struct error *err)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct whitelist_entry *entry = find(&change->before, names->v[i]);

		if (!entry)
			return error_set(err, EXIT_NONE_FOUND, ENOENT,
					 "'%s' is not in the whitelist; 'vfioctl whitelist' shows "
					 "what is",
					 names->v[i]);
		if (is_built_in(entry))
			return error_set(err, EXIT_FAILED, EPERM,
					 "'%s' is built in and cannot be removed", names->v[i]);
		if (strv_add(&change->removed, names->v[i]))
			return -ENOMEM;
	}
	return 0;
}

static int plan_reset(struct change *change)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < change->before.n; i++)
		if (!is_built_in(&change->before.entries[i]))
			ret = add_full(&change->removed, change->before.entries[i].bus,
				       change->before.entries[i].driver);
	return ret;
}

/* What the kernel is to have: all that is configured, which for add and remove keeps its own. */
static int plan_kernel(struct change *change, enum whitelist_act act)
{
	struct strv *after = &change->kernel_after;
	bool own = act == WHITELIST_ADD || act == WHITELIST_REMOVE;
	int ret = core_whitelist_read(change->host->sysfs, &change->kernel_before);

	for (size_t i = 0; !ret && own && i < change->kernel_before.n; i++)
		if (!strv_contains(&change->removed, change->kernel_before.v[i]))
			ret = strv_add(after, change->kernel_before.v[i]);
	for (size_t i = 0; !ret && !own && i < change->before.n; i++) {
		_cleanup_free_ char *full = NULL;

		if (asprintf(&full, "%s:%s", change->before.entries[i].bus ?: "pci",
			     change->before.entries[i].driver) < 0)
			return -ENOMEM;
		if (!strv_contains(&change->removed, full))
			ret = strv_add(after, full);
	}
	for (size_t i = 0; !ret && i < change->added.n; i++)
		if (!strv_contains(after, change->added.v[i]))
			ret = strv_add(after, change->added.v[i]);
	return ret;
}

static bool group_used(const struct change *change, const struct vfio_files *files, long id)
{
	_cleanup_(core_group_clear) struct core_group group = { 0 };

	if (change->core == CORE_OURS)
		return !core_group_read(change->host->sysfs, id, &group) &&
		       (group.container || group.opened);
	for (size_t i = 0; i < files->n; i++)
		if (files->v[i].group == id)
			return true;
	return false;
}

static bool loses(const struct change *change, const struct device *device)
{
	_cleanup_free_ char *full = NULL;

	if (!device->driver || asprintf(&full, "%s:%s", device->bus, device->driver->name) < 0)
		return false;
	return strv_contains(&change->removed, full);
}

/* Refuses what a group in use would not survive, which the tool would call not viable then. */
static int check_groups(const struct change *change, struct error *err)
{
	_cleanup_(vfio_files_clear) struct vfio_files files = { 0 };

	if (!change->removed.n)
		return 0;
	if (change->core == CORE_STOCK && vfio_files_find(&files, change->host->sysfs) < 0)
		return error_set(err, EXIT_FAILED, EIO, "cannot look into '/proc'");
	for (size_t i = 0; i < change->host->n_devices; i++) {
		const struct device *device = change->host->devices[i];

		if (device->group_id >= 0 && loses(change, device) &&
		    group_used(change, &files, device->group_id))
			return error_set(err, EXIT_BUSY, EBUSY,
					 "'%s' stays in the whitelist: group %ld is in use, and "
					 "'%s' in it is bound to that driver",
					 device->driver->name, device->group_id, device->name);
	}
	return 0;
}

static int tell_kernel(const struct change *change, const struct strv *list, struct error *err)
{
	int ret = change->core == CORE_OURS ? core_whitelist_write(change->host->sysfs, list) : 0;

	if (ret == -EBUSY)
		return error_set(err, EXIT_BUSY, EBUSY,
				 "the kernel refuses the new whitelist: a group in use needs a "
				 "driver that it does not have; the kernel's log names it");
	if (ret)
		return error_set(err, EXIT_FAILED, -ret, "cannot change the kernel's whitelist: %s",
				 strerror(-ret));
	return 0;
}

static bool unwanted(void *arg, const char *value)
{
	const struct strv *removed = arg;
	_cleanup_free_ char *full = NULL;

	if (!strchr(value, ':') && asprintf(&full, "pci:%s", value) < 0)
		return false;
	return strv_contains(removed, full ?: value);
}

/* The kernel first: it may refuse, and can be told the old list again. */
static int commit(struct change *change, struct error *err)
{
	int ret = tell_kernel(change, &change->kernel_after, err);

	if (ret)
		return ret;
	ret = config_edit("whitelist", unwanted, &change->removed, &change->added, err);
	if (ret)
		tell_kernel(change, &change->kernel_before, NULL);
	return ret;
}

static int plan(struct change *change, enum whitelist_act act, const struct strv *names,
		struct error *err)
{
	int ret = 0;

	if (act == WHITELIST_ADD)
		ret = plan_add(change, names);
	else if (act == WHITELIST_REMOVE)
		ret = plan_remove(change, names, err);
	else if (act == WHITELIST_RESET)
		ret = plan_reset(change);
	else if (change->core != CORE_OURS)
		return error_set(
			err, EXIT_FAILED, ENODEV,
			"there is nobody to tell: the core that is loaded has no whitelist");
	if (!ret && change->core == CORE_OURS)
		ret = plan_kernel(change, act);
	if (ret == -ENOMEM)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	if (ret)
		return error_set(err, EXIT_FAILED, -ret, "cannot read the kernel's whitelist: %s",
				 strerror(-ret));
	return 0;
}

int whitelist_change(const struct host *host, enum whitelist_act act, char *const *names, size_t n,
		     struct error *err)
{
	_cleanup_(change_clear) struct change change = { .host = host,
							 .core = core_kind(host->sysfs) };
	_cleanup_(strv_clear) struct strv full = { 0 };
	_cleanup_close_ int dir = -1, lock = -1;
	int ret = parse_names(&full, names, n, err);

	if (ret)
		return ret;
	dir = run_dir_open(err);
	if (dir < 0)
		return dir;
	lock = lock_take(dir, "whitelist", LOCK_TIMEOUT_MS, NULL, err);
	if (lock < 0)
		return lock;
	ret = whitelist_load(&change.before, err);
	if (!ret)
		ret = plan(&change, act, &full, err);
	if (!ret)
		ret = check_groups(&change, err);
	return ret ? ret : commit(&change, err);
}
