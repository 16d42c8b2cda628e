// SPDX-License-Identifier: GPL-2.0-only
#include "block.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "sysfs.h"

/* Stacks deeper than this are loops that somebody built. */
#define DEPTH_MAX 16

struct walk {
	int sysfs;
	const struct block_visitor *visitor;
	int dir;		 /* whose entries are being walked */
	char name[NAME_MAX + 1]; /* of the block device that is left last */
	int depth;
	size_t found;
};

static int walk_dev(struct walk *walk, dev_t dev);

static int walk_dev_attr(struct walk *walk, int dir, const char *path)
{
	char text[32];
	unsigned int major, minor;
	ssize_t n = sysfs_read(dir, path, text, sizeof(text));

	if (n < 0)
		return n;
	if (sscanf(text, "%u:%u", &major, &minor) != 2)
		return -EINVAL;
	return walk_dev(walk, makedev(major, minor));
}

static int on_slave(void *arg, const char *name)
{
	struct walk *walk = arg;
	char path[NAME_MAX + 16];
	struct walk below = *walk;
	int ret;

	snprintf(path, sizeof(path), "slaves/%s/dev", name);
	below.depth++;
	ret = walk_dev_attr(&below, walk->dir, path);
	walk->found += !ret;
	return ret;
}

/* A controller of an NVMe subsystem is a link "nvmeN" beside its namespaces' "nvmeNnM". */
static int on_subsystem_entry(void *arg, const char *name)
{
	struct walk *walk = arg;
	char path[PATH_MAX];
	size_t digits = strspn(name + (strncmp(name, "nvme", 4) ? 0 : 4), "0123456789");

	if (strncmp(name, "nvme", 4) != 0 || !digits || name[4 + digits])
		return 0;
	if (sysfs_real_path(walk->dir, name, path, sizeof(path)))
		return -ENODEV;
	walk->found++;
	return walk->visitor->base(walk->visitor->arg, path, walk->name);
}

static int walk_backing_file(struct walk *walk, const char *file)
{
	struct walk below = *walk;
	struct stat st;

	/* A file that was removed or hides in another namespace shows no device any more. */
	if (stat(file, &st))
		return -ENODEV;
	below.depth++;
	return walk_dev(&below, S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev);
}

/* One whole disk, at @walk->dir. */
static int walk_disk(struct walk *walk, const char *real)
{
	char text[SYSFS_ATTR_MAX + 1];
	const char *subsystem = strstr(real, "/nvme-subsystem/");
	int ret;

	walk->found = 0;
	ret = sysfs_each(walk->dir, "slaves", on_slave, walk);
	if (ret && ret != -ENOENT)
		return ret;
	if (walk->found)
		return 0;
	if (sysfs_read(walk->dir, "loop/backing_file", text, sizeof(text)) > 0)
		return walk_backing_file(walk, text);
	if (sysfs_read(walk->dir, "backing_dev", text, sizeof(text)) > 0 && text[0] == '/')
		return walk_backing_file(walk, text);
	if (subsystem) {
		struct walk up = *walk;

		up.dir = sysfs_open_dir(walk->dir, "..");
		if (up.dir < 0)
			return up.dir;
		ret = sysfs_each(up.dir, ".", on_subsystem_entry, &up);
		close(up.dir);
		return ret;
	}
	return walk->visitor->base(walk->visitor->arg, real, walk->name);
}

static int walk_dev(struct walk *walk, dev_t dev)
{
	char path[64], real[PATH_MAX];
	struct walk disk = *walk;
	int ret;

	if (walk->depth > DEPTH_MAX)
		return -ELOOP;
	snprintf(path, sizeof(path), "dev/block/%u:%u", major(dev), minor(dev));
	_cleanup_close_ int dir = sysfs_open_dir(walk->sysfs, path);
	if (dir < 0)
		return dir == -ENOENT ? -ENODEV : dir;
	ret = sysfs_link_name(walk->sysfs, path, disk.name, sizeof(disk.name));
	if (!ret && walk->visitor->passed)
		ret = walk->visitor->passed(walk->visitor->arg, dev);
	if (ret)
		return ret;
	_cleanup_close_ int parent =
		sysfs_exists(dir, "partition") ? -1 : sysfs_open_dir(dir, "..");
	disk.dir = parent >= 0 ? parent : dir;
	ret = sysfs_real_path(disk.dir, ".", real, sizeof(real));
	return ret ?: walk_disk(&disk, real);
}

int block_walk(int sysfs, dev_t dev, const struct block_visitor *visitor)
{
	struct walk walk = { .sysfs = sysfs, .visitor = visitor };

	return walk_dev(&walk, dev);
}

int block_dev(int sysfs, const char *name, dev_t *dev)
{
	char path[NAME_MAX + 32], text[32];
	unsigned int major, minor;
	ssize_t n;

	snprintf(path, sizeof(path), "class/block/%s/dev", name);
	n = sysfs_read(sysfs, path, text, sizeof(text));
	if (n < 0)
		return n;
	if (sscanf(text, "%u:%u", &major, &minor) != 2)
		return -EINVAL;
	*dev = makedev(major, minor);
	return 0;
}

void block_node(const char *name, char *buf, size_t size)
{
	snprintf(buf, size, "/dev/%s", name);
	for (char *p = buf + 5; *p; p++)
		if (*p == '!')
			*p = '/';
}
