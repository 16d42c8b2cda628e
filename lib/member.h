/* SPDX-License-Identifier: GPL-2.0-only */
/* One device of a transaction: what it is, what is on record of it, what is being done to it. */
#ifndef VFIOCTL_MEMBER_H
#define VFIOCTL_MEMBER_H

#include "change.h"
#include "pool.h"
#include "record.h"

/*
 * What a device is taken to have had before: what it has, unless a run was cut short. Strings are
 * borrowed from the member.
 */
struct member_base {
	const char *driver, *override;
	const char *set; /* the driver that an earlier bind gave it; NULL: none did */
	enum plan_recovery recovery;
};

/* Fill the first part, zeroes in the rest; member_clear() gives back. */
struct member {
	const struct change_set *set;
	struct change *change;
	size_t index; /* of the change in the set */
	int run_dir;  /* -1: there is none, in a dry run */
	struct pool_worker *worker;

	struct target_facts facts;
	struct record before; /* what was on record */
	bool recorded;	      /* @before is about this very device, and still holds */
	struct record record; /* what is on record while we work */
	struct member_base base;
	struct plan mend; /* what @base is taken from */
	struct plan plan;
	size_t done;  /* so many of the plan's steps */
	size_t begun; /* the same, with the one that failed */
};

void member_clear(struct member *m);

struct plan_facts member_facts(const struct member *m);

/* Facts and record. May be done again. */
int member_read(struct member *m, struct error *err);

/* Waits until no driver's probe or removal is under way. May hang. */
void member_await(struct member *m);

/*
 * Facts, record and plan; nothing is changed. -EBUSY when the driver is another than the one that
 * was judged, and there is something to do.
 */
int member_look(struct member *m, struct error *err);

/* Makes what is about to be done durable. To be called before the first step of any member. */
int member_record(struct member *m, struct error *err);

/* All steps; on a failure those that were done stay done and are counted. */
int member_apply(struct member *m, struct error *err);

/*
 * Undoes the steps that were done, last one first, looks whether that worked, and ends the change
 * with what came of it. @why is what failed, on the member @failed; @touched: some member had steps
 * done.
 */
void member_roll_back(struct member *m, const struct member *failed, bool touched,
		      const struct error *why);

/* Ends the change as done, or as nothing to do, and records that. */
void member_succeed(struct member *m);

/* Puts back on record what was there before member_record(). */
void member_restore_record(struct member *m);

/* Tells the parent how the change ended, and in a dry run what would be done. */
void member_tell_result(struct member *m);
void member_tell_plan(const struct member *m);

#endif
