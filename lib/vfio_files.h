/* SPDX-License-Identifier: GPL-2.0-only */
/* Which open files of which processes belong to VFIO or iommufd, and what each of them is. */
#ifndef VFIOCTL_VFIO_FILES_H
#define VFIOCTL_VFIO_FILES_H

#include <stddef.h>

#include "process.h"
#include "processes.h"

enum vfio_file_kind {
	VFIO_FILE_CONTAINER, /* /dev/vfio/vfio */
	VFIO_FILE_GROUP,     /* /dev/vfio/N */
	VFIO_FILE_DEVICE,    /* a device that was got from its group */
	VFIO_FILE_CDEV,	     /* /dev/vfio/devices/vfioN */
	VFIO_FILE_IOMMUFD,   /* /dev/iommu */
};

const char *vfio_file_kind_name(enum vfio_file_kind kind);

/*
 * @container is the id that our core has told, 0 when it has not: the stock core, or a group that
 * is not attached (then @told is true). @device is what the kernel has told, on our core or a newer
 * stock one, else NULL. @link is hostile text.
 */
struct vfio_file {
	size_t process; /* index */
	int fd;
	enum vfio_file_kind kind;
	long group; /* -1: not known, or not one group's */
	unsigned long long container;
	bool told;    /* fdinfo is our core's */
	bool revoked; /* the device was taken away from under it */
	char *device;
	char *link;
};

/* Zero-initialise; vfio_files_clear() gives back. Files of a process stand together. */
struct vfio_files {
	struct vfio_file *v;
	size_t n, room;
	struct process *processes;
	size_t n_processes, processes_room;
	bool complete; /* every process that there is could be looked into */
	int sysfs;     /* borrowed */
};

/*
 * Looks for them in one walk over /proc. Files are told apart by device number, which sysfs (its fd
 * is @sysfs) resolves, not by their path. 0, -ENOMEM, or -errno when /proc cannot be walked.
 */
int vfio_files_find(struct vfio_files *out, int sysfs);
void vfio_files_clear(struct vfio_files *files);

/*
 * Are two of them one open file, inherited or passed on? 1 or 0, -errno when the kernel does not
 * say (-EPERM, -ENOSYS) or one of the processes is gone (-ESRCH).
 */
int vfio_files_same(const struct vfio_files *files, const struct vfio_file *a,
		    const struct vfio_file *b);

#endif
