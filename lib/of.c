// SPDX-License-Identifier: GPL-2.0-only
#include "of.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block.h"
#include "cleanup.h"
#include "interfaces.h"
#include "mounts.h"
#include "pool.h"
#include "sysfs.h"

#define TIMEOUT_MS 5000

struct search {
	const struct host *host;
	const char *name;
	struct device **v;
	size_t n, room;
	uint64_t mount; /* the one that is looked for */
	int ret;	/* of a process of our own: what it has to say */
};

static int add(struct search *s, struct device *device)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i] == device)
			return 0;
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 4;
		struct device **v = reallocarray(s->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		s->v = v;
		s->room = room;
	}
	s->v[s->n++] = device;
	return 0;
}

/* Names are unique on a bus alone: is it the device that is at @path? */
static bool is_at(const struct host *host, const struct device *device, const char *path)
{
	_cleanup_close_ int dir = host_open_device(host, device);
	char real[PATH_MAX];

	return dir >= 0 && !sysfs_real_path(dir, ".", real, sizeof(real)) && !strcmp(real, path);
}

static struct device *device_at(const struct host *host, const char *path)
{
	const char *name = strrchr(path, '/');

	for (size_t i = 0; name && i < host->n_devices; i++)
		if (!strcmp(host->devices[i]->name, name + 1) &&
		    is_at(host, host->devices[i], path))
			return host->devices[i];
	return NULL;
}

/* The nearest device on the way up. */
static int on_path(void *arg, const char *path)
{
	struct search *s = arg;
	char up[PATH_MAX];

	for (snprintf(up, sizeof(up), "%s", path); strrchr(up, '/'); *strrchr(up, '/') = '\0') {
		struct device *device = device_at(s->host, up);

		if (device)
			return add(s, device);
	}
	return 0;
}

static int on_base(void *arg, const char *path, const char *name)
{
	(void)name;
	return on_path(arg, path);
}

static int follow_block(struct search *s, dev_t dev)
{
	const struct block_visitor visitor = { .base = on_base, .arg = s };
	int ret = block_walk(s->host->sysfs, dev, &visitor);

	return ret == -ENOMEM ? ret : 0;
}

static int follow_char(struct search *s, dev_t dev)
{
	char path[64], real[PATH_MAX];

	snprintf(path, sizeof(path), "dev/char/%u:%u", major(dev), minor(dev));
	return sysfs_real_path(s->host->sysfs, path, real, sizeof(real)) ? 0 : on_path(s, real);
}

/* A filesystem on several disks names one of them: its list has the others. */

struct btrfs {
	struct search *search;
	dev_t of;
	dev_t devs[256];
	size_t n;
	bool found;
	char path[NAME_MAX + 32];
};

static int on_btrfs_device(void *arg, const char *name)
{
	struct btrfs *b = arg;
	dev_t dev;

	if (block_dev(b->search->host->sysfs, name, &dev) || b->n == ARRAY_SIZE(b->devs))
		return 0;
	b->found |= dev == b->of;
	b->devs[b->n++] = dev;
	return 0;
}

static int on_btrfs(void *arg, const char *name)
{
	struct btrfs *b = arg;
	int ret = 0;

	b->n = 0;
	b->found = false;
	snprintf(b->path, sizeof(b->path), "fs/btrfs/%s/devices", name);
	sysfs_each(b->search->host->sysfs, b->path, on_btrfs_device, b);
	for (size_t i = 0; b->found && !ret && i < b->n; i++)
		ret = follow_block(b->search, b->devs[i]);
	return ret;
}

static int on_mount(void *arg, const struct mount_entry *entry)
{
	struct search *s = arg;
	struct btrfs btrfs = { .search = s };
	struct stat st;
	int ret;

	if (entry->id != s->mount)
		return 0;
	if (major(entry->dev))
		return follow_block(s, entry->dev);
	if (strncmp(entry->source, "/dev/", 5) != 0 || stat(entry->source, &st) ||
	    !S_ISBLK(st.st_mode))
		return 0;
	btrfs.of = st.st_rdev;
	ret = follow_block(s, st.st_rdev);
	if (!ret)
		ret = sysfs_each(s->host->sysfs, "fs/btrfs", on_btrfs, &btrfs);
	return ret == -ENOENT ? 0 : ret;
}

/* In a process of its own: the path may lead to a server that does not answer. */

static void on_job(void *arg, struct pool_worker *worker, size_t job)
{
	const struct search *s = arg;
	struct pool_report r = { .event = POOL_NEWS };
	struct statx st;

	(void)job;
	if (statx(AT_FDCWD, s->name, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MNT_ID, &st)) {
		r.status = errno;
	} else {
		r.kind = S_ISBLK(st.stx_mode) ? 'b' : S_ISCHR(st.stx_mode) ? 'c' : 'm';
		r.item = r.kind == 'm' ? st.stx_mnt_id
				       : makedev(st.stx_rdev_major, st.stx_rdev_minor);
	}
	pool_send(worker, &r);
}

static void on_report(void *arg, const struct pool_report *r)
{
	struct search *s = arg;

	if (r->status)
		return;
	if (r->kind == 'b')
		s->ret = follow_block(s, r->item);
	else if (r->kind == 'c')
		s->ret = follow_char(s, r->item);
	else {
		s->mount = r->item;
		s->ret = mounts_each(MOUNTS_OWN, on_mount, s);
	}
}

static void on_lost(void *arg, size_t job, pid_t pid, bool alive)
{
	struct search *s = arg;

	(void)job;
	if (alive)
		kill(pid, SIGKILL);
	s->ret = alive ? -ETIMEDOUT : -ECHILD;
}

static int follow_path(struct search *s, struct error *err)
{
	static const struct pool_ops ops = { .run = on_job, .report = on_report, .lost = on_lost };
	int ret = pool_run(&ops, s, 1, 1, TIMEOUT_MS, err) ?: s->ret;

	if (ret == -ETIMEDOUT)
		return error_set(err, EXIT_TIMED_OUT, ETIMEDOUT,
				 "cannot tell what '%s' is on: it does not answer", s->name);
	if (ret && ret != -ENOMEM)
		return error_set(err, EXIT_FAILED, -ret, "cannot tell what '%s' is on: %s", s->name,
				 strerror(-ret));
	return ret;
}

int of_resolve(const struct host *host, const char *name, struct device ***out, size_t *n,
	       struct error *err)
{
	struct search s = { .host = host, .name = name };
	int ret;

	if (*name == '/')
		ret = follow_path(&s, err);
	else
		ret = interfaces_each_base(host->sysfs, name, on_path, &s);
	if (ret == -ENODEV)
		ret = 0;
	*out = s.v;
	*n = s.n;
	return ret;
}
