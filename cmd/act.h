/* SPDX-License-Identifier: GPL-2.0-only */
/* What bind and unbind have in common, which is all but their words and one option. */
#ifndef VFIOCTL_ACT_H
#define VFIOCTL_ACT_H

#include "change.h"
#include "cmd.h"

struct act_options {
	const char *driver; /* bind: NULL: the best VFIO driver for each device */
	bool group;
	bool yes;
	int timeout_ms;
	unsigned int allow;
};

enum act_option {
	ACT_DRIVER,
	ACT_GROUP,
	ACT_DRY_RUN,
	ACT_YES,
	ACT_TIMEOUT,
	ACT_ALLOW,
};

/* The columns of the result; those of a dry run are in act_plan_columns. */
#define ACT_N_COLUMNS	   11
#define ACT_N_PLAN_COLUMNS 7
extern const struct column act_columns[ACT_N_COLUMNS];
extern const struct column act_plan_columns[ACT_N_PLAN_COLUMNS];

int act_option(struct cmd_run *run, int value, const char *arg, struct error *err);
enum exit_status act_run(struct cmd_run *run, enum change_verb verb, struct error *err);

#endif
