/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes as rows: what came of them, or what would be done. */
#ifndef VFIOCTL_ACT_TABLE_H
#define VFIOCTL_ACT_TABLE_H

#include "act.h"

/* The columns of a plan, whichever verb's. */
enum act_plan_column {
	PLAN_BDF,
	PLAN_GROUP,
	PLAN_NR,
	PLAN_STEP,
	PLAN_VALUE,
	PLAN_UNDO,
	PLAN_MESSAGE,
};

/* One row of it for a change; NULL: out of memory. */
struct row *act_plan_row(struct table *table, const struct change *change);

/* What was found of the device, as `status` tells it, too. 0 or -ENOMEM, as the next one. */
int act_plan_findings(struct table *table, const struct change_set *set,
		      const struct change *change);

/* Instead of steps: there are none, or it is refused, for the reason in @change->message. */
int act_plan_note(struct table *table, const struct change *change, const char *step);

/*
 * Can what comes be told at all: are the columns known, and the configuration sound? To be asked
 * before anything is changed. 0, or -errno with a sentence.
 */
int act_check_output(const struct cmd_run *run, struct error *err);

/* Both print to stdout; -errno with a sentence. */
int act_print_results(const struct cmd_run *run, const struct change_set *set, struct error *err);
int act_print_plan(const struct cmd_run *run, const struct change_set *set, struct error *err);

#endif
