// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl reset: how devices are reset, whom that hits, and a reset that hits nothing in use. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change_notes.h"
#include "cleanup.h"
#include "gather.h"
#include "reset_table.h"
#include "timeout.h"

enum reset_option {
	RESET_OPTION_SHOW,
	RESET_OPTION_METHOD,
	RESET_OPTION_NOW,
	RESET_OPTION_ALLOW_DRIVER,
	RESET_OPTION_DRY_RUN,
	RESET_OPTION_YES,
	RESET_OPTION_TIMEOUT,
	RESET_OPTION_ALLOW,
};

/* @request is made of the two lists no earlier than when the verb runs. */
struct reset_options {
	struct reset_request request;
	const char *methods, *drivers;
	bool show, now, yes;
	int timeout_ms;
	uint64_t allow;
};

/* clang-format off */
static const struct cmd_option options[] = {
	{ "show", 0, NULL, "show the methods, and what a hot reset would hit (the default)",
	  RESET_OPTION_SHOW },
	{ "method", 0, "METHODS", "choose what is tried from now on, such as flr,bus; default: all",
	  RESET_OPTION_METHOD },
	{ "now", 0, NULL, "reset the devices", RESET_OPTION_NOW },
	{ "allow-driver", 0, "DRIVERS", "go on beneath these drivers of the host",
	  RESET_OPTION_ALLOW_DRIVER },
	{ "dry-run", 0, NULL, "show the steps, do nothing; needs not be root",
	  RESET_OPTION_DRY_RUN },
	{ "yes", 'y', NULL, "the selectors may match more devices than there are selectors",
	  RESET_OPTION_YES },
	{ "timeout", 0, "SECONDS", "how long a reset, or the wait for a lock, may take (10)",
	  RESET_OPTION_TIMEOUT },
	{ "allow", 0, "REASONS", "go on in spite of these, such as held,vfs", RESET_OPTION_ALLOW },
	{ 0 },
};
/* clang-format on */

static int add_drivers(struct strv *out, const char *list, struct error *err)
{
	_cleanup_free_ char *copy = strdup(list);
	char *rest = copy, *word;

	while (copy && (word = strsep(&rest, ",")))
		if (*word && strv_add(out, word))
			return gather_no_memory(err);
	return copy ? 0 : gather_no_memory(err);
}

/* A misspelt list is told along with the other options, and read when it is needed. */
static int set_methods(struct reset_options *o, const char *arg, struct error *err)
{
	struct strv words = { 0 };
	int ret = reset_methods_parse(arg, &words, err);

	strv_clear(&words);
	o->methods = arg;
	return ret;
}

static int reset_option(struct cmd_run *run, int value, const char *arg, struct error *err)
{
	struct reset_options *o = run->verb;

	switch ((enum reset_option)value) {
	case RESET_OPTION_SHOW:
		o->show = true;
		return 0;
	case RESET_OPTION_METHOD:
		return set_methods(o, arg, err);
	case RESET_OPTION_NOW:
		o->now = true;
		return 0;
	case RESET_OPTION_ALLOW_DRIVER:
		o->drivers = arg;
		return 0;
	case RESET_OPTION_DRY_RUN:
		run->dry_run = true;
		return 0;
	case RESET_OPTION_YES:
		o->yes = true;
		return 0;
	case RESET_OPTION_TIMEOUT:
		return timeout_parse(arg, &o->timeout_ms, err);
	case RESET_OPTION_ALLOW:
		return safety_allow_parse(arg, &o->allow, err);
	}
	return -EINVAL;
}

static bool acts(const struct cmd_run *run)
{
	const struct reset_options *o = run->verb;

	return o->now || o->methods;
}

static int check_options(const struct cmd_run *run, struct error *err)
{
	const struct reset_options *o = run->verb;

	if (o->show && acts(run))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "--show does nothing, --method and --now do: they exclude one "
				 "another");
	if (run->dry_run && !acts(run))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "--dry-run of what? --now resets, --method chooses how");
	return 0;
}

/* All or nothing, and no more than was meant. */
static int check_selection(const struct cmd_run *run, const struct gather *g, struct error *err)
{
	const struct reset_options *o = run->verb;
	int ret = change_notes_all_found(err);

	if (ret)
		return ret;
	if (g->sel.n <= run->n_selectors || o->yes || run->dry_run)
		return 0;
	return error_set(err, EXIT_USAGE, EINVAL,
			 "the selectors match %zu devices: --yes says that all of them are meant, "
			 "--dry-run shows them",
			 g->sel.n);
}

/* One refusal refuses the call: nobody asked for a part of it. */
static void leave_alone(struct change_set *set)
{
	enum exit_status status = change_set_status(set);

	for (size_t i = 0; i < set->n; i++)
		if (!set->v[i].ended)
			change_end(&set->v[i], CHANGE_NOT_STARTED, status, NULL);
}

