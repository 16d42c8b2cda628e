// SPDX-License-Identifier: GPL-2.0-only
/* Checks for what the host stores: mounts, swap, and block devices that somebody has claimed. */
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block.h"
#include "cleanup.h"
#include "safety_check.h"
#include "sysfs.h"

#define CLASS_STORAGE 0x01

/* What is being followed down: a use, and the device that is used. */
struct use {
	struct safety_run *run;
	const char *what;   /* "/srv" or "swap" */
	const char *source; /* "/dev/nvme0n1p1" */
};

static int on_base(void *arg, const char *path)
{
	struct use *use = arg;
	const struct target *target = safety_target_of(use->run, path);

	return target ? safety_found(use->run, target, "'%s' on '%s'", use->what, use->source) : 0;
}

/* A stack that cannot be followed may end on any of the storage controllers. */
static int unknown_storage(struct safety_run *run, const char *what, const char *source,
			   const char *why)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++) {
		const struct device *device = run->targets[i]->device;

		if (!device->has_id || device->id.class_code >> 16 == CLASS_STORAGE)
			ret = safety_unknown(run, run->targets[i],
					     "cannot tell what carries '%s' on '%s': %s", what,
					     source, why);
	}
	return ret;
}

static int follow(struct safety_run *run, dev_t dev, const char *what, const char *source)
{
	struct use use = { .run = run, .what = what, .source = source };
	int ret = block_each_base(run->host->sysfs, dev, on_base, &use);

	if (!ret || ret == -ENOMEM)
		return ret;
	return unknown_storage(run, what, source, strerror(-ret));
}

/* Mounts. */

struct btrfs {
	struct safety_run *run;
	const char *uuid;
	int dir;
};

static int on_btrfs_device(void *arg, const char *name)
{
	struct btrfs *btrfs = arg;
	char path[PATH_MAX], text[32], source[NAME_MAX + 8];
	unsigned int major, minor;

	snprintf(path, sizeof(path), "fs/btrfs/%s/devices/%s/dev", btrfs->uuid, name);
	snprintf(source, sizeof(source), "/dev/%s", name);
	if (sysfs_read(btrfs->run->host->sysfs, path, text, sizeof(text)) < 0 ||
	    sscanf(text, "%u:%u", &major, &minor) != 2)
		return unknown_storage(btrfs->run, "a btrfs filesystem", source, "it is missing");
	return follow(btrfs->run, makedev(major, minor), "a btrfs filesystem", source);
}

static int on_btrfs(void *arg, const char *name)
{
	struct btrfs btrfs = { .run = arg, .uuid = name };
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "fs/btrfs/%s/devices", name);
	ret = sysfs_each(btrfs.run->host->sysfs, path, on_btrfs_device, &btrfs);
	return ret == -ENOENT || ret == -ENOTDIR ? 0 : ret;
}

/* Filesystems that are on no one block device which the kernel would name. */
static int check_anonymous(struct safety_run *run, const char *type, const char *target,
			   const char *source)
{
	struct stat st;

	if (!strcmp(type, "zfs"))
		return unknown_storage(run, target, source, "ZFS tells the kernel no devices");
	if (source[0] != '/' || stat(source, &st))
		return 0;
	if (S_ISBLK(st.st_mode))
		return follow(run, st.st_rdev, target, source);
	return 0;
}

static int check_mount(struct safety_run *run, struct libmnt_fs *fs)
{
	const char *target = mnt_fs_get_target(fs) ?: "?";
	const char *source = mnt_fs_get_source(fs) ?: "?";
	dev_t dev = mnt_fs_get_devno(fs);

	if (!major(dev))
		return check_anonymous(run, mnt_fs_get_fstype(fs) ?: "", target, source);
	return follow(run, dev, target, source);
}

static int check_table(struct safety_run *run, const char *path, bool optional)
{
	struct libmnt_table *table = mnt_new_table_from_file(path);
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	int ret = 0;

	if (!iter)
		ret = -ENOMEM;
	else if (!table)
		ret = optional ? 0 : safety_unknown(run, NULL, "cannot read '%s'", path);
	else
		while (!ret && !mnt_table_next_fs(table, iter, &fs))
			ret = check_mount(run, fs);
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return ret;
}

