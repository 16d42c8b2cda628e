/* SPDX-License-Identifier: GPL-2.0-only */
/* What bind, unbind and recover have in common, which is nearly all but their words. */
#ifndef VFIOCTL_ACT_H
#define VFIOCTL_ACT_H

#include "change.h"
#include "cmd.h"

struct act_options {
	const char *driver; /* NULL: the best VFIO driver, or the one that the device had */
	bool group;
	bool yes;
	int timeout_ms;
	uint64_t allow;
};

enum act_option {
	ACT_DRIVER,
	ACT_GROUP,
	ACT_DRY_RUN,
	ACT_YES,
	ACT_TIMEOUT,
	ACT_ALLOW,
};

/* clang-format off */
#define ACT_OPTION_DRY_RUN                                                                         \
	{ "dry-run", 0, NULL, "show the steps, do nothing; needs not be root", ACT_DRY_RUN }
#define ACT_OPTION_TIMEOUT                                                                         \
	{ "timeout", 0, "SECONDS", "how long a step, or the wait for a lock, may take (10)",       \
	  ACT_TIMEOUT }

#define ACT_OPTIONS(driver_help)                                                                   \
	{ "driver", 0, "DRIVER", driver_help, ACT_DRIVER },                                        \
	{ "group", 0, NULL, "every endpoint of the groups, bridges are left alone", ACT_GROUP },   \
	ACT_OPTION_DRY_RUN,                                                                        \
	{ "yes", 'y', NULL, "do not ask when patterns match several devices", ACT_YES },           \
	ACT_OPTION_TIMEOUT,                                                                        \
	{ "allow", 0, "REASONS", "go on in spite of these, such as mounted,address", ACT_ALLOW },  \
	{ 0 }

/* All of a verb's declaration but its name, words, operands, options and run(). */
#define ACT_DECLARATION(more_flags)                                                                \
	.flags = CMD_NEEDS_ROOT | CMD_TABLE | CMD_SELECTORS | (more_flags),                        \
	.columns = act_columns,                                                                    \
	.n_columns = ACT_N_COLUMNS,                                                                \
	.dry_run_columns = act_plan_columns,                                                       \
	.n_dry_run_columns = ACT_N_PLAN_COLUMNS,                                                   \
	.verb_size = sizeof(struct act_options),                                                   \
	.option = act_option
/* clang-format on */

/* The columns of the result; those of a dry run are in act_plan_columns. */
#define ACT_N_COLUMNS	   11
#define ACT_N_PLAN_COLUMNS 7
extern const struct column act_columns[ACT_N_COLUMNS];
extern const struct column act_plan_columns[ACT_N_PLAN_COLUMNS];

int act_option(struct cmd_run *run, int value, const char *arg, struct error *err);
enum exit_status act_run(struct cmd_run *run, enum change_verb verb, struct error *err);

#endif
