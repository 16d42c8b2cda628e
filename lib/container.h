/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFIO containers and who holds them: from our core's own words, or on a stock core by comparing
 * the open files of processes.
 */
#ifndef VFIOCTL_CONTAINER_H
#define VFIOCTL_CONTAINER_H

#include "core.h"
#include "vfio_files.h"

/*
 * @core: what our core says; NULL on a stock one. @holders: indexes of processes, each once.
 * @groups_known is false where nobody can tell; on a stock core they are those that its holders
 * have open, when none of these holds another container. @told_apart is false when the kernel would
 * not say whether two open files are one: it may then be the same as another.
 */
struct container {
	const struct core_container *core;
	const struct vfio_file *file; /* one of those that are open, or NULL */
	size_t *holders;
	size_t n_holders, holders_room;
	long *groups;
	size_t n_groups, groups_room;
	bool groups_known;
	bool told_apart;
};

/* Zero-initialise; containers_clear() gives back. Pointers are into @core and what was passed. */
struct containers {
	struct container *v;
	size_t n, room;
	struct core_containers core;
};

/* 0 or -ENOMEM. @files must outlive @out. */
int containers_read(struct containers *out, int sysfs, const struct vfio_files *files);
void containers_clear(struct containers *containers);

bool container_has_group(const struct container *container, long group);

#endif
