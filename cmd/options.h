/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of a verb: those it declares, and those that every table takes. */
#ifndef VFIOCTL_OPTIONS_H
#define VFIOCTL_OPTIONS_H

#include "cmd.h"

#define OPTIONS_MAX 64

/* All options of @cmd into @out, those of all verbs first. Returns how many. */
size_t options_of(const struct cmd *cmd, const struct cmd_option *out[OPTIONS_MAX]);

/* What the options asked for, other than to run the verb. */
enum options_asked {
	ASKED_RUN,
	ASKED_HELP,
	ASKED_COLUMNS,
	ASKED_OPTIONS,
};

/*
 * Parses @argv, whose first element is the verb, into @run; operands become its selectors. 0, or
 * -EINVAL with @err set (EXIT_USAGE). What could be understood is in @run even then, so that the
 * failure can be told in the format that was asked for.
 */
int options_parse(struct cmd_run *run, int argc, char **argv, enum options_asked *asked,
		  struct error *err);

#endif
