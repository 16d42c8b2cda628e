// SPDX-License-Identifier: GPL-2.0-only
#include "core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "sysfs.h"

#define CONTAINERS "kernel/vfio/containers"
#define WHITELIST  "module/vfio/parameters/driver_whitelist"

enum core_kind core_kind(int sysfs)
{
	if (!sysfs_exists(sysfs, CONTAINERS))
		return CORE_OURS;
	return sysfs_exists(sysfs, "class/vfio") ? CORE_NONE : CORE_STOCK;
}

const char *core_kind_name(enum core_kind kind)
{
	static const char *const names[] = {
		[CORE_NONE] = "none",
		[CORE_STOCK] = "stock",
		[CORE_OURS] = "vfioctl",
	};

	return names[kind];
}

static int read_flag(int dir, const char *name, bool *out)
{
	long value;
	int ret = sysfs_read_long(dir, name, &value);

	*out = !ret && value;
	return ret;
}

/* An id, or "none". */
static int read_container(int dir, unsigned long long *out)
{
	char text[32], *end;
	ssize_t n = sysfs_read(dir, "container", text, sizeof(text));

	*out = 0;
	if (n < 0)
		return n;
	if (!strcmp(text, "none"))
		return 0;
	*out = strtoull(text, &end, 10);
	return *end || end == text ? -EINVAL : 0;
}

/* Lines of a device, a blank and its driver, which may have blanks in its name. */
static int read_blockers(int dir, struct core_group *out)
{
	_cleanup_free_ char *text = sysfs_read_str(dir, "blockers");
	char *rest = text, *line;
	int ret = 0;

	if (!text)
		return -errno;
	while (!ret && (line = strsep(&rest, "\n"))) {
		char *driver = strchr(line, ' ');

		if (!driver)
			continue;
		*driver++ = '\0';
		ret = strv_add(&out->blockers, line);
		if (!ret)
			ret = strv_add(&out->drivers, driver);
	}
	return ret;
}

int core_group_read(int sysfs, long group, struct core_group *out)
{
	_cleanup_close_ int dir = -1;
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "class/vfio/%ld", group);
	dir = sysfs_open_dir(sysfs, path);
	if (dir < 0)
		return dir;
	ret = read_flag(dir, "viable", &out->viable);
	if (!ret)
		ret = read_flag(dir, "opened", &out->opened);
	if (!ret)
		ret = sysfs_read_long(dir, "users", &out->users);
	if (!ret)
		ret = read_container(dir, &out->container);
	if (!ret)
		ret = read_blockers(dir, out);
	/* It went while it was read. */
	return ret == -ENODEV ? -ENOENT : ret;
}

void core_group_clear(struct core_group *group)
{
	strv_clear(&group->blockers);
	strv_clear(&group->drivers);
	*group = (struct core_group){ 0 };
}

static void container_clear(struct core_container *container)
{
	free(container->backend);
	free(container->groups);
}

static int read_number(int dir, const char *name, long long *out)
{
	long value;
	int ret = sysfs_read_long(dir, name, &value);

	*out = ret ? 0 : value;
	return ret;
}

static int read_groups(int dir, struct core_container *out)
{
	_cleanup_free_ char *text = sysfs_read_str(dir, "groups");
	char *rest = text, *line;

	if (!text)
		return -errno;
	out->groups = calloc(strlen(text) + 1, sizeof(*out->groups));
	if (!out->groups)
		return -ENOMEM;
	while ((line = strsep(&rest, "\n"))) {
		char *end;
		long id = strtol(line, &end, 10);

		if (end != line && !*end)
			out->groups[out->n_groups++] = id;
	}
	return 0;
}

static int read_backend(int dir, struct core_container *out)
{
	_cleanup_free_ char *name = sysfs_read_str(dir, "backend");

	if (!name)
		return -errno;
	if (strcmp(name, "none"))
		out->backend = take_ptr(name);
	return 0;
}

static int container_read(int dir, struct core_container *out)
{
	int ret = read_backend(dir, out);

	if (!ret)
		ret = read_groups(dir, out);
	if (!ret)
		ret = sysfs_read_long(dir, "users", &out->users);
	if (!ret)
		ret = read_number(dir, "mappings", &out->mappings);
	if (!ret)
		ret = read_number(dir, "mapped_bytes", &out->mapped_bytes);
	if (!ret)
		ret = read_number(dir, "pinned_bytes", &out->pinned_bytes);
	return ret;
}

static int containers_add(struct core_containers *out, const struct core_container *container)
{
	if (out->n == out->room) {
		size_t room = out->room ? out->room * 2 : 8;
		struct core_container *v = reallocarray(out->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		out->v = v;
		out->room = room;
	}
	out->v[out->n++] = *container;
	return 0;
}

struct walk {
	int dir;
	struct core_containers *out;
};

static int on_container(void *arg, const char *name)
{
	struct walk *walk = arg;
	_cleanup_close_ int dir = sysfs_open_dir(walk->dir, name);
	struct core_container container = { .id = strtoull(name, NULL, 10) };
	int ret = dir < 0 ? dir : container_read(dir, &container);

	if (!ret)
		ret = containers_add(walk->out, &container);
	if (ret)
		container_clear(&container);
	return ret == -ENOMEM ? ret : 0;
}

static int by_id(const void *a, const void *b)
{
	const struct core_container *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

int core_containers_read(int sysfs, struct core_containers *out)
{
	_cleanup_close_ int dir = sysfs_open_dir(sysfs, CONTAINERS);
	struct walk walk = { .dir = dir, .out = out };
	int ret;

	if (dir < 0)
		return 0;
	ret = sysfs_each(dir, ".", on_container, &walk);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_id);
	return ret == -ENOMEM ? ret : 0;
}

void core_containers_clear(struct core_containers *containers)
{
	for (size_t i = 0; i < containers->n; i++)
		container_clear(&containers->v[i]);
	free(containers->v);
	*containers = (struct core_containers){ 0 };
}

int core_whitelist_read(int sysfs, struct strv *out)
{
	_cleanup_free_ char *text = sysfs_read_str(sysfs, WHITELIST);
	char *rest = text, *entry;
	int ret = 0;

	if (!text)
		return -errno;
	while (!ret && (entry = strsep(&rest, ",")))
		if (*entry)
			ret = strv_add(out, entry);
	return ret;
}

int core_whitelist_write(int sysfs, const struct strv *list)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		fprintf(f, "%s%s", i ? "," : "", list->v[i]);
	fputc('\n', f);
	if (fclose(f))
		return -ENOMEM;
	return sysfs_write(sysfs, WHITELIST, text);
}
