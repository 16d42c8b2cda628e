/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of what is mounted, what is swapped to, and what is configured to be. */
#ifndef VFIOCTL_MOUNTS_H
#define VFIOCTL_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum mounts_table {
	MOUNTS_OWN,   /* of our own mount namespace */
	MOUNTS_INIT,  /* of process 1: the host's view when we run in a container's */
	MOUNTS_SWAP,  /* active swap; only @source is filled */
	MOUNTS_FSTAB, /* what is configured; @dev is 0 */
};

/* Strings are borrowed and never NULL. */
struct mount_entry {
	const char *source, *target, *type, *options;
	dev_t dev;
	uint64_t id; /* the kernel's own, as statx() tells it, in MOUNTS_OWN and MOUNTS_INIT */
};

/* Where the table is read from. */
const char *mounts_path(enum mounts_table table);

/*
 * Calls @fn for each entry, in the table's order; its non-zero return ends the walk and is
 * returned. -ENOENT when there is no such table, -EIO when it cannot be read, -ENOMEM.
 */
int mounts_each(enum mounts_table table, int (*fn)(void *arg, const struct mount_entry *entry),
		void *arg);

/* True when the options of @entry have @name; what follows its "=" is copied to @value, if that is
 * not NULL. */
bool mounts_option(const struct mount_entry *entry, const char *name, char *value, size_t size);

#endif
