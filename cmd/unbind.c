// SPDX-License-Identifier: GPL-2.0-only
#include "act.h"

static const struct cmd_option options[] = {
	ACT_OPTIONS("the driver to give them to, instead of the one they had"),
};

static enum exit_status run_verb(struct cmd_run *run, struct error *err)
{
	return act_run(run, CHANGE_UNBIND, err);
}

const struct cmd cmd_unbind = {
	ACT_DECLARATION(CMD_NEEDS_SELECTOR),
	.name = "unbind",
	.operands = "SELECTOR...",
	.summary = "give devices back to the drivers they had",
	.options = options,
	.run = run_verb,
};
