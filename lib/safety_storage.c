// SPDX-License-Identifier: GPL-2.0-only
/* Checks for what the host stores: mounts, swap, and block devices that somebody has claimed. */
#include "safety_storage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block.h"
#include "cleanup.h"
#include "mounts.h"
#include "sysfs.h"

#define CLASS_STORAGE 0x01

/* What is being followed down: a use, and the device that is used. */
struct use {
	struct safety_run *run;
	const char *what;   /* "/srv" or "swap" */
	const char *source; /* "/dev/nvme0n1p1" */
	bool found;
};

static int on_base(void *arg, const char *path, const char *name)
{
	struct use *use = arg;
	const struct target *target = safety_target_of(use->run, path);
	char node[NAME_MAX + 8];

	if (!target)
		return 0;
	block_node(name, node, sizeof(node));
	return safety_found(use->run, target, "'%s' on '%s'", use->what, use->source ?: node);
}

static int on_passed(void *arg, dev_t dev)
{
	struct use *use = arg;

	return safety_explain(use->run, dev);
}

int storage_unknown(struct safety_run *run, const char *what, const char *source, const char *why)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++)
		ret = safety_unknown(run, run->targets[i],
				     "cannot tell what carries '%s' on '%s': %s", what, source,
				     why);
	return ret;
}

int storage_follow(struct safety_run *run, dev_t dev, const char *what, const char *source)
{
	struct use use = { .run = run, .what = what, .source = source };
	const struct block_visitor visitor = { .base = on_base, .passed = on_passed, .arg = &use };
	int ret = block_walk(run->host->sysfs, dev, &visitor);
	char number[32];

	if (!ret || ret == -ENOMEM)
		return ret;
	snprintf(number, sizeof(number), "%u:%u", major(dev), minor(dev));
	return storage_unknown(run, what, source ?: number, strerror(-ret));
}

int storage_dev_of(const char *path, dev_t *dev)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	*dev = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;
	return 0;
}

/* Whom it concerns. */

static int on_carrier(void *arg, const char *name)
{
	struct safety_run *all = arg;
	const struct target *carrier = safety_carrier(all, "block", name);

	for (size_t i = 0; carrier && i < all->n; i++)
		all->shared->carries[i] |= all->targets[i] == carrier;
	return 0;
}

/* Of all devices that are judged, once. 0 or -ENOMEM. */
static int find_carriers(const struct safety_run *run)
{
	struct safety_shared *shared = run->shared;
	struct safety_run all = *run;
	int ret;

	if (shared->carries)
		return 0;
	shared->carries = calloc(shared->n_seen ?: 1, sizeof(*shared->carries));
	if (!shared->carries)
		return -ENOMEM;
	all.targets = shared->seen;
	all.n = shared->n_seen;
	ret = sysfs_each(run->host->sysfs, "class/block", on_carrier, &all);
	for (size_t i = 0; i < all.n; i++) {
		const struct device *device = all.targets[i]->device;

		shared->carries[i] |= !device->has_id || (ret && ret != -ENOENT) ||
				      device->id.class_code >> 16 == CLASS_STORAGE;
	}
	return 0;
}

int storage_only(struct safety_run *run)
{
	const struct safety_shared *shared = run->shared;
	size_t n = 0, at = 0;
	int ret = find_carriers(run);

	if (ret)
		return ret;
	/* Both are in the same order. */
	for (size_t i = 0; i < run->n; i++) {
		while (shared->seen[at] != run->targets[i])
			at++;
		if (shared->carries[at])
			run->targets[n++] = run->targets[i];
	}
	run->n = n;
	return 0;
}

/* Mounts. */

struct btrfs {
	struct safety_run *run;
	const char *uuid;
};

static int on_btrfs_device(void *arg, const char *name)
{
	struct btrfs *btrfs = arg;
	char path[PATH_MAX], text[32], node[NAME_MAX + 8], what[128];
	unsigned int major, minor;

	snprintf(path, sizeof(path), "fs/btrfs/%s/devices/%s/dev", btrfs->uuid, name);
	snprintf(what, sizeof(what), "btrfs filesystem %s", btrfs->uuid);
	block_node(name, node, sizeof(node));
	if (sysfs_read(btrfs->run->host->sysfs, path, text, sizeof(text)) < 0 ||
	    sscanf(text, "%u:%u", &major, &minor) != 2)
		return storage_unknown(btrfs->run, what, node, "it is missing");
	return storage_follow(btrfs->run, makedev(major, minor), what, node);
}

/* Those alone are listed that are mounted, whatever the number of their devices. */
static int on_btrfs(void *arg, const char *name)
{
	struct btrfs btrfs = { .run = arg, .uuid = name };
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "fs/btrfs/%s/devices", name);
	ret = sysfs_each(btrfs.run->host->sysfs, path, on_btrfs_device, &btrfs);
	return ret == -ENOENT || ret == -ENOTDIR ? 0 : ret;
}

static int on_mount(void *arg, const struct mount_entry *entry)
{
	struct safety_run *run = arg;
	struct stat st;

	if (major(entry->dev))
		return storage_follow(run, entry->dev, entry->target, entry->source);
	/* Filesystems on no one block device that the kernel would name: btrfs, and others. */
	if (strncmp(entry->source, "/dev/", 5) != 0 || stat(entry->source, &st) ||
	    !S_ISBLK(st.st_mode))
		return 0;
	return storage_follow(run, st.st_rdev, entry->target, entry->source);
}

