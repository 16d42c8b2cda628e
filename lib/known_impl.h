/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of what is known, shared by known*.c alone. */
#ifndef VFIOCTL_KNOWN_IMPL_H
#define VFIOCTL_KNOWN_IMPL_H

#include "known.h"

/* A member has another driver, has come or gone: the group may have another verdict. */
int known_look_at_group(struct known *known, long id);

/* @name, which is gone, may have been a virtual function, or have had some. */
int known_forget_vf(struct known *known, const char *name);
void known_clear_vfs(struct known *known);

#endif
