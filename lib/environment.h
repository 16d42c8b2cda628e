/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The environment, which comes from whoever calls us and speaks to the libraries that we use and to
 * what is executed for us (modprobe.d(5) may have commands): LIBMOUNT_FSTAB, PATH, LD_PRELOAD, ...
 */
#ifndef VFIOCTL_ENVIRONMENT_H
#define VFIOCTL_ENVIRONMENT_H

/*
 * Leaves what a terminal, a language and an SSH session are told by, and a PATH of the system's own
 * directories; all else is gone. To be called first. 0 or -ENOMEM.
 */
int environment_clean(void);

#endif
