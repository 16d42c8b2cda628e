/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of following, shared by follow*.c alone. All return 0, -errno, or what told failed
 * with. */
#ifndef VFIOCTL_FOLLOW_IMPL_H
#define VFIOCTL_FOLLOW_IMPL_H

#include "follow.h"

/* An event of a device, whatever that is, and one of a group's class device. */
int follow_device_event(struct follow *follow, const struct event *event);
int follow_group_event(struct follow *follow, const struct event *event);

/* Which virtual functions there are. */
int follow_look_at_vfs(struct follow *follow);

/* How groups are used: as our core shows it, else as the files of processes do. */
int follow_look_at_use(struct follow *follow);

#endif
