// SPDX-License-Identifier: GPL-2.0-only
#include "act.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "act_table.h"
#include "change_notes.h"
#include "cleanup.h"
#include "execute.h"
#include "modules.h"
#include "preflight.h"
#include "safety.h"
#include "selector.h"
#include "timeout.h"
#include "unfinished.h"

#define PROGRESS_AFTER_MS 1000

int act_option(struct cmd_run *run, int value, const char *arg, struct error *err)
{
	struct act_options *o = run->verb;

	switch ((enum act_option)value) {
	case ACT_DRIVER:
		o->driver = arg;
		return 0;
	case ACT_GROUP:
		o->group = true;
		return 0;
	case ACT_DRY_RUN:
		run->dry_run = true;
		return 0;
	case ACT_YES:
		o->yes = true;
		return 0;
	case ACT_TIMEOUT:
		return timeout_parse(arg, &o->timeout_ms, err);
	case ACT_ALLOW:
		return safety_allow_parse(arg, &o->allow, err);
	}
	return -EINVAL;
}

/* Which devices. */

struct devices {
	struct device **v;
	size_t n, room;
	bool swept; /* a pattern chose more than one */
};

static bool contains(struct device *const *v, size_t n, const struct device *device)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == device)
			return true;
	return false;
}

static int devices_add(struct devices *d, struct device *device)
{
	if (contains(d->v, d->n, device))
		return 0;
	if (d->n == d->room) {
		size_t room = d->room ? d->room * 2 : 16;
		struct device **v = reallocarray(d->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		d->v = v;
		d->room = room;
	}
	d->v[d->n++] = device;
	return 0;
}

static bool is_infrastructure(const struct device *device)
{
	return device->role == ROLE_BRIDGE || device->role == ROLE_HOST;
}

/* Does a selector name this one device, and no pattern of several? */
static bool is_named(const struct cmd_run *run, const struct device *device)
{
	for (size_t i = 0; i < run->n_selectors; i++) {
		const char *s = run->selectors[i], *colon;
		size_t n = strlen(s), m = strlen(device->name);

		/* All of it, or what follows a bus and a colon, or "01:00.0" of "0000:01:00.0". */
		if (m >= n && !strcasecmp(device->name + m - n, s) &&
		    (m == n || device->name[m - n - 1] == ':'))
			return true;
		colon = strchr(s, ':');
		if (colon && !strcmp(colon + 1, device->name) &&
		    !strncmp(s, device->bus, (size_t)(colon - s)))
			return true;
	}
	return false;
}

/* A group is as definite as an address: nothing but its members can be meant. */
static bool is_of_named_group(const struct cmd_run *run, const struct device *device)
{
	char group[32];

	snprintf(group, sizeof(group), "group:%ld", device->group_id);
	for (size_t i = 0; i < run->n_selectors; i++)
		if (!strcmp(run->selectors[i], group))
			return true;
	return false;
}

/* Bridges are left alone unless named, or held by a driver that is for just that. */
static bool sweeps(const struct cmd_run *run, enum change_verb verb, const struct device *device)
{
	const struct act_options *o = run->verb;

	if (!is_infrastructure(device) || verb == CHANGE_UNBIND)
		return true;
	return o->driver && !strcmp(o->driver, "pci-stub") && !o->group;
}

static int add_selected(struct devices *d, const struct cmd_run *run, enum change_verb verb,
			const struct selection *sel)
{
	size_t by_pattern = 0;
	int ret = 0;

	for (size_t i = 0; !ret && i < sel->n; i++) {
		bool named = is_named(run, sel->devices[i]);

		if (!named && !sweeps(run, verb, sel->devices[i]))
			continue;
		by_pattern += !named && !is_of_named_group(run, sel->devices[i]);
		ret = devices_add(d, sel->devices[i]);
	}
	d->swept = by_pattern > 1;
	return ret;
}

static int add_groups(struct devices *d, const struct selection *sel)
{
	_cleanup_free_ struct group **groups = NULL;
	size_t n = 0;
	int ret = selection_groups(sel, &groups, &n);

	for (size_t i = 0; !ret && i < n; i++)
		for (size_t j = 0; !ret && j < groups[i]->n_devices; j++)
			if (!is_infrastructure(groups[i]->devices[j]))
				ret = devices_add(d, groups[i]->devices[j]);
	return ret;
}

/* All or nothing: one selector that matches nothing is likely a slip of the others, too. */
static int choose(struct devices *d, const struct cmd_run *run, const struct host *host,
		  enum change_verb verb, struct error *err)
{
	const struct act_options *o = run->verb;
	struct selection sel = { 0 };
	int ret = selection_resolve(&sel, host, run->selectors, run->n_selectors, err);

	if (!ret)
		ret = change_notes_all_found(err);
	if (!ret)
		ret = add_selected(d, run, verb, &sel);
	if (!ret && o->group)
		ret = add_groups(d, &sel);
	if (ret == -ENOMEM)
		error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	if (!ret && !d->n)
		ret = error_set(err, EXIT_REFUSED, EPERM,
				"only bridges and parts of the platform were selected, and these "
				"are not handed out");
	selection_clear(&sel);
	return ret;
}

/* Of those on record as unfinished, those that are selected: without a selector all. */
static int choose_unfinished(struct devices *d, const struct cmd_run *run, const struct host *host,
			     const struct unfinished *unfinished, struct error *err)
{
	struct selection sel = { 0 };
	int ret = 0;

	if (run->n_selectors) {
		ret = selection_resolve(&sel, host, run->selectors, run->n_selectors, err);
		if (ret == -ENOMEM)
			error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	}
	for (size_t i = 0; !ret && i < unfinished->n; i++) {
		if (run->n_selectors && !contains(sel.devices, sel.n, unfinished->devices[i]))
			continue;
		if (devices_add(d, unfinished->devices[i]))
			ret = error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	}
	selection_clear(&sel);
	return ret;
}

/* A pattern may match more than was meant. */
static int ask(const struct cmd_run *run, const struct devices *d, struct error *err)
{
	const struct act_options *o = run->verb;
	char answer[16] = "";

	if (!d->swept || o->yes || run->dry_run)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "the selectors match %zu devices: --yes says that all of them are "
				 "meant, --dry-run shows them",
				 d->n);
	for (size_t i = 0; i < d->n; i++) {
		_cleanup_free_ char *name = text_escape(d->v[i]->name);

		fprintf(stderr, "  %s\n", name ?: "?");
	}
	fprintf(stderr, "%s these %zu devices? [y/N] ", run->cmd->name, d->n);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return 0;
	return error_set(err, EXIT_FAILED, ECANCELED, "nothing was changed");
}

