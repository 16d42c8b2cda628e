// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

enum {
	OPT_HELP,
	OPT_LIST_OPTS,
	OPT_JSON,
	OPT_RAW,
	OPT_PAIRS,
	OPT_OUTPUT,
	OPT_OUTPUT_ALL,
	OPT_NOHEADINGS,
	OPT_LIST_COLUMNS,
	OPT_LIST,
	OPT_TREE,
};

static const struct cmd_option common_options[] = {
	{ "help", 'h', NULL, "show this help", OPT_HELP },
	{ "list-opts", 0, NULL, "list the options, one a line", OPT_LIST_OPTS },
	{ 0 },
};

static const struct cmd_option table_options[] = {
	{ "json", 'J', NULL, "print JSON", OPT_JSON },
	{ "raw", 'r', NULL, "print plain rows, unsafe characters as \\xNN", OPT_RAW },
	{ "pairs", 'P', NULL, "print NAME=\"value\" pairs", OPT_PAIRS },
	{ "output", 'o', "LIST", "columns to show; +LIST adds to the default", OPT_OUTPUT },
	{ "output-all", 'O', NULL, "show all columns", OPT_OUTPUT_ALL },
	{ "noheadings", 'n', NULL, "print no headings", OPT_NOHEADINGS },
	{ "list-columns", 'H', NULL, "list the columns that there are", OPT_LIST_COLUMNS },
	{ 0 },
};

static const struct cmd_option tree_options[] = {
	{ "list", 'l', NULL, "print a flat list (the default)", OPT_LIST },
	{ "tree", 'T', NULL, "print groups with their members below", OPT_TREE },
	{ 0 },
};

/* Values of getopt_long() for long options: beyond any letter. */
#define LONG_BASE 256

static size_t append(const struct cmd_option **out, size_t n, const struct cmd_option *more)
{
	for (; more && more->name && n < OPTIONS_MAX; more++)
		out[n++] = more;
	return n;
}

static bool has_tree(const struct cmd *cmd)
{
	for (size_t i = 0; i < cmd->n_columns; i++)
		if (cmd->columns[i].flags & COLF_TREE)
			return true;
	return false;
}

size_t options_of(const struct cmd *cmd, const struct cmd_option *out[OPTIONS_MAX])
{
	size_t n = append(out, 0, common_options);

	if (cmd->flags & CMD_TABLE)
		n = append(out, n, table_options);
	if ((cmd->flags & CMD_TABLE) && has_tree(cmd))
		n = append(out, n, tree_options);
	return append(out, n, cmd->options);
}

static bool is_in(const struct cmd_option *option, const struct cmd_option *list)
{
	for (; list && list->name; list++)
		if (list == option)
			return true;
	return false;
}

static int set_format(struct table_options *table, enum table_format format, struct error *err)
{
	if (table->format != TABLE_TEXT && table->format != format)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "--json, --raw and --pairs exclude one another");
	table->format = format;
	return 0;
}

static int take_common(struct cmd_run *run, const struct cmd_option *option, const char *arg,
		       enum options_asked *asked, struct error *err)
{
	struct table_options *table = &run->table;

	switch (option->value) {
	case OPT_HELP:
		*asked = ASKED_HELP;
		return 0;
	case OPT_LIST_OPTS:
		*asked = ASKED_OPTIONS;
		return 0;
	case OPT_LIST_COLUMNS:
		*asked = ASKED_COLUMNS;
		return 0;
	case OPT_JSON:
		return set_format(table, TABLE_JSON, err);
	case OPT_RAW:
		return set_format(table, TABLE_RAW, err);
	case OPT_PAIRS:
		return set_format(table, TABLE_PAIRS, err);
	case OPT_OUTPUT:
		table->columns = arg;
		return 0;
	case OPT_OUTPUT_ALL:
		table->all_columns = true;
		return 0;
	case OPT_NOHEADINGS:
		table->no_headings = true;
		return 0;
	case OPT_LIST:
		table->list = true;
		return 0;
	default:
		table->tree = true;
		return 0;
	}
}

