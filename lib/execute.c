// SPDX-License-Identifier: GPL-2.0-only
#include "execute.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "holders.h"
#include "node.h"
#include "pool.h"
#include "run_dir.h"
#include "stack.h"
#include "sysfs.h"
#include "transaction.h"

#define WORKERS 8

/* The devices of one group, neighbours in the set. */
struct batch {
	size_t first, end;
	size_t now; /* the one that was heard of last */
};

struct execution {
	struct change_set *set;
	const struct execute_watch *watch;
	struct batch *batches;
	size_t n_batches;
	int run_dir;
	int signal;
	const struct change *now;
};

static void on_job(void *arg, struct pool_worker *worker, size_t job)
{
	struct execution *e = arg;

	transaction_run(e->set, e->batches[job].first, e->batches[job].end, e->run_dir, worker);
}

static char *text_or_null(const char *text)
{
	return *text ? strdup(text) : NULL;
}

static void take_step(struct change *change, const struct pool_report *r)
{
	struct plan *steps = &change->steps;
	struct step *step = &steps->steps[steps->n];

	if (steps->n == PLAN_MAX)
		return;
	step->kind = r->status;
	step->value = strdup(r->a);
	step->undo = strdup(r->b);
	steps->n++;
}

static void on_report(void *arg, const struct pool_report *r)
{
	struct execution *e = arg;
	struct change *change = &e->set->v[r->item];

	switch ((enum transaction_news)r->kind) {
	case NEWS_NOW:
		free(change->now);
		change->now = strdup(r->text);
		e->now = change;
		e->batches[r->job].now = r->item;
		break;
	case NEWS_STEP:
		take_step(change, r);
		break;
	case NEWS_RESULT:
		free(change->from);
		free(change->to);
		change->from = text_or_null(r->a);
		change->to = text_or_null(r->b);
		change_end(change, r->result, r->status, *r->text ? "%s" : NULL, r->text);
		break;
	}
}

/* Who has it open, as far as that can be told: ", process 12 ('qemu') has /dev/vfio/3 open". */
static char *name_holders(const struct device *device)
{
	struct holders holders = { 0 };
	char *text = NULL;
	struct node node;

	if (device->group_id < 0 || !node_of_group(device->group_id, &node))
		return NULL;
	if (!holders_find(&holders, &node.rdev, 1)) {
		_cleanup_free_ char *who = holders_sentence(&holders, 0);

		if (who && asprintf(&text, "; %s has %s open", who, node.path) < 0)
			text = NULL;
	}
	holders_clear(&holders);
	return text;
}

static void time_out(struct execution *e, struct change *change, pid_t pid)
{
	_cleanup_free_ char *holders = name_holders(change->target.device);
	char stack[512];

	stack_sentence(pid, stack, sizeof(stack));
	change_end(change, CHANGE_TIMED_OUT, EXIT_TIMED_OUT,
		   "'%s' did not get through '%s' within %d s%s; process %d goes on with it when "
		   "the kernel lets it%s; once that process has ended, 'vfioctl recover' sees to "
		   "what is left",
		   change->target.device->name, change->now ?: "the wait for its group",
		   e->set->timeout_ms / 1000, holders ?: "", pid, stack);
}

/* Nobody tells of it any more: what it had is known from the scan, what it has from its link. */
static void look_from_here(struct change *change)
{
	const struct driver *had = change->target.device->driver;

	change->from = had ? strdup(had->name) : NULL;
	target_driver(&change->target, &change->to);
}

/* Its worker was left behind, or died; what became of the group is not known. */
static void on_lost(void *arg, size_t job, pid_t pid, bool alive)
{
	struct execution *e = arg;

	for (size_t i = e->batches[job].first; i < e->batches[job].end; i++) {
		struct change *change = &e->set->v[i];

		if (change->ended)
			continue;
		look_from_here(change);
		if (!alive)
			change_end(change, CHANGE_NOT_ROLLED_BACK, EXIT_NOT_ROLLED_BACK,
				   "the process that changed '%s' died in '%s' (the kernel log may "
				   "say why)",
				   change->target.device->name, change->now ?: "its wait");
		else if (i == e->batches[job].now)
			time_out(e, change, pid);
		else
			change_end(change, CHANGE_TIMED_OUT, EXIT_TIMED_OUT,
				   "it waits for another device of its group");
	}
}

static void on_tick(void *arg)
{
	struct execution *e = arg;
	size_t done = 0;

	if (!e->watch->progress)
		return;
	for (size_t i = 0; i < e->set->n; i++)
		done += e->set->v[i].ended;
	e->watch->progress(e->watch->arg, e->set, done, e->now);
}

static void on_stopping(void *arg, int signal)
{
	struct execution *e = arg;

	e->signal = signal;
	if (e->watch->stopping)
		e->watch->stopping(e->watch->arg, signal);
}

/* Those that are ended already, by the preflight, stay out. */
static int make_batches(struct execution *e)
{
	const struct change_set *set = e->set;

	e->batches = calloc(set->n ?: 1, sizeof(*e->batches));
	if (!e->batches)
		return -ENOMEM;
	for (size_t i = 0; i < set->n; i++) {
		struct batch *last = e->n_batches ? &e->batches[e->n_batches - 1] : NULL;
		long group = set->v[i].target.device->group_id;

		if (set->v[i].ended)
			continue;
		if (last && last->end == i && group >= 0 &&
		    set->v[last->first].target.device->group_id == group)
			last->end++;
		else
			e->batches[e->n_batches++] = (struct batch){ i, i + 1, i };
	}
	return 0;
}

/* A dry run makes nothing, and need not be root's: without the directory there is no record. */
static int open_run_dir(const struct change_set *set, struct error *err)
{
	int fd;

	if (!set->dry_run)
		return run_dir_open(err);
	fd = run_dir_look(NULL);
	return fd < 0 ? -1 : fd;
}

static void end_the_rest(struct execution *e)
{
	for (size_t i = 0; i < e->set->n; i++) {
		struct change *change = &e->set->v[i];

		if (change->ended)
			continue;
		look_from_here(change);
		if (e->signal && !change->now)
			change_end(change, CHANGE_NOT_STARTED, EXIT_FAILED,
				   "'%s' was left alone: interrupted by %s",
				   change->target.device->name, strsignal(e->signal));
		else if (change->now)
			change_end(
				change, CHANGE_NOT_ROLLED_BACK, EXIT_NOT_ROLLED_BACK,
				"what became of '%s' was not told; 'vfioctl recover' sees to what "
				"is left",
				change->target.device->name);
		else
			change_end(change, CHANGE_NOT_STARTED, EXIT_FAILED,
				   "'%s' was left alone: no worker could take it",
				   change->target.device->name);
	}
}

int execute(struct change_set *set, const struct execute_watch *watch, struct error *err)
{
	static const struct pool_ops ops = {
		.run = on_job,
		.report = on_report,
		.lost = on_lost,
		.tick = on_tick,
		.stopping = on_stopping,
	};
	struct execution e = { .set = set, .watch = watch };
	_cleanup_close_ int run_dir = open_run_dir(set, err);
	int ret;

	if (run_dir < 0 && !set->dry_run)
		return run_dir;
	e.run_dir = run_dir;
	ret = make_batches(&e);
	if (ret)
		return error_set(err, EXIT_FAILED, -ret, "out of memory");
	if (e.n_batches)
		ret = pool_run(&ops, &e, e.n_batches, WORKERS, set->timeout_ms, err);
	if (!ret)
		end_the_rest(&e);
	free(e.batches);
	return ret;
}
