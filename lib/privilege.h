/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Capabilities. The owner of sysfs is uid 0, who needs none of them to write there: so none is in
 * effect, but for the lines that raise the one they need, and what no line needs is given up for
 * good. Whoever lacks one, an ordinary user, gets what the kernel says then.
 */
#ifndef VFIOCTL_PRIVILEGE_H
#define VFIOCTL_PRIVILEGE_H

#include "error.h"

enum privilege {
	PRIVILEGE_LOOK = 1 << 0,    /* at other processes' files, into other users' directories */
	PRIVILEGE_MODULES = 1 << 1, /* load a kernel module */
	PRIVILEGE_STACK = 1 << 2,   /* see where in the kernel another process is */
	PRIVILEGE_MEMORY = 1 << 3,  /* see where in memory the firmware's framebuffer is */
	PRIVILEGE_EVENTS = 1 << 4,  /* have the kernel keep more events than for others */
};

/*
 * From here on, for this process and all that it starts or executes, there is nothing beyond @mask
 * to be raised, and nothing is in effect that was not raised. 0, or -errno with a sentence.
 */
int privilege_limit(unsigned int mask, struct error *err);

/*
 * Puts @mask into effect besides what is; what privilege_restore() wants is returned. For a scope:
 *	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_LOOK);
 */
unsigned int privilege_raise(unsigned int mask);
void privilege_restore(unsigned int had);

static inline void privilege_restorep(unsigned int *had)
{
	privilege_restore(*had);
}

#endif