/* What getopt_long() is told, and what its answers mean. */
struct grammar {
	const struct cmd_option *options[OPTIONS_MAX];
	struct option longs[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2];
	size_t n;
};

static void grammar_init(struct grammar *g, const struct cmd *cmd)
{
	char *letter = g->letters;

	memset(g, 0, sizeof(*g));
	g->n = options_of(cmd, g->options);
	*letter++ = ':';
	for (size_t i = 0; i < g->n; i++) {
		const struct cmd_option *option = g->options[i];

		g->longs[i].name = option->name;
		g->longs[i].has_arg = option->arg ? required_argument : no_argument;
		g->longs[i].val = LONG_BASE + (int)i;
		if (!option->letter)
			continue;
		*letter++ = option->letter;
		if (option->arg)
			*letter++ = ':';
	}
}

static const struct cmd_option *grammar_find(const struct grammar *g, int value)
{
	if (value >= LONG_BASE)
		return g->options[value - LONG_BASE];
	for (size_t i = 0; i < g->n; i++)
		if (g->options[i]->letter == value)
			return g->options[i];
	return NULL;
}

static int complain(const struct cmd *cmd, int answer, const char *word, struct error *err)
{
	bool is_long = !strncmp(word, "--", 2);
	char letter[3] = { '-', (char)optopt, 0 };
	const char *name = is_long ? word : letter;

	if (answer == ':')
		return error_set(err, EXIT_USAGE, EINVAL, "option '%s' of %s needs a value", name,
				 cmd->name);
	if (is_long && optopt)
		return error_set(err, EXIT_USAGE, EINVAL, "option '%s' of %s takes no value", name,
				 cmd->name);
	return error_set(err, EXIT_USAGE, EINVAL, "%s has no option '%s'; see 'vfioctl %s --help'",
			 cmd->name, name, cmd->name);
}

/* Goes on after a failure: a later --json decides how it is told. */
static void parse_words(struct cmd_run *run, int argc, char **argv, enum options_asked *asked,
			struct error *err)
{
	struct grammar g;
	int value;

	grammar_init(&g, run->cmd);
	optind = 0;
	opterr = 0;
	while ((value = getopt_long(argc, argv, g.letters, g.longs, NULL)) != -1) {
		const struct cmd_option *option;

		if (value == '?' || value == ':') {
			complain(run->cmd, value, argv[optind - 1], err);
			continue;
		}
		option = grammar_find(&g, value);
		if (is_in(option, run->cmd->options))
			run->cmd->option(run, option->value, optarg, err);
		else
			take_common(run, option, optarg, asked, err);
	}
}

static int check_operands(const struct cmd_run *run, struct error *err)
{
	const struct cmd *cmd = run->cmd;

	if (run->n_selectors && !(cmd->flags & (CMD_SELECTORS | CMD_OPERANDS)))
		return error_set(err, EXIT_USAGE, EINVAL, "%s takes no operand: '%s'", cmd->name,
				 run->selectors[0]);
	if (!run->n_selectors && (cmd->flags & CMD_NEEDS_SELECTOR))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "%s needs to be told which devices; see 'vfioctl %s --help'",
				 cmd->name, cmd->name);
	return 0;
}

int options_parse(struct cmd_run *run, int argc, char **argv, enum options_asked *asked,
		  struct error *err)
{
	*asked = ASKED_RUN;
	parse_words(run, argc, argv, asked, err);
	run->selectors = argv + optind;
	run->n_selectors = (size_t)(argc - optind);
	if (run->table.tree && run->table.list)
		error_set(err, EXIT_USAGE, EINVAL, "--list and --tree exclude one another");
	if (err->status != EXIT_DONE)
		return -EINVAL;
	return *asked == ASKED_RUN ? check_operands(run, err) : 0;
}
