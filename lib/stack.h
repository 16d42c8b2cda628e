/* SPDX-License-Identifier: GPL-2.0-only */
/* Where in the kernel a process is stuck. */
#ifndef VFIOCTL_STACK_H
#define VFIOCTL_STACK_H

#include <stddef.h>
#include <sys/types.h>

/*
 * "; it waits in 'a' < 'b' < 'c'", the innermost function of the kernel first, or "" when that may
 * not be seen.
 */
void stack_sentence(pid_t pid, char *buf, size_t size);

#endif