/* One finding that somebody at a terminal may wave through. */
static bool ask_finding(void *arg, const struct safety_finding *f)
{
	const struct cmd_run *run = arg;
	_cleanup_free_ char *resource = text_escape(f->resource);
	_cleanup_free_ char *name = text_escape(f->target->device->name);
	char answer[16] = "";

	fprintf(stderr, "the host may need '%s': %s; %s it? [y/N] ", name ?: "?", resource ?: "?",
		run->cmd->name);
	return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/* Progress. */

struct progress {
	struct timespec start;
	bool shown;
};

static void show_progress(void *arg, const struct change_set *set, size_t done,
			  const struct change *now)
{
	struct progress *p = arg;
	_cleanup_free_ char *what = now && now->now ? text_escape(now->now) : NULL;
	struct timespec ts;
	long ms;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ms = (ts.tv_sec - p->start.tv_sec) * 1000 + (ts.tv_nsec - p->start.tv_nsec) / 1000000;
	if (ms < PROGRESS_AFTER_MS)
		return;
	p->shown = true;
	fprintf(stderr, "\r\033[K%zu of %zu devices%s%.60s%s%.60s", done, set->n, now ? ": " : "",
		now && text_is_safe(now->target.device->name) ? now->target.device->name : "",
		what ? ": " : "", what ?: "");
}

static void say_stopping(void *arg, int signal)
{
	(void)arg;
	fprintf(stderr, "\r\033[Kvfioctl: %s: changes under way are finished first\n",
		strsignal(signal));
}

/* All of it. */

static int carry_out(struct change_set *set, struct error *err)
{
	struct progress progress = { 0 };
	struct execute_watch watch = { .stopping = say_stopping, .arg = &progress };
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &progress.start);
	if (isatty(STDERR_FILENO))
		watch.progress = show_progress;
	ret = execute(set, &watch, err);
	if (progress.shown)
		fputs("\r\033[K", stderr);
	return ret;
}

