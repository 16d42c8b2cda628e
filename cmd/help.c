// SPDX-License-Identifier: GPL-2.0-only
#include "help.h"

#include <ctype.h>
#include <string.h>

#include "options.h"

const struct cmd_option help_global_options[] = {
	{ "help", 'h', NULL, "show this help", GLOBAL_HELP },
	{ "version", 'V', NULL, "show the version", GLOBAL_VERSION },
	{ "list-cmds", 0, NULL, "list the verbs, one a line", GLOBAL_LIST_CMDS },
	{ "list-opts", 0, "[VERB]", "list the options, one a line", GLOBAL_LIST_OPTS },
	{ "list-columns", 0, "VERB", "list the columns of a verb", GLOBAL_LIST_COLUMNS },
	{ "list-classes", 0, NULL, "list the names that class: takes", GLOBAL_LIST_CLASSES },
	{ "list-reasons", 0, NULL, "list the reasons that --allow= takes", GLOBAL_LIST_REASONS },
	{ 0 },
};

static void put_option(FILE *out, const struct cmd_option *option)
{
	bool optional = option->arg && option->arg[0] == '[';
	const char *arg = option->arg ? option->arg : "";
	char words[64];

	if (optional)
		snprintf(words, sizeof(words), "--%s[=%s", option->name, arg + 1);
	else
		snprintf(words, sizeof(words), "--%s%s%s", option->name, *arg ? "=" : "", arg);
	if (option->letter)
		fprintf(out, " -%c, %-22s %s\n", option->letter, words, option->help);
	else
		fprintf(out, "     %-22s %s\n", words, option->help);
}

static void put_summary(FILE *out, const char *summary)
{
	fprintf(out, "\n%c%s.\n", toupper((unsigned char)summary[0]), summary + 1);
}

void help_program(FILE *out, const struct cmd *const *cmds, size_t n)
{
	fputs("Usage: vfioctl [VERB] [OPTION...] [SELECTOR...]\n", out);
	put_summary(out, "see and change which devices are handed to userspace through VFIO");
	fputs("\nVerbs (without one: status):\n", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, " %-12s %s\n", cmds[i]->name, cmds[i]->summary);
	fputs("\nOptions:\n", out);
	for (const struct cmd_option *option = help_global_options; option->name; option++)
		put_option(out, option);
	fputs("\n'vfioctl help VERB' tells more of one; vfioctl(8) has selectors and exit "
	      "statuses.\n",
	      out);
}

static void put_columns(FILE *out, const struct column *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(out, " %c %-20s %s\n", columns[i].flags & COLF_DEFAULT ? '*' : ' ',
			columns[i].name, columns[i].help);
}

void help_verb(FILE *out, const struct cmd *cmd)
{
	const struct cmd_option *options[OPTIONS_MAX];
	size_t n = options_of(cmd, options);

	fprintf(out, "Usage: vfioctl %s [OPTION...]%s%s\n", cmd->name, cmd->operands ? " " : "",
		cmd->operands ? cmd->operands : "");
	put_summary(out, cmd->summary);
	fputs("\nOptions:\n", out);
	for (size_t i = 0; i < n; i++)
		put_option(out, options[i]);
	if (cmd->flags & CMD_SELECTORS)
		fputs("\nSelectors: 0000:01:00.0, 01:00.0, 0000:3b:*.*, 8086:10d3, class:network, "
		      "class:0200,\n           group:26, driver:nvme, of:eth0, of:/dev/nvme0n1, "
		      "of:/srv, BUS:NAME\n",
		      out);
	if (cmd->n_columns)
		fputs("\nColumns (* by default):\n", out);
	put_columns(out, cmd->columns, cmd->n_columns);
	if (cmd->n_selected_columns)
		fputs("\nColumns with a selector (* by default):\n", out);
	put_columns(out, cmd->selected_columns, cmd->n_selected_columns);
	if (cmd->n_dry_run_columns)
		fputs("\nColumns with --dry-run (* by default):\n", out);
	put_columns(out, cmd->dry_run_columns, cmd->n_dry_run_columns);
	fprintf(out, "\nExit statuses are listed in vfioctl(8); vfioctl-%s(8) has examples.\n",
		cmd->name);
}

static void list_option(FILE *out, const struct cmd_option *option)
{
	bool must = option->arg && option->arg[0] != '[';

	fprintf(out, "--%s%s\n", option->name, must ? "=" : "");
	if (option->letter)
		fprintf(out, "-%c\n", option->letter);
}

void help_list_global_options(FILE *out)
{
	for (const struct cmd_option *option = help_global_options; option->name; option++)
		list_option(out, option);
}

void help_list_options(FILE *out, const struct cmd *cmd)
{
	const struct cmd_option *options[OPTIONS_MAX];
	size_t n = options_of(cmd, options);

	for (size_t i = 0; i < n; i++)
		list_option(out, options[i]);
}

static bool is_listed(const struct cmd *cmd, const char *name)
{
	for (size_t i = 0; i < cmd->n_columns; i++)
		if (!strcmp(cmd->columns[i].name, name))
			return true;
	return false;
}

void help_list_columns(FILE *out, const struct cmd *cmd)
{
	for (size_t i = 0; i < cmd->n_columns; i++)
		fprintf(out, "%s\n", cmd->columns[i].name);
	for (size_t i = 0; i < cmd->n_selected_columns; i++)
		if (!is_listed(cmd, cmd->selected_columns[i].name))
			fprintf(out, "%s\n", cmd->selected_columns[i].name);
	for (size_t i = 0; i < cmd->n_dry_run_columns; i++)
		if (!is_listed(cmd, cmd->dry_run_columns[i].name))
			fprintf(out, "%s\n", cmd->dry_run_columns[i].name);
}

void help_list_strings(FILE *out, int (*get)(struct strv *out))
{
	struct strv list = { 0 };

	get(&list);
	for (size_t i = 0; i < list.n; i++)
		fprintf(out, "%s\n", list.v[i]);
	strv_clear(&list);
}
