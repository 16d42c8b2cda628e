// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl: from the command line to a verb, and from its failure to an exit status. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "cmd.h"
#include "environment.h"
#include "help.h"
#include "options.h"
#include "privilege.h"
#include "safety.h"
#include "selector_parse.h"

static const struct cmd *const cmds[] = {
	&cmd_status,  &cmd_devices, &cmd_groups, &cmd_viable,	 &cmd_containers,
	&cmd_holders, &cmd_monitor, &cmd_probe,	 &cmd_whitelist, &cmd_bind,
	&cmd_unbind,  &cmd_recover, &cmd_reset,
};

static const struct cmd *find_cmd(const char *name, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		if (!strcmp(cmds[i]->name, name))
			return cmds[i];
	error_set(err, EXIT_USAGE, EINVAL, "there is no verb '%s'; see 'vfioctl --help'", name);
	return NULL;
}

void cmd_error(const struct cmd_run *run, const struct error *err)
{
	if (run->table.format == TABLE_JSON)
		json_print_error(stderr, err);
	else
		fprintf(stderr, "vfioctl: %s\n", err->msg);
}

void cmd_warn(const struct cmd_run *run, const char *fmt, ...)
{
	char plain[sizeof(((struct error *)NULL)->msg)];
	struct error warning = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(plain, sizeof(plain), fmt, ap);
	va_end(ap);
	text_escape_to(warning.msg, sizeof(warning.msg), plain);
	cmd_error(run, &warning);
}

/* Until then it stays ignored, since a verb that changes drivers must not die over a message. */
void cmd_reader_gone(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
	/* Someone has it blocked. */
	_exit(EXIT_FAILED);
}

/*
 * A standard stream that was closed would give its number to the next file that is opened, and what
 * is printed or waited for would go there. A directory takes the number instead: it can neither be
 * written nor read, so the stream fails as a closed one does, and it is there even without /dev.
 */
static void occupy_closed_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_RDONLY | O_DIRECTORY) < 0)
			return;
}

/* Some filesystems tell of a failed write no earlier than on close. Returns the errno, or 0. */
static int close_stdout(struct error *err)
{
	bool failed = ferror(stdout);
	int errnum;

	errno = 0;
	if (!fclose(stdout) && !failed)
		return 0;
	errnum = errno ? errno : EIO;
	error_set(err, EXIT_FAILED, errnum, "cannot write the output: %s", strerror(errnum));
	return errnum;
}

static enum exit_status finish(const struct cmd_run *run, enum exit_status status,
			       struct error *err)
{
	bool broken_pipe = ferror(stdout) && err->errnum == EPIPE;

	if (close_stdout(err) == EPIPE || broken_pipe)
		cmd_reader_gone();
	if (err->status == EXIT_DONE)
		return status;
	cmd_error(run, err);
	return status == EXIT_DONE ? err->status : status;
}

/*
 * Names are UTF-8, in whatever locale we are called. True when the user's own locale is not: then
 * what we draw ourselves is ASCII.
 */
static bool set_locale(void)
{
	setlocale(LC_ALL, "");
	if (!strcmp(nl_langinfo(CODESET), "UTF-8"))
		return false;
	setlocale(LC_CTYPE, "C.UTF-8");
	return true;
}

static enum exit_status list_columns(struct cmd_run *run, struct error *err)
{
	const struct cmd *cmd = run->cmd;

	if (run->dry_run && cmd->dry_run_columns)
		table_list_columns(cmd->dry_run_columns, cmd->n_dry_run_columns, &run->table,
				   stdout, err);
	else if (run->n_selectors && cmd->selected_columns)
		table_list_columns(cmd->selected_columns, cmd->n_selected_columns, &run->table,
				   stdout, err);
	else
		table_list_columns(cmd->columns, cmd->n_columns, &run->table, stdout, err);
	return EXIT_DONE;
}

static bool needs_root(const struct cmd_run *run)
{
	return (run->cmd->flags & CMD_NEEDS_ROOT) && !run->dry_run &&
	       (!run->cmd->acts || run->cmd->acts(run));
}

/* What looks needs less than what acts. */
static unsigned int privileges_of(const struct cmd_run *run)
{
	if (needs_root(run))
		return PRIVILEGE_LOOK | PRIVILEGE_MODULES | PRIVILEGE_STACK | PRIVILEGE_MEMORY;
	return PRIVILEGE_LOOK | PRIVILEGE_MEMORY |
	       (run->cmd->flags & CMD_EVENTS ? PRIVILEGE_EVENTS : 0);
}

static enum exit_status run_checked(struct cmd_run *run, struct error *err)
{
	if (needs_root(run) && geteuid()) {
		error_set(err, EXIT_FAILED, EPERM, "%s must be run by root", run->cmd->name);
		return EXIT_DONE;
	}
	if (privilege_limit(privileges_of(run), err))
		return EXIT_DONE;
	return run->cmd->run(run, err);
}

