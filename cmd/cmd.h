/* SPDX-License-Identifier: GPL-2.0-only */
/* How a verb declares itself: a const struct at the bottom of its own file, listed in main.c. */
#ifndef VFIOCTL_CMD_H
#define VFIOCTL_CMD_H

#include <stddef.h>

#include "error.h"
#include "table.h"

/* Preconditions and abilities; main() checks them before run() is called. */
enum cmd_flags {
	CMD_NEEDS_ROOT = 1 << 0, /* but not with --dry-run, --help or -H */
	CMD_TABLE = 1 << 1,	 /* takes the output options: -J -o -O -n -r -P -l -T -H */
	CMD_SELECTORS = 1 << 2,	 /* takes selectors as operands */
	CMD_NEEDS_SELECTOR = 1 << 3,
	CMD_OPERANDS = 1 << 4, /* takes operands that are no selectors; run->selectors has them */
	CMD_EVENTS = 1 << 5,   /* listens to the kernel's events */
};

/*
 * What one run was asked for; @verb is the verb's own, filled by its option() hook. With @dry_run,
 * which a verb's option() sets, CMD_NEEDS_ROOT is not asked for.
 */
struct cmd_run {
	const struct cmd *cmd;
	struct table_options table;
	char **selectors;
	size_t n_selectors;
	bool dry_run;
	void *verb;
};

/* An option of one verb. @arg NULL: takes none. @value is what option() gets, unique in the verb.
 */
struct cmd_option {
	const char *name; /* long name without dashes */
	char letter;	  /* 0: none */
	const char *arg;
	const char *help;
	int value;
};

struct cmd {
	const char *name;
	const char *operands; /* "[SELECTOR...]" for the usage line */
	const char *summary;  /* one line, lower case, no full stop */
	unsigned flags;
	const struct column *columns;
	size_t n_columns;
	/* Columns once there is a selector, where those differ; else NULL. */
	const struct column *selected_columns;
	size_t n_selected_columns;
	/* Columns of a dry run, where those differ; else NULL. */
	const struct column *dry_run_columns;
	size_t n_dry_run_columns;
	const struct cmd_option *options; /* ended by an entry without a name, or NULL */
	size_t verb_size;		  /* run->verb is so many zeroed bytes */
	/* With CMD_NEEDS_ROOT, and not NULL: was the verb told to do anything but look? */
	bool (*acts)(const struct cmd_run *run);
	/* One option of the verb; 0, or -EINVAL with a sentence. */
	int (*option)(struct cmd_run *run, int value, const char *arg, struct error *err);
	/*
	 * The verb itself. Results go to stdout through a table, all else to stderr by
	 * cmd_error(), cmd_warn(). Returns the exit status.
	 */
	enum exit_status (*run)(struct cmd_run *run, struct error *err);
};

/*
 * run() may leave one last failure in @err: main() prints it once and exits with err->status when
 * run() returned EXIT_DONE. These print further ones at once; with --json each is one JSON object
 * on a line of stderr: {"version":1,"error":{"status":..,"name":"..","message":".."}}.
 */
void cmd_error(const struct cmd_run *run, const struct error *err);
void cmd_warn(const struct cmd_run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Ends as SIGPIPE would have ended us, which is ignored: a reader that went away is no failure
 * worth a sentence. Not for a verb that changes drivers.
 */
void cmd_reader_gone(void) __attribute__((noreturn));

extern const struct cmd cmd_status;
extern const struct cmd cmd_devices;
extern const struct cmd cmd_groups;
extern const struct cmd cmd_viable;
extern const struct cmd cmd_whitelist;
extern const struct cmd cmd_containers;
extern const struct cmd cmd_holders;
extern const struct cmd cmd_monitor;
extern const struct cmd cmd_probe;
extern const struct cmd cmd_bind;
extern const struct cmd cmd_unbind;
extern const struct cmd cmd_reset;
extern const struct cmd cmd_recover;

#endif
