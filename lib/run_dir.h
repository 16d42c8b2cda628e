/* SPDX-License-Identifier: GPL-2.0-only */
/* /run/vfioctl: what outlives one run but not one boot. */
#ifndef VFIOCTL_RUN_DIR_H
#define VFIOCTL_RUN_DIR_H

#include "error.h"

#define RUN_DIR "/run/vfioctl"

/*
 * An fd of RUN_DIR, made with mode 0700 when it is missing; the caller closes it. No link is
 * followed, and a directory that belongs to another user or that others may write to is refused
 * (-EPERM, EXIT_FAILED): what it says decides which drivers get bound.
 */
int run_dir_open(struct error *err);

/* The same, but nothing is made: -ENOENT without a sentence when there is none. */
int run_dir_look(struct error *err);

/* As run_dir_open(), for a directory @name below @dirfd. */
int run_dir_open_below(int dirfd, const char *name, struct error *err);

#endif
