/* SPDX-License-Identifier: GPL-2.0-only */
/* What is looked at to judge a device: itself, its virtual functions, the rest of its group. */
#ifndef VFIOCTL_SAFETY_SCOPE_H
#define VFIOCTL_SAFETY_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "target.h"

enum scope_role { SCOPE_ITSELF, SCOPE_FUNCTION, SCOPE_NEIGHBOUR };

/* One device that is looked at, and on whose behalf: @for_whom is one of those to be judged. */
struct scope_entry {
	const struct target *target;
	const struct target *for_whom;
	enum scope_role role;
};

/* Zero-initialise; scope_clear() gives back. */
struct scope {
	struct scope_entry *v;
	size_t n, room;
	struct target **own; /* those that were opened for this alone */
	size_t n_own, own_room;
};

/*
 * @n devices themselves and their virtual functions; with @groups also those members of their
 * groups that have a driver of the host. What is gone meanwhile is left out. 0, or -errno with a
 * sentence.
 */
int scope_init(struct scope *scope, const struct target *const *targets, size_t n, bool groups,
	       struct error *err);
void scope_clear(struct scope *scope);

#endif