static enum exit_status run_verb(struct cmd_run *run, int argc, char **argv, struct error *err)
{
	_cleanup_free_ void *verb = calloc(1, run->cmd->verb_size + 1);
	enum options_asked asked;

	if (!verb) {
		error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
		return EXIT_DONE;
	}
	run->verb = verb;
	if (options_parse(run, argc, argv, &asked, err) < 0)
		return EXIT_DONE;
	switch (asked) {
	case ASKED_HELP:
		help_verb(stdout, run->cmd);
		return EXIT_DONE;
	case ASKED_COLUMNS:
		return list_columns(run, err);
	case ASKED_OPTIONS:
		help_list_options(stdout, run->cmd);
		return EXIT_DONE;
	case ASKED_RUN:
		break;
	}
	return run_checked(run, err);
}

static void list_cmds(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		puts(cmds[i]->name);
	puts("help");
}

static void do_global(enum help_global option, const char *arg, struct error *err)
{
	const struct cmd *cmd = arg ? find_cmd(arg, err) : NULL;

	if (arg && !cmd)
		return;
	switch (option) {
	case GLOBAL_HELP:
		help_program(stdout, cmds, ARRAY_SIZE(cmds));
		break;
	case GLOBAL_VERSION:
		puts("vfioctl " VFIOCTL_VERSION);
		break;
	case GLOBAL_LIST_CMDS:
		list_cmds();
		break;
	case GLOBAL_LIST_OPTS:
		if (cmd)
			help_list_options(stdout, cmd);
		else
			help_list_global_options(stdout);
		break;
	case GLOBAL_LIST_COLUMNS:
		help_list_columns(stdout, cmd);
		break;
	case GLOBAL_LIST_CLASSES:
		help_list_strings(stdout, selector_class_names);
		break;
	case GLOBAL_LIST_REASONS:
		help_list_strings(stdout, safety_reasons);
		break;
	case GLOBAL_END:
		break;
	}
}

/* "[VERB]" may be left out. */
static int takes_value(const char *arg)
{
	if (!arg)
		return no_argument;
	return arg[0] == '[' ? optional_argument : required_argument;
}

/* True when an option before the verb was all there was to do. Else optind is at the verb. */
static bool parse_global(int argc, char **argv, struct error *err)
{
	struct option longs[GLOBAL_END + 1] = { 0 };
	int value;

	for (size_t i = 0; i < GLOBAL_END; i++)
		longs[i] = (struct option){ .name = help_global_options[i].name,
					    .has_arg = takes_value(help_global_options[i].arg),
					    .val = help_global_options[i].value };
	opterr = 0;
	value = getopt_long(argc, argv, "+:hV", longs, NULL);
	if (value == -1)
		return false;
	if (value == '?' || value == ':')
		error_set(err, EXIT_USAGE, EINVAL,
			  value == ':' ? "option '%s' needs a value"
				       : "there is no option '%s' before a verb; see 'vfioctl "
					 "--help'",
			  argv[optind - 1]);
	else
		do_global(value == 'h'	 ? GLOBAL_HELP
			  : value == 'V' ? GLOBAL_VERSION
					 : (enum help_global)value,
			  optarg, err);
	return true;
}

/* vfioctl help [VERB] */
static void do_help(int argc, char **argv, struct error *err)
{
	const struct cmd *cmd = argc > 1 ? find_cmd(argv[1], err) : NULL;

	if (argc > 2)
		error_set(err, EXIT_USAGE, EINVAL, "help takes one verb: '%s'", argv[2]);
	if (err->status != EXIT_DONE)
		return;
	if (cmd)
		help_verb(stdout, cmd);
	else
		help_program(stdout, cmds, ARRAY_SIZE(cmds));
}

int main(int argc, char **argv)
{
	static char status[] = "status";
	static char *just_status[] = { status, NULL };
	struct cmd_run run = { 0 };
	struct error err = { 0 };

	occupy_closed_streams();
	signal(SIGPIPE, SIG_IGN);
	if (environment_clean()) {
		error_set(&err, EXIT_FAILED, ENOMEM, "out of memory");
		return finish(&run, EXIT_DONE, &err);
	}
	run.table.ascii = set_locale();
	if (parse_global(argc, argv, &err))
		return finish(&run, EXIT_DONE, &err);
	argc -= optind;
	argv += optind;
	if (!argc) {
		argc = 1;
		argv = just_status;
	}
	if (!strcmp(argv[0], "help")) {
		do_help(argc, argv, &err);
		return finish(&run, EXIT_DONE, &err);
	}
	run.cmd = find_cmd(argv[0], &err);
	return finish(&run, run.cmd ? run_verb(&run, argc, argv, &err) : EXIT_DONE, &err);
}
