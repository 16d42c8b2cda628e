/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What our VFIO core shows in sysfs (kernel/sysfs-abi.txt). The stock core shows nothing of it.
 * @sysfs is an fd of /sys.
 */
#ifndef VFIOCTL_CORE_H
#define VFIOCTL_CORE_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

enum core_kind {
	CORE_NONE,
	CORE_STOCK,
	CORE_OURS,
};

enum core_kind core_kind(int sysfs);
/* "none", "stock" or "vfioctl". */
const char *core_kind_name(enum core_kind kind);

/* Zero-initialise; core_group_clear() gives back. */
struct core_group {
	bool viable, opened;
	long users;
	unsigned long long container; /* 0: none */
	struct strv blockers;	      /* devices, */
	struct strv drivers;	      /* and the driver of each */
};

/* 0; -ENOENT when the kernel says nothing of this group; -ENOMEM and others as they come. */
int core_group_read(int sysfs, long group, struct core_group *out);
void core_group_clear(struct core_group *group);

struct core_container {
	unsigned long long id;
	char *backend; /* NULL: none yet */
	long *groups;
	size_t n_groups;
	long users;
	long long mappings, mapped_bytes, pinned_bytes;
};

/* Zero-initialise; ascending by id. core_containers_clear() gives back. */
struct core_containers {
	struct core_container *v;
	size_t n, room;
};

/* A container that goes meanwhile is left out. 0 or -ENOMEM; none on the stock core. */
int core_containers_read(int sysfs, struct core_containers *out);
void core_containers_clear(struct core_containers *containers);

/* The driver whitelist of the running core as bus:driver. -ENOENT on the stock one. */
int core_whitelist_read(int sysfs, struct strv *out);
/* Replaces it. -EBUSY when a group in use needs what is not in @list, and others as they come. */
int core_whitelist_write(int sysfs, const struct strv *list);

#endif
