// SPDX-License-Identifier: GPL-2.0-only
/* Checks for who uses a device right now: processes that have its nodes open or its memory mapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attr.h"
#include "cleanup.h"
#include "holders.h"
#include "node.h"
#include "safety_check.h"
#include "sysfs.h"

#define MEMORY "/dev/mem"

/* A file of a device that somebody may have open, and what it is called in a sentence. */
struct files {
	struct safety_run *run;
	struct holders_wanted *wanted; /* owns the paths */
	const struct target **target;
	size_t n, room;
};

static void files_clear(struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free((char *)files->wanted[i].path);
	free(files->wanted);
	free(files->target);
}

static int files_grow(struct files *files)
{
	size_t room = files->room ? files->room * 2 : 16;
	struct holders_wanted *wanted = reallocarray(files->wanted, room, sizeof(*wanted));
	const struct target **target;

	if (!wanted)
		return -ENOMEM;
	files->wanted = wanted;
	target = reallocarray(files->target, room, sizeof(const struct target *));
	if (!target)
		return -ENOMEM;
	files->target = target;
	files->room = room;
	return 0;
}

static int files_add(struct files *files, const struct target *target, dev_t rdev, bool begins,
		     const char *path)
{
	char *copy = strdup(path);

	if (!copy || (files->n == files->room && files_grow(files))) {
		free(copy);
		return -ENOMEM;
	}
	files->wanted[files->n] =
		(struct holders_wanted){ .rdev = rdev, .path = copy, .begins = begins };
	files->target[files->n++] = target;
	return 0;
}

/* "/sys/.../resource0" is told from its address on. */
static const char *title_of(const struct files *files, size_t i, char *buf, size_t size)
{
	const struct holders_wanted *wanted = &files->wanted[i];

	if (!wanted->begins && !wanted->partly)
		return wanted->path;
	snprintf(buf, size, "a memory region of '%s'", files->target[i]->device->name);
	return buf;
}

/* What is of no device in particular, @target NULL, may be of any. */
static int tell_one(const struct files *files, size_t i, bool maps, const char *who)
{
	char title[128];

	if (!files->target[i])
		return safety_unknown(files->run, NULL,
				      "%s has %s open, by which it may use any device", who,
				      files->wanted[i].path);
	return safety_found(files->run, files->target[i], "%s has %s %s%s", who,
			    title_of(files, i, title, sizeof(title)), maps ? "mapped" : "open",
			    files->wanted[i].partly ? ", by way of " MEMORY : "");
}

/* Who looks is no user: a shell that holds nothing but has just run `vfioctl`, say. */
static int tell(struct files *files, bool maps)
{
	struct safety_run *run = files->run;
	_cleanup_(holders_clear) struct holders holders = { 0 };
	int ret = holders_search(&holders, files->wanted, files->n, maps);

	if (ret == -ENOMEM)
		return ret;
	if (ret)
		return safety_unknown(run, NULL, "cannot look into /proc: %s", strerror(-ret));
	for (size_t i = 0; !ret && i < files->n; i++) {
		_cleanup_free_ char *who = holders_sentence(&holders, i);

		if (who)
			ret = tell_one(files, i, maps, who);
	}
	if (ret || holders.complete)
		return ret;
	/* Whoever is not root can plan, and is told; to change anything he must be. */
	for (size_t i = 0; !ret && i < run->n; i++)
		ret = safety_say(run, run->targets[i], geteuid() ? SAFETY_INFORM : SAFETY_UNKNOWN,
				 "not every process may be looked into");
	return ret;
}

/* Who has the node of its group open may have the device open too, which only he can tell. */
static int add_vfio(struct files *files, const struct target *target)
{
	_cleanup_free_ char *cdev = attr_vfio_cdev(target->host, target->device);
	struct node node;
	int ret = 0;

	if (target->device->group_id >= 0 && node_of_group(target->device->group_id, &node))
		ret = files_add(files, target, node.rdev, false, node.path);
	if (!ret && cdev && node_of_cdev(cdev, &node))
		ret = files_add(files, target, node.rdev, false, node.path);
	return ret;
}

int safety_check_held(struct safety_run *run)
{
	_cleanup_(files_clear) struct files files = { .run = run };
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++)
		ret = add_vfio(&files, run->targets[i]);
	return ret ?: tell(&files, false);
}

/* Nodes: all of the host's are links in one place, which lead to where each belongs. */