/* One refusal refuses the call: nobody asked for a part of it. */
static void leave_alone(struct change_set *set)
{
	enum exit_status status = change_set_status(set);

	for (size_t i = 0; i < set->n; i++) {
		struct change *change = &set->v[i];

		if (change->ended)
			continue;
		target_driver(&change->target, &change->from);
		target_driver(&change->target, &change->to);
		change_end(change, CHANGE_NOT_STARTED, status, NULL);
	}
}

static int change(struct change_set *set, const struct cmd_run *run, struct error *err)
{
	const struct act_options *o = run->verb;
	_cleanup_(modules_freep) struct modules *modules = modules_new(err);
	int refused;

	if (!modules)
		return -ENOMEM;
	refused = preflight(set, modules, o->driver, err);
	if (refused < 0)
		return refused;
	if (!set->dry_run)
		change_notes_informs(run, set);
	if (refused && !set->dry_run) {
		leave_alone(set);
		return 0;
	}
	return carry_out(set, err);
}

static int tell(const struct change_set *set, const struct cmd_run *run, struct error *err)
{
	change_notes_failures(run, set);
	return run->dry_run ? act_print_plan(run, set, err) : act_print_results(run, set, err);
}

static int act(struct change_set *set, const struct cmd_run *run, struct error *err)
{
	struct devices devices = { 0 };
	int ret = act_check_output(run, err);

	if (!ret)
		ret = choose(&devices, run, set->host, set->verb, err);
	if (!ret)
		ret = ask(run, &devices, err);
	if (!ret)
		ret = change_set_add(set, devices.v, devices.n, err);
	if (!ret)
		ret = change(set, run, err);
	free(devices.v);
	return ret ?: tell(set, run, err);
}

/* What there is to recover is all on record: no driver is chosen, and nothing is taken away. */
static int recover(struct change_set *set, const struct cmd_run *run, struct unfinished *unfinished,
		   struct error *err)
{
	struct devices devices = { 0 };
	int ret = act_check_output(run, err);

	if (!ret)
		ret = unfinished_find(unfinished, set->host, err);
	if (!ret)
		ret = choose_unfinished(&devices, run, set->host, unfinished, err);
	if (!ret && !run->n_selectors) {
		set->gone = &unfinished->gone;
		ret = run->dry_run ? 0 : unfinished_forget(unfinished, err);
	}
	if (!ret)
		ret = change_set_add(set, devices.v, devices.n, err);
	if (!ret)
		ret = carry_out(set, err);
	free(devices.v);
	return ret ?: tell(set, run, err);
}

enum exit_status act_run(struct cmd_run *run, enum change_verb verb, struct error *err)
{
	const struct act_options *o = run->verb;
	_cleanup_(host_freep) struct host *host = host_scan(SCAN_GROUPS, err);
	struct change_set set = {
		.host = host,
		.verb = verb,
		.dry_run = run->dry_run,
		.timeout_ms = o->timeout_ms ?: TIMEOUT_DEFAULT_MS,
		.allow = o->allow,
	};
	struct unfinished unfinished = { 0 };
	enum exit_status status;

	if (!host)
		return EXIT_DONE;
	if (!run->dry_run && isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
		set.ask = ask_finding;
		set.ask_arg = run;
	}
	if (verb == CHANGE_RECOVER)
		recover(&set, run, &unfinished, err);
	else
		act(&set, run, err);
	status = change_set_status(&set);
	change_set_clear(&set);
	unfinished_clear(&unfinished);
	/* The changes decide, unless it went well but could not be told. */
	return status;
}
