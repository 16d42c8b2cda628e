// SPDX-License-Identifier: GPL-2.0-only
/* Checks for what is built upon disks and active, mounted or not: LVM, md, dm-crypt, ZFS, ... */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "block.h"
#include "cleanup.h"
#include "safety_storage.h"
#include "signature.h"
#include "sysfs.h"

/* A device-mapper target says by the beginning of its uuid who made it. */
static const struct {
	const char *prefix, *reason;
} makers[] = {
	{ "LVM-", "lvm" },
	{ "CRYPT-", "dm-crypt" },
	{ "mpath-", "multipath" },
};

static const char *kind_of_dm(int dir)
{
	char uuid[256];

	if (sysfs_read(dir, "dm/uuid", uuid, sizeof(uuid)) < 0)
		return "stacked";
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (!strncmp(uuid, makers[i].prefix, strlen(makers[i].prefix)))
			return makers[i].reason;
	/* A partition of a multipath device has a number before its prefix: "part1-mpath-...". */
	return strstr(uuid, "-mpath-") ? "multipath" : "stacked";
}

static int on_any(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 1;
}

static bool has_backing_file(int dir)
{
	char text[SYSFS_ATTR_MAX + 1];

	return !sysfs_exists(dir, "loop/backing_file") ||
	       (sysfs_read(dir, "backing_dev", text, sizeof(text)) > 0 && text[0] == '/');
}

/* NULL: it is no stack, or nothing is in it. */
static const char *kind_of(int dir)
{
	if (!sysfs_exists(dir, "dm"))
		return kind_of_dm(dir);
	if (!sysfs_exists(dir, "md"))
		return "md";
	if (has_backing_file(dir))
		return "loop";
	return sysfs_each(dir, "slaves", on_any, NULL) == 1 ? "stacked" : NULL;
}

/* Whose names the kernel's drivers begin so; by that alone most need not be opened. */
static bool may_be(const char *reason, const char *name)
{
	bool dm = !strncmp(name, "dm-", 3), md = !strncmp(name, "md", 2);
	bool loop = !strncmp(name, "loop", 4) || !strncmp(name, "zram", 4);

	if (!strcmp(reason, "md"))
		return md;
	if (!strcmp(reason, "loop"))
		return loop;
	return strcmp(reason, "stacked") != 0 ? dm : !md && !loop;
}

static int on_stack(void *arg, const char *name)
{
	struct safety_run *run = arg;
	char path[NAME_MAX + 16], title[256], node[NAME_MAX + 8];
	const char *kind;
	dev_t dev;

	if (!may_be(run->reason, name))
		return 0;
	snprintf(path, sizeof(path), "class/block/%s", name);
	_cleanup_close_ int dir = sysfs_open_dir(run->host->sysfs, path);
	if (dir < 0 || !sysfs_exists(dir, "partition"))
		return 0;
	kind = kind_of(dir);
	if (!kind || strcmp(kind, run->reason) != 0 || block_dev(run->host->sysfs, name, &dev))
		return 0;
	block_node(name, node, sizeof(node));
	if (sysfs_read(dir, "dm/name", title, sizeof(title)) > 0)
		snprintf(node, sizeof(node), "/dev/mapper/%.200s", title);
	return storage_follow(run, dev, node, NULL);
}

int safety_check_stack(struct safety_run *run)
{
	int ret = storage_only(run);

	if (!ret && run->n)
		ret = sysfs_each(run->host->sysfs, "class/block", on_stack, run);
	if (!ret || ret == -ENOENT || ret == -ENOMEM)
		return ret == -ENOENT ? 0 : ret;
	return safety_unknown(run, NULL, "cannot list block devices: %s", strerror(-ret));
}

/*
 * ZFS tells the kernel nothing of its devices; their labels tell of their pool. One that has no
 * label where it is looked for (a cache, a spare) is open exclusively nevertheless, as all of them
 * are, and found as claimed.
 */

struct pool {
	struct safety_run *run;
	const char *name;
};

static int on_member(void *arg, const struct storage_disk *disk)
{
	const struct pool *pool = arg;
	struct signature sig;
	char node[NAME_MAX + 8];

	block_node(disk->name, node, sizeof(node));
	if (signature_read(node, &sig) || strcmp(sig.type, "zfs_member") != 0)
		return 0;
	if (!*sig.label)
		return safety_unknown(pool->run, disk->target,
				      "'%s' is of a ZFS pool and does not tell which", node);
	return strcmp(sig.label, pool->name)
		       ? 0
		       : safety_found(pool->run, disk->target, "ZFS pool '%s' on '%s'", pool->name,
				      node);
}

static int on_pool(void *arg, const char *name)
{
	struct pool pool = { .run = arg, .name = name };
	char path[NAME_MAX + 32];

	/* Beside the pools there are statistics; a pool is a directory with its state. */
	snprintf(path, sizeof(path), "/proc/spl/kstat/zfs/%s/state", name);
	return sysfs_exists(AT_FDCWD, path) ? 0 : storage_each(pool.run, on_member, &pool);
}

int safety_check_zfs(struct safety_run *run)
{
	int ret = storage_only(run);

	if (!ret && run->n)
		ret = sysfs_each(AT_FDCWD, "/proc/spl/kstat/zfs", on_pool, run);
	if (!ret || ret == -ENOENT || ret == -ENOMEM)
		return ret == -ENOENT ? 0 : ret;
	return safety_unknown(run, NULL, "cannot list ZFS pools: %s", strerror(-ret));
}