static int add_node(struct files *files, const struct target *target, const char *path, dev_t rdev)
{
	char file[PATH_MAX], node[PATH_MAX], text[SYSFS_ATTR_MAX + 1];
	char *name = NULL, *save = NULL;

	if (snprintf(file, sizeof(file), "%s/uevent", path) >= (int)sizeof(file) ||
	    sysfs_read(AT_FDCWD, file, text, sizeof(text)) < 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line && !name;
	     line = strtok_r(NULL, "\n", &save))
		name = strncmp(line, "DEVNAME=", 8) ? NULL : line + 8;
	if (!name || snprintf(node, sizeof(node), "/dev/%s", name) >= (int)sizeof(node))
		return 0;
	return files_add(files, target, rdev, false, node);
}

static int on_node(void *arg, const char *name, const char *dir)
{
	struct files *files = arg;
	char link[64], path[PATH_MAX];
	unsigned int major, minor;
	const struct target *target;

	snprintf(link, sizeof(link), "%s/%.32s", dir, name);
	if (sscanf(name, "%u:%u", &major, &minor) != 2 ||
	    sysfs_entry_path(files->run->host->sysfs, link, path, sizeof(path)))
		return 0;
	target = safety_target_of(files->run, path);
	return target ? add_node(files, target, path, makedev(major, minor)) : 0;
}

static int on_char(void *arg, const char *name)
{
	return on_node(arg, name, "dev/char");
}

static int on_block(void *arg, const char *name)
{
	return on_node(arg, name, "dev/block");
}

/* The vendor's own driver makes nodes that the kernel knows nothing of. */
static int add_nvidia(struct files *files, const struct target *target)
{
	const struct device *device = target->device;
	char path[NAME_MAX + 64], text[SYSFS_ATTR_MAX + 1], node[64];
	const char *at;
	unsigned int minor;

	if (!device->driver || strcmp(device->driver->name, "nvidia") != 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/driver/nvidia/gpus/%s/information", device->name);
	if (sysfs_read(AT_FDCWD, path, text, sizeof(text)) < 0 ||
	    !(at = strstr(text, "Device Minor:")) || sscanf(at + 13, "%u", &minor) != 1)
		return files_add(files, target, 0, true, "/dev/nvidia");
	snprintf(node, sizeof(node), "/dev/nvidia%u", minor);
	return files_add(files, target, 0, false, node);
}

static int add_regions(struct files *files, const struct target *target)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/resource", target->path) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return files_add(files, target, 0, true, path);
}

/* All memory and all ports there are, in one file each: whoever has it open needs no driver. */
static int add_everything(struct files *files)
{
	int ret = files_add(files, NULL, makedev(1, 1), false, MEMORY);

	return ret ?: files_add(files, NULL, makedev(1, 4), false, "/dev/port");
}

struct part {
	struct files *files;
	const struct target *target;
};

static int on_region(void *arg, uint64_t start, uint64_t end)
{
	const struct part *part = arg;
	struct files *files = part->files;
	int ret = files_add(files, part->target, 0, false, MEMORY);

	if (ret)
		return ret;
	files->wanted[files->n - 1].partly = true;
	files->wanted[files->n - 1].from = start;
	files->wanted[files->n - 1].to = end;
	return 0;
}

/* The same memory by its address. What was opened before may be closed by now. */
static int add_addresses(struct files *files, const struct target *target)
{
	struct part part = { .files = files, .target = target };
	int ret = safety_each_region(target, on_region, &part);

	if (!ret || ret == -ENOMEM)
		return ret;
	return safety_unknown(files->run, target, "cannot read its resources: %s", strerror(-ret));
}

int safety_check_open(struct safety_run *run)
{
	_cleanup_(files_clear) struct files files = { .run = run };
	int ret = sysfs_each(run->host->sysfs, "dev/char", on_char, &files);

	if (!ret)
		ret = sysfs_each(run->host->sysfs, "dev/block", on_block, &files);
	if (ret && ret != -ENOMEM)
		ret = safety_unknown(run, NULL, "cannot list device nodes: %s", strerror(-ret));
	for (size_t i = 0; !ret && i < run->n; i++) {
		ret = add_nvidia(&files, run->targets[i]);
		if (!ret)
			ret = add_regions(&files, run->targets[i]);
	}
	if (!ret)
		ret = add_everything(&files);
	return ret ?: tell(&files, false);
}

int safety_check_mapped(struct safety_run *run)
{
	_cleanup_(files_clear) struct files files = { .run = run };
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++) {
		ret = add_regions(&files, run->targets[i]);
		if (!ret)
			ret = add_addresses(&files, run->targets[i]);
	}
	return ret ?: tell(&files, true);
}
