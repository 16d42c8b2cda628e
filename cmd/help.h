/* SPDX-License-Identifier: GPL-2.0-only */
/* Help for people and lists for programs, made from what the verbs declare. */
#ifndef VFIOCTL_HELP_H
#define VFIOCTL_HELP_H

#include <stdio.h>

#include "cmd.h"

/* Options before the verb. The list ends with an entry without a name. */
extern const struct cmd_option help_global_options[];

enum help_global {
	GLOBAL_HELP,
	GLOBAL_VERSION,
	GLOBAL_LIST_CMDS,
	GLOBAL_LIST_OPTS,
	GLOBAL_LIST_COLUMNS,
	GLOBAL_LIST_CLASSES,
	GLOBAL_LIST_REASONS,
	GLOBAL_END,
};

void help_program(FILE *out, const struct cmd *const *cmds, size_t n);
void help_verb(FILE *out, const struct cmd *cmd);

/* One a line: "--output=" for a long option with a value, "--json" without, "-J" for a letter. */
void help_list_global_options(FILE *out);
void help_list_options(FILE *out, const struct cmd *cmd);

/* Names one a line. */
void help_list_columns(FILE *out, const struct cmd *cmd);
void help_list_strings(FILE *out, int (*get)(struct strv *out));

#endif
