// SPDX-License-Identifier: GPL-2.0-only
#include "act.h"

static const struct cmd_option options[] = {
	ACT_OPTION_DRY_RUN,
	ACT_OPTION_TIMEOUT,
	{ 0 },
};

static enum exit_status run_verb(struct cmd_run *run, struct error *err)
{
	return act_run(run, CHANGE_RECOVER, err);
}

const struct cmd cmd_recover = {
	ACT_DECLARATION(0),
	.name = "recover",
	.operands = "[SELECTOR...]",
	.summary = "bring to an end what a killed or stuck run left half done",
	.options = options,
	.run = run_verb,
};
