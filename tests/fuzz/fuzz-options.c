// SPDX-License-Identifier: GPL-2.0-only
/* A command line: the words are the input's strings, the first byte chooses the verb. */
#include <stdio.h>

#include "cmd.h"
#include "fuzz.h"
#include "options.h"

#define WORDS_MAX 32

static const struct cmd *const cmds[] = {
	&cmd_status, &cmd_devices, &cmd_groups,	 &cmd_viable, &cmd_whitelist,
	&cmd_bind,   &cmd_unbind,  &cmd_recover, &cmd_probe,  &cmd_reset,
};

/* The verbs call these two of main.c, but not before they run. */
void cmd_error(const struct cmd_run *run, const struct error *err)
{
	(void)run, (void)err;
	CHECK(!"a verb ran");
}

void cmd_warn(const struct cmd_run *run, const char *fmt, ...)
{
	(void)run, (void)fmt;
	CHECK(!"a verb ran");
}

void cmd_reader_gone(void)
{
	CHECK(!"a verb ran");
	abort();
}

static void check_refused(const struct error *err)
{
	CHECK(err->status == EXIT_USAGE);
	CHECK_TEXT(*err->msg && fuzz_is_clean(err->msg, strlen(err->msg), ""), err->msg);
}

/* -o is looked at when the table is made. */
static void check_columns(const struct cmd_run *run)
{
	const struct cmd *cmd = run->cmd;
	struct error err = { 0 };
	struct table *table = table_new("things", cmd->columns, cmd->n_columns, &run->table, &err);

	if (!table) {
		CHECK(run->table.columns);
		check_refused(&err);
		return;
	}
	CHECK(err.status == EXIT_DONE);
	table_free(table);
}

static void check_accepted(const struct cmd_run *run, char **argv, int argc)
{
	CHECK(!(run->table.tree && run->table.list));
	CHECK(run->selectors + run->n_selectors == argv + argc);
	CHECK(!run->n_selectors || (run->cmd->flags & (CMD_SELECTORS | CMD_OPERANDS)));
	CHECK(run->n_selectors || !(run->cmd->flags & CMD_NEEDS_SELECTOR));
	if (run->cmd->flags & CMD_TABLE)
		check_columns(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, data + size };
	const struct cmd *cmd = cmds[fuzz_byte(&in) % (sizeof(cmds) / sizeof(cmds[0]))];
	struct cmd_run run = { .cmd = cmd };
	char *argv[WORDS_MAX + 1] = { strdup(cmd->name) }, *given[WORDS_MAX];
	enum options_asked asked;
	struct error err = { 0 };
	int argc = 1;

	while (argc < WORDS_MAX && (argv[argc] = fuzz_next(&in)))
		argc++;
	argv[argc] = NULL;
	memcpy(given, argv, sizeof(given)); /* getopt_long() moves them about */
	run.verb = calloc(1, cmd->verb_size + 1);
	if (options_parse(&run, argc, argv, &asked, &err))
		check_refused(&err);
	else if (asked == ASKED_RUN)
		check_accepted(&run, argv, argc);
	free(run.verb);
	for (int i = 0; i < argc; i++)
		free(given[i]);
	return 0;
}
