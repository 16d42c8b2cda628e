// SPDX-License-Identifier: GPL-2.0-only
#include "interfaces.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs.h"

#define UPPER_PREFIX "upper_"
#define LOWER_PREFIX "lower_"

/* Stacks deeper than this are loops that somebody built. */
#define DEPTH_MAX    16

struct walk {
	struct interfaces *out;
	int sysfs;
	const char *const *paths;
	size_t n;
	struct interface below; /* whose uppers are being walked */
};

static int add(struct interfaces *out, const struct interface *like, const char *name)
{
	struct interface *added;

	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].owner == like->owner && !strcmp(out->v[i].name, name))
			return 0;
	if (strlen(name) >= IF_NAMESIZE)
		return 0;
	if (out->n == out->room) {
		size_t room = out->room ? out->room * 2 : 8;
		struct interface *v = reallocarray(out->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		out->v = v;
		out->room = room;
	}
	added = &out->v[out->n++];
	*added = *like;
	strcpy(added->name, name);
	if (!*added->base)
		strcpy(added->base, name);
	return 0;
}

static int on_interface(void *arg, const char *name)
{
	struct walk *walk = arg;
	char path[NAME_MAX + 16], real[PATH_MAX];
	int ret = 0;

	snprintf(path, sizeof(path), "class/net/%s", name);
	if (sysfs_entry_path(walk->sysfs, path, real, sizeof(real)))
		return 0;
	for (size_t i = 0; !ret && i < walk->n; i++) {
		const struct interface like = { .path = walk->paths[i], .owner = i };
		size_t n = strlen(like.path);

		if (!strncmp(like.path, real, n) && real[n] == '/')
			ret = add(walk->out, &like, name);
	}
	return ret;
}

static int on_upper(void *arg, const char *name)
{
	struct walk *walk = arg;

	if (strncmp(name, UPPER_PREFIX, strlen(UPPER_PREFIX)) != 0)
		return 0;
	return add(walk->out, &walk->below, name + strlen(UPPER_PREFIX));
}

int interfaces_find(struct interfaces *out, int sysfs, const char *const *paths, size_t n)
{
	struct walk walk = { .out = out, .sysfs = sysfs, .paths = paths, .n = n };
	int ret = sysfs_each(sysfs, "class/net", on_interface, &walk);

	if (ret == -ENOENT)
		return 0;
	/* Grows while it is walked: an upper may have uppers. */
	for (size_t i = 0; !ret && i < out->n; i++) {
		char path[IF_NAMESIZE + 16];

		walk.below = out->v[i];
		snprintf(path, sizeof(path), "class/net/%s", walk.below.name);
		ret = sysfs_each(sysfs, path, on_upper, &walk);
		if (ret == -ENOENT)
			ret = 0;
	}
	return ret;
}

void interfaces_clear(struct interfaces *interfaces)
{
	free(interfaces->v);
	*interfaces = (struct interfaces){ 0 };
}

/* Downwards. */

struct descent {
	int sysfs;
	int (*fn)(void *arg, const char *path);
	void *arg;
	int depth;
	size_t lowers;
};

static int descend(struct descent *d, const char *name);

static int on_lower(void *arg, const char *name)
{
	struct descent *d = arg;
	struct descent below = *d;

	if (strncmp(name, LOWER_PREFIX, strlen(LOWER_PREFIX)) != 0)
		return 0;
	d->lowers++;
	below.depth++;
	return descend(&below, name + strlen(LOWER_PREFIX));
}

static int descend(struct descent *d, const char *name)
{
	char path[NAME_MAX + 16], real[PATH_MAX];
	int ret;

	if (d->depth > DEPTH_MAX)
		return -ELOOP;
	if (snprintf(path, sizeof(path), "class/net/%s", name) >= (int)sizeof(path))
		return -ENODEV;
	ret = sysfs_real_path(d->sysfs, path, real, sizeof(real));
	if (ret)
		return ret == -ENOENT ? -ENODEV : ret;
	d->lowers = 0;
	ret = sysfs_each(d->sysfs, path, on_lower, d);
	return ret || d->lowers ? ret : d->fn(d->arg, real);
}

int interfaces_each_base(int sysfs, const char *name, int (*fn)(void *arg, const char *path),
			 void *arg)
{
	struct descent d = { .sysfs = sysfs, .fn = fn, .arg = arg };

	if (strchr(name, '/') || !*name || *name == '.')
		return -ENODEV;
	return descend(&d, name);
}
