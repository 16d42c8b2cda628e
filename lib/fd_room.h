/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Room for files. Each device is held by one or more: a limit that is met in the middle of a change
 * would leave it half done, so it is raised, or met before.
 */
#ifndef VFIOCTL_FD_ROOM_H
#define VFIOCTL_FD_ROOM_H

#include <stddef.h>

#include "error.h"

/*
 * @fds files may be open for @devices devices, and some for all else. 0, or -errno with a sentence.
 */
int fd_room(size_t fds, size_t devices, struct error *err);

#endif
