/* SPDX-License-Identifier: GPL-2.0-only */
/* Carries changes out: groups side by side, each in a transaction of its own. */
#ifndef VFIOCTL_EXECUTE_H
#define VFIOCTL_EXECUTE_H

#include "change.h"

/* For a progress line; all members may be NULL. */
struct execute_watch {
	/* Now and then; @done devices of @set are through, @now (may be NULL) is under way. */
	void (*progress)(void *arg, const struct change_set *set, size_t done,
			 const struct change *now);
	void (*stopping)(void *arg, int signal);
	void *arg;
};

/*
 * Changes every device of @set that is not ended yet, and ends each: what came of it is in the
 * changes. Returns 0 also when some failed; -errno with a sentence when none could be started.
 *
 * A change that hangs past @set->timeout_ms is left to a process of its own that goes on with it
 * when the kernel lets it, holding the group's lock for so long.
 */
int execute(struct change_set *set, const struct execute_watch *watch, struct error *err);

#endif
