// SPDX-License-Identifier: GPL-2.0-only
#include "container.h"

#include <errno.h>
#include <stdlib.h>

static struct container *containers_add(struct containers *out)
{
	if (out->n == out->room) {
		size_t room = out->room ? out->room * 2 : 8;
		struct container *v = reallocarray(out->v, room, sizeof(*v));

		if (!v)
			return NULL;
		out->v = v;
		out->room = room;
	}
	out->v[out->n] = (struct container){ .told_apart = true };
	return &out->v[out->n++];
}

static bool has_holder(const struct container *container, size_t process)
{
	for (size_t i = 0; i < container->n_holders; i++)
		if (container->holders[i] == process)
			return true;
	return false;
}

static int add_holder(struct container *container, size_t process)
{
	if (has_holder(container, process))
		return 0;
	if (container->n_holders == container->holders_room) {
		size_t room = container->holders_room ? container->holders_room * 2 : 4;
		size_t *v = reallocarray(container->holders, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		container->holders = v;
		container->holders_room = room;
	}
	container->holders[container->n_holders++] = process;
	return 0;
}

bool container_has_group(const struct container *container, long group)
{
	for (size_t i = 0; i < container->n_groups; i++)
		if (container->groups[i] == group)
			return true;
	return false;
}

static int add_group(struct container *container, long group)
{
	if (container_has_group(container, group))
		return 0;
	if (container->n_groups == container->groups_room) {
		size_t room = container->groups_room ? container->groups_room * 2 : 4;
		long *v = reallocarray(container->groups, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		container->groups = v;
		container->groups_room = room;
	}
	container->groups[container->n_groups++] = group;
	return 0;
}

/* Whoever has any file of a container holds it: a device alone keeps it alive. */
static int read_told(struct container *container, const struct core_container *core,
		     const struct vfio_files *files)
{
	int ret = 0;

	container->core = core;
	container->groups_known = true;
	for (size_t i = 0; !ret && i < core->n_groups; i++)
		ret = add_group(container, core->groups[i]);
	for (size_t i = 0; !ret && i < files->n; i++) {
		const struct vfio_file *file = &files->v[i];

		if (file->container != core->id)
			continue;
		if (file->kind == VFIO_FILE_CONTAINER)
			container->file = file;
		ret = add_holder(container, file->process);
	}
	return ret;
}

/* The container that an open file is of, a new one if need be. */
static struct container *container_of_file(struct containers *out, const struct vfio_files *files,
					   const struct vfio_file *file)
{
	struct container *added;
	bool told = true;

	for (size_t i = 0; i < out->n; i++) {
		int same = vfio_files_same(files, out->v[i].file, file);

		if (same > 0)
			return &out->v[i];
		/* A process that is gone has no say, nor has a second look at it. */
		told = told && (!same || same == -ESRCH || same == -EBADF);
	}
	added = containers_add(out);
	if (added) {
		added->file = file;
		added->told_apart = told;
	}
	return added;
}

static bool only_container_of_holders(const struct containers *all, const struct container *one)
{
	for (size_t i = 0; i < all->n; i++)
		for (size_t j = 0; &all->v[i] != one && j < all->v[i].n_holders; j++)
			if (has_holder(one, all->v[i].holders[j]))
				return false;
	return one->told_apart;
}

static int guess_groups(struct containers *out, const struct vfio_files *files)
{
	int ret = 0;

	for (size_t i = 0; i < out->n; i++) {
		struct container *container = &out->v[i];

		container->groups_known = only_container_of_holders(out, container);
		for (size_t j = 0; !ret && container->groups_known && j < files->n; j++)
			if (files->v[j].kind == VFIO_FILE_GROUP && files->v[j].group >= 0 &&
			    has_holder(container, files->v[j].process))
				ret = add_group(container, files->v[j].group);
	}
	return ret;
}

static int compare_files(struct containers *out, const struct vfio_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		struct container *container;

		if (files->v[i].kind != VFIO_FILE_CONTAINER)
			continue;
		container = container_of_file(out, files, &files->v[i]);
		if (!container || add_holder(container, files->v[i].process))
			return -ENOMEM;
	}
	return guess_groups(out, files);
}

int containers_read(struct containers *out, int sysfs, const struct vfio_files *files)
{
	int ret;

	if (core_kind(sysfs) != CORE_OURS)
		return compare_files(out, files);
	ret = core_containers_read(sysfs, &out->core);
	for (size_t i = 0; !ret && i < out->core.n; i++) {
		struct container *container = containers_add(out);

		ret = container ? read_told(container, &out->core.v[i], files) : -ENOMEM;
	}
	return ret;
}

void containers_clear(struct containers *containers)
{
	for (size_t i = 0; i < containers->n; i++) {
		free(containers->v[i].holders);
		free(containers->v[i].groups);
	}
	free(containers->v);
	core_containers_clear(&containers->core);
	*containers = (struct containers){ 0 };
}
