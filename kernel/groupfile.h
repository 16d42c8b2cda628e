/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between group.c, which keeps the state of a group, and groupfile.c, which speaks the ABI of
 * /dev/vfio/N. All take group->lock themselves.
 */
#ifndef VFIOCTL_GROUPFILE_H
#define VFIOCTL_GROUPFILE_H

#include "core.h"

extern const struct file_operations vfio_group_fops;

/* -ENODEV when the group is dead, -EBUSY when somebody has it, or had it and keeps its devices. */
int vfio_group_open(struct vfio_group *group);
void vfio_group_close(struct vfio_group *group);

/*
 * vfio_group_attach() - claim the DMA of the whole group and join @container.
 * -EINVAL when attached already, -EPERM when a host driver or another user owns the DMA, or the
 * backend's error.
 */
int vfio_group_attach(struct vfio_group *group, struct vfio_container *container);
/* -EINVAL when not attached, -EBUSY while devices are open. */
int vfio_group_unset(struct vfio_group *group);

/*
 * vfio_group_use() - mark one device file more, which keeps the group attached until
 * vfio_group_unuse(). -EINVAL unless the group is in a container with a backend.
 */
int vfio_group_use(struct vfio_group *group);

/* The lines of fdinfo that say which group this is, and which container it is attached to. */
void vfio_group_fdinfo(struct vfio_group *group, struct seq_file *m);

#endif
