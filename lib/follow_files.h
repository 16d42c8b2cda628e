/* SPDX-License-Identifier: GPL-2.0-only */
/* How groups are used, as far as the open files of processes tell: for the stock core. */
#ifndef VFIOCTL_FOLLOW_FILES_H
#define VFIOCTL_FOLLOW_FILES_H

#include "container.h"
#include "known.h"

/* One walk over /proc, and what it found. Zero-initialise. */
struct used_files {
	struct vfio_files files;
	struct containers containers;
};

/* 0, -ENOMEM, or -errno when /proc cannot be walked. */
int used_files_find(struct used_files *used, int sysfs);
void used_files_clear(struct used_files *used);

/*
 * What is done with @group. A device's file of which the kernel does not say whose it is counts for
 * the group when its process has no other one open. *@device is that of the last file that has a
 * name, borrowed, or NULL.
 */
struct known_use used_files_of(const struct used_files *used, long group, const char **device);

#endif
