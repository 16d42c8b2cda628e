/* SPDX-License-Identifier: GPL-2.0-only */
/* The tool and the kernel are of two minds about a group. */
#ifndef VFIOCTL_DISPUTE_H
#define VFIOCTL_DISPUTE_H

#include "cmd.h"
#include "group_verdict.h"

/* Warns if they are; says nothing else. */
void dispute_warn(const struct cmd_run *run, const struct group_verdict *verdict, long group);

#endif