int safety_check_mounted(struct safety_run *run)
{
	int ret = check_table(run, "/proc/self/mountinfo", false);

	/* The host's own view, when we run in a container's. */
	if (!ret)
		ret = check_table(run, "/proc/1/mountinfo", true);
	if (!ret)
		ret = sysfs_each(run->host->sysfs, "fs/btrfs", on_btrfs, run);
	return ret == -ENOENT ? 0 : ret;
}

/* Swap. */

int safety_check_swap(struct safety_run *run)
{
	struct libmnt_table *table = mnt_new_table();
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	int ret = table && iter ? 0 : -ENOMEM;

	/* A kernel without swap has no such file. */
	if (!ret && mnt_table_parse_swaps(table, NULL) && !access("/proc/swaps", F_OK))
		ret = safety_unknown(run, NULL, "cannot read '/proc/swaps'");
	while (!ret && !mnt_table_next_fs(table, iter, &fs)) {
		const char *source = mnt_fs_get_source(fs) ?: "?";
		struct stat st;

		if (stat(source, &st))
			ret = unknown_storage(run, "swap", source, strerror(errno));
		else
			ret = follow(run, S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev, "swap",
				     source);
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return ret;
}

/* Claims: the last word on who uses a disk, whatever the stack above it is. */

struct claim {
	struct safety_run *run;
	const char *name;
};

static bool has_finding(const struct safety_run *run, const struct target *target)
{
	for (size_t i = 0; i < run->out->n; i++)
		if (run->out->v[i].target == target)
			return true;
	return false;
}

/* With the disk, that is: a node that is missing alone tells nothing. */
static bool is_gone(const struct claim *claim)
{
	int saved = errno;
	char path[NAME_MAX + 32];
	bool gone;

	snprintf(path, sizeof(path), "class/block/%s", claim->name);
	gone = saved == ENOENT && sysfs_exists(claim->run->host->sysfs, path) == -ENOENT;
	errno = saved;
	return gone;
}

/* Opens the node as the only one who may, and closes it again. Nothing is written. */
static int try_claim(void *arg, const char *path)
{
	struct claim *claim = arg;
	const struct target *target = safety_target_of(claim->run, path);
	char node[NAME_MAX + 8];
	_cleanup_close_ int fd = -1;

	/* One finding says enough: what is mounted is claimed, too. */
	if (!target || has_finding(claim->run, target))
		return 0;
	snprintf(node, sizeof(node), "/dev/%s", claim->name);
	for (char *p = node + 5; *p; p++)
		if (*p == '!')
			*p = '/';
	fd = open(node, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0 || errno == ENXIO || errno == ENOMEDIUM || is_gone(claim))
		return 0;
	if (errno == EBUSY)
		return safety_found(claim->run, target,
				    "'%s' is claimed by the kernel or a program", node);
	return safety_unknown(claim->run, target, "cannot open '%s': %s", node, strerror(errno));
}

static int on_block(void *arg, const char *name)
{
	struct claim claim = { .run = arg, .name = name };
	char path[NAME_MAX + 32], text[32];
	unsigned int major, minor;
	int ret;

	snprintf(path, sizeof(path), "class/block/%s/dev", name);
	if (sysfs_read(claim.run->host->sysfs, path, text, sizeof(text)) < 0 ||
	    sscanf(text, "%u:%u", &major, &minor) != 2)
		return 0;
	ret = block_each_base(claim.run->host->sysfs, makedev(major, minor), try_claim, &claim);
	return ret == -ENOMEM ? ret : 0;
}

int safety_check_claimed(struct safety_run *run)
{
	int ret = sysfs_each(run->host->sysfs, "class/block", on_block, run);

	if (!ret || ret == -ENOENT || ret == -ENOMEM)
		return ret == -ENOENT ? 0 : ret;
	return safety_unknown(run, NULL, "cannot list block devices: %s", strerror(-ret));
}
