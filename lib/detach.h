/* SPDX-License-Identifier: GPL-2.0-only */
/* For child processes that may have to be left behind. */
#ifndef VFIOCTL_DETACH_H
#define VFIOCTL_DETACH_H

/*
 * Lets go of everything that came from whoever started us: a child that is left behind must not
 * keep a shell's pipe or an ssh session open, nor be stopped or ended from that terminal's keys.
 */
void detach_from_caller(void);

#endif
