// SPDX-License-Identifier: GPL-2.0-only
#include "act.h"

static const struct cmd_option options[] = {
	{ "driver", 0, "DRIVER", "the driver to give them to, instead of the one they had",
	  ACT_DRIVER },
	{ "group", 0, NULL, "every endpoint of the groups, bridges are left alone", ACT_GROUP },
	{ "dry-run", 0, NULL, "show the steps, do nothing; needs not be root", ACT_DRY_RUN },
	{ "yes", 'y', NULL, "do not ask when patterns match several devices", ACT_YES },
	{ "timeout", 0, "SECONDS", "how long a step, or the wait for a lock, may take (10)",
	  ACT_TIMEOUT },
	{ "allow", 0, "REASONS", "go on in spite of these, such as mounted,address", ACT_ALLOW },
	{ 0 },
};

static enum exit_status run_verb(struct cmd_run *run, struct error *err)
{
	return act_run(run, CHANGE_UNBIND, err);
}

const struct cmd cmd_unbind = {
	.name = "unbind",
	.operands = "SELECTOR...",
	.summary = "give devices back to the drivers they had",
	.flags = CMD_NEEDS_ROOT | CMD_TABLE | CMD_SELECTORS | CMD_NEEDS_SELECTOR,
	.columns = act_columns,
	.n_columns = ACT_N_COLUMNS,
	.dry_run_columns = act_plan_columns,
	.n_dry_run_columns = ACT_N_PLAN_COLUMNS,
	.options = options,
	.verb_size = sizeof(struct act_options),
	.option = act_option,
	.run = run_verb,
};
