/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resets of PCI functions: which methods there are, which are to be tried, and a reset that hits
 * nothing that is needed or in use, by the kernel's own file for that, or where that does not do by
 * VFIO (bus_owner.h).
 */
#ifndef VFIOCTL_RESET_H
#define VFIOCTL_RESET_H

#include "bus_reset.h"
#include "change.h"

#define RESET_ALL_METHODS "default"

/* What is asked for, the same for all devices of a call. Strings are borrowed. */
struct reset_request {
	struct strv
		methods; /* to be tried from now on, in this order; "default": all; none: as is */
	struct strv drivers; /* host drivers beneath which a device may be reset */
	bool now;	     /* reset it */
};

/*
 * One device. @change is borrowed from the set: its target, and what came of it. Facts are from
 * before anything was done. @hits: what a reset of its bus would hit as well.
 */
struct reset {
	struct change *change;
	struct strv methods; /* enabled, in the order in which the kernel tries them */
	bool can_choose, can_reset;
	bool has_bus; /* there is a bridge above it */
	struct device **hits;
	struct target *hit_targets; /* of @hits, opened when a reset would begin with the bus */
	size_t n_hits;
};

struct resets {
	const struct reset_request *request;
	struct change_set *set; /* borrowed */
	struct reset *v;	/* one for each change of the set, in its order */
	size_t n;
};

/* "flr,bus" into words. -EINVAL, EXIT_USAGE: one is no name of a method. */
int reset_methods_parse(const char *list, struct strv *out, struct error *err);

/* Do they stand for all that a device has? */
bool reset_wants_all(const struct strv *methods);

/* The methods that would be tried: what is asked for, else what is enabled. */
const struct strv *reset_methods_of(const struct reset *reset, const struct reset_request *request);

/* Is the first of them that of the bus? A later one is tried only where that is not there. */
bool reset_methods_begin_with_bus(const struct strv *methods);

/* Is one asked for, and would it begin with the whole bus? Then @reset->hit_targets are open. */
bool reset_begins_with_bus(const struct reset *reset, const struct reset_request *request);

/*
 * Is one asked for that only VFIO does, for who has all that it hits? The kernel itself resets the
 * bus of none that is not alone there, and says that it has no method for one that never was.
 */
bool reset_takes_owner(const struct reset *reset, const struct reset_request *request);

/* Reads the facts of all devices of @set. 0 or -errno with a sentence. resets_clear() gives back.
 */
int resets_init(struct resets *resets, struct change_set *set, const struct reset_request *request,
		struct error *err);
void resets_clear(struct resets *resets);

/*
 * Judges each, and ends those changes that must not be made, with their reason. How many those are,
 * or -errno with a sentence when it cannot be told. What was found is in @resets->set->safety.
 */
int resets_judge(struct resets *resets, struct error *err);

/*
 * Does what was asked for, one device after the other, each under the lock of its group and those
 * of what is hit with it, judged once more right before, and in a process that is left behind when
 * the kernel does not come back from it within the set's time. Ends each change: done, unchanged;
 * failed: nothing was changed, or the reset did not work; rolled-back: it did not, and the methods
 * are as before; not-rolled-back; refused, busy; timed-out. 0, or -errno with a sentence when none
 * could be begun.
 */
int resets_run(struct resets *resets, struct error *err);

#endif