static int carry_out(struct resets *resets, const struct cmd_run *run, struct error *err)
{
	int refused = resets_judge(resets, err);

	if (refused < 0 || run->dry_run)
		return refused < 0 ? refused : 0;
	change_notes_informs(run, resets->set);
	if (!refused)
		return resets_run(resets, err);
	leave_alone(resets->set);
	return 0;
}

/* What is enabled now is what was read before, unless it was chosen meanwhile. */
static int read_again(struct resets *resets, struct error *err)
{
	struct resets now = { 0 };
	int ret = resets_init(&now, resets->set, resets->request, err);

	if (!ret) {
		resets_clear(resets);
		*resets = now;
	} else {
		resets_clear(&now);
	}
	return ret;
}

static int do_it(struct table *table, struct resets *resets, const struct cmd_run *run,
		 struct error *err)
{
	int ret = carry_out(resets, run, err);

	change_notes_failures(run, resets->set);
	if (!ret && resets->request->methods.n && !run->dry_run)
		ret = read_again(resets, err);
	if (ret)
		return ret;
	return run->dry_run ? reset_plan_rows(table, resets)
			    : reset_rows(table, resets, NULL, true);
}

static int show(struct table *table, const struct resets *resets, struct gather *g,
		const struct cmd_run *run, struct error *err)
{
	const struct reset_options *o = run->verb;
	_cleanup_free_ struct hot_reset *hits = calloc(resets->n ?: 1, sizeof(*hits));
	int ret = hits ? 0 : -ENOMEM;

	for (size_t i = 0; !ret && i < resets->n; i++)
		hits[i].device = resets->v[i].change->target.device;
	if (!ret && (table_needs(table) & RESET_NEEDS_HITS)) {
		ret = gather_whitelist(g, err);
		if (!ret)
			ret = hot_resets_find(hits, resets->n, g->host, &g->whitelist,
					      o->timeout_ms ?: TIMEOUT_DEFAULT_MS, err);
	}
	if (!ret)
		ret = reset_rows(table, resets, hits, false);
	for (size_t i = 0; hits && i < resets->n; i++)
		hot_reset_clear(&hits[i]);
	return ret;
}

static void run_set(struct table *table, struct change_set *set, struct gather *g,
		    const struct cmd_run *run, struct error *err)
{
	const struct reset_options *o = run->verb;
	struct resets resets = { 0 };
	int ret = change_set_add(set, g->sel.devices, g->sel.n, err);

	if (!ret)
		ret = resets_init(&resets, set, &o->request, err);
	if (!ret)
		ret = acts(run) ? do_it(table, &resets, run, err)
				: show(table, &resets, g, run, err);
	if (ret == -ENOMEM)
		gather_no_memory(err);
	if (!ret)
		table_print(table, stdout, err);
	resets_clear(&resets);
}

static enum exit_status reset_all(struct cmd_run *run, struct error *err)
{
	const struct reset_options *o = run->verb;
	_cleanup_(table_freep) struct table *table = reset_table_new(run, acts(run), err);
	_cleanup_(gather_clear) struct gather g = { 0 };
	struct change_set set = {
		.dry_run = run->dry_run,
		.timeout_ms = o->timeout_ms ?: TIMEOUT_DEFAULT_MS,
		.allow = o->allow,
	};
	enum exit_status status;

	if (!table || gather_devices(&g, run, SCAN_GROUPS, err) < 0)
		return EXIT_DONE;
	if (acts(run) && check_selection(run, &g, err))
		return EXIT_DONE;
	set.host = g.host;
	run_set(table, &set, &g, run, err);
	status = change_set_status(&set);
	change_set_clear(&set);
	return status;
}

static int make_request(struct reset_options *o, struct error *err)
{
	int ret = o->methods ? reset_methods_parse(o->methods, &o->request.methods, err) : 0;

	o->request.now = o->now;
	return ret ?: add_drivers(&o->request.drivers, o->drivers ?: "", err);
}

static enum exit_status reset_run(struct cmd_run *run, struct error *err)
{
	struct reset_options *o = run->verb;
	enum exit_status status = EXIT_DONE;

	if (!check_options(run, err) && !make_request(o, err))
		status = reset_all(run, err);
	strv_clear(&o->request.methods);
	strv_clear(&o->request.drivers);
	return status;
}

const struct cmd cmd_reset = {
	.name = "reset",
	.operands = "SELECTOR...",
	.summary = "show how devices are reset, choose it, and reset them",
	.flags = CMD_NEEDS_ROOT | CMD_TABLE | CMD_SELECTORS | CMD_NEEDS_SELECTOR,
	.columns = reset_columns,
	.n_columns = RESET_N_COLUMNS,
	.dry_run_columns = reset_plan_columns,
	.n_dry_run_columns = RESET_N_PLAN_COLUMNS,
	.options = options,
	.verb_size = sizeof(struct reset_options),
	.option = reset_option,
	.acts = acts,
	.run = reset_run,
};
