// SPDX-License-Identifier: GPL-2.0-only
#include "act.h"

static const struct cmd_option options[] = {
	ACT_OPTIONS("the driver to bind; by default the best VFIO driver for each device"),
};

static enum exit_status run_verb(struct cmd_run *run, struct error *err)
{
	return act_run(run, CHANGE_BIND, err);
}

const struct cmd cmd_bind = {
	ACT_DECLARATION(CMD_NEEDS_SELECTOR),	   .name = "bind",     .operands = "SELECTOR...",
	.summary = "hand devices to VFIO drivers", .options = options, .run = run_verb,
};