static int check_table(struct safety_run *run, enum mounts_table table, bool optional)
{
	int ret = mounts_each(table, on_mount, run);

	if (!ret || ret == -ENOMEM || (optional && ret == -ENOENT))
		return ret == -ENOMEM ? ret : 0;
	/* Process 1 may be none of our business, and then our own view is all there is. */
	return optional ? 0 : safety_unknown(run, NULL, "cannot read '%s'", mounts_path(table));
}

int safety_check_mounted(struct safety_run *run)
{
	int ret = storage_only(run);

	if (!ret && run->n)
		ret = check_table(run, MOUNTS_OWN, false);
	if (!ret && run->n)
		ret = check_table(run, MOUNTS_INIT, true);
	if (!ret && run->n)
		ret = sysfs_each(run->host->sysfs, "fs/btrfs", on_btrfs, run);
	return ret == -ENOENT ? 0 : ret;
}

/* Swap. */

static int on_swap(void *arg, const struct mount_entry *entry)
{
	struct safety_run *run = arg;
	dev_t dev;
	int ret = storage_dev_of(entry->source, &dev);

	return ret ? storage_unknown(run, "swap", entry->source, strerror(-ret))
		   : storage_follow(run, dev, "swap", entry->source);
}

int safety_check_swap(struct safety_run *run)
{
	int ret = storage_only(run);

	if (!ret && run->n)
		ret = mounts_each(MOUNTS_SWAP, on_swap, run);
	/* A kernel without swap has no such file. */
	if (ret == -EIO)
		return safety_unknown(run, NULL, "cannot read '%s'", mounts_path(MOUNTS_SWAP));
	return ret == -ENOENT ? 0 : ret;
}

/* The block devices of the devices themselves. */

struct each {
	struct safety_run *run;
	int (*fn)(void *arg, const struct storage_disk *disk);
	void *arg;
	const char *name;
	dev_t dev;
};

static int on_disk_base(void *arg, const char *path, const char *name)
{
	struct each *each = arg;
	struct storage_disk disk = { .target = safety_target_of(each->run, path),
				     .name = each->name,
				     .dev = each->dev };

	/* What is stacked upon it leads here as well, by another name. */
	if (!disk.target || strcmp(name, each->name) != 0)
		return 0;
	return each->fn(each->arg, &disk);
}

/* A disk of an NVMe subsystem hangs off none of its controllers. */
static bool may_be_on(const struct safety_run *run, const char *name)
{
	char path[NAME_MAX + 16], real[PATH_MAX];

	snprintf(path, sizeof(path), "class/block/%s", name);
	if (sysfs_entry_path(run->host->sysfs, path, real, sizeof(real)))
		return false;
	return strstr(real, "/nvme-subsystem/") || safety_target_of(run, real);
}

static int on_block(void *arg, const char *name)
{
	struct each *each = arg;
	const struct block_visitor visitor = { .base = on_disk_base, .arg = each };
	int ret;

	if (!may_be_on(each->run, name))
		return 0;
	each->name = name;
	if (block_dev(each->run->host->sysfs, name, &each->dev))
		return 0;
	ret = block_walk(each->run->host->sysfs, each->dev, &visitor);
	return ret == -ENOMEM ? ret : 0;
}

int storage_each(struct safety_run *run, int (*fn)(void *arg, const struct storage_disk *disk),
		 void *arg)
{
	struct each each = { .run = run, .fn = fn, .arg = arg };
	int ret = sysfs_each(run->host->sysfs, "class/block", on_block, &each);

	if (!ret || ret == -ENOENT || ret == -ENOMEM)
		return ret == -ENOENT ? 0 : ret;
	return safety_unknown(run, NULL, "cannot list block devices: %s", strerror(-ret));
}

/* Claims: the last word on who uses a disk, whatever the stack above it is. */

/* With the disk, that is: a node that is missing alone tells nothing. */
static bool is_gone(const struct safety_run *run, const char *name)
{
	int saved = errno;
	char path[NAME_MAX + 32];
	bool gone;

	snprintf(path, sizeof(path), "class/block/%s", name);
	gone = saved == ENOENT && sysfs_exists(run->host->sysfs, path) == -ENOENT;
	errno = saved;
	return gone;
}

/* A disk is taken as a whole when one of its partitions is. */
static int on_partition(void *arg, const char *name)
{
	struct each *each = arg;
	dev_t dev;

	return !block_dev(each->run->host->sysfs, name, &dev) &&
	       safety_is_explained(each->run, dev);
}

static bool is_explained(struct safety_run *run, const struct storage_disk *disk)
{
	struct each each = { .run = run };
	char path[NAME_MAX + 16];

	if (safety_is_explained(run, disk->dev))
		return true;
	snprintf(path, sizeof(path), "class/block/%s", disk->name);
	return sysfs_each(run->host->sysfs, path, on_partition, &each) == 1;
}

/* Opens the node as the only one who may, and closes it again. Nothing is written. */
static int try_claim(void *arg, const struct storage_disk *disk)
{
	struct safety_run *run = arg;
	char node[NAME_MAX + 8];
	_cleanup_close_ int fd = -1;

	if (is_explained(run, disk))
		return 0;
	block_node(disk->name, node, sizeof(node));
	fd = open(node, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0 || errno == ENXIO || errno == ENOMEDIUM || is_gone(run, disk->name))
		return 0;
	if (errno == EBUSY)
		return safety_found(run, disk->target, "'%s' is claimed by the kernel or a program",
				    node);
	return safety_unknown(run, disk->target, "cannot open '%s': %s", node, strerror(errno));
}

int safety_check_claimed(struct safety_run *run)
{
	int ret = storage_only(run);

	return ret || !run->n ? ret : storage_each(run, try_claim, run);
}
