// SPDX-License-Identifier: GPL-2.0-only
#include "transaction.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "lock.h"
#include "member.h"
#include "recovery.h"
#include "safety.h"

struct transaction {
	const struct change_set *set;
	struct member *v;
	size_t n;
	int run_dir; /* -1: there is none, in a dry run */
	struct pool_worker *worker;
};

/* Judged once more, right before the first write: the world may have moved on. */
static int judge_again(struct transaction *t, struct error *err)
{
	_cleanup_free_ const struct target **targets = calloc(t->n, sizeof(*targets));
	struct safety safety = { 0 };
	size_t n = 0;
	int ret = 0;

	if (!targets)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].plan.n)
			targets[n++] = &t->v[i].change->target;
	ret = safety_judge(&safety, targets, n,
			   SAFETY_AGAIN | SAFETY_HERE |
				   (t->set->verb == CHANGE_BIND ? SAFETY_GROUPS : 0),
			   t->set->timeout_ms, err);
	for (size_t i = 0; !ret && i < safety.n; i++)
		ret = safety_refuse(&safety.v[i], t->set->allow, err);
	safety_clear(&safety);
	return ret;
}

/* All devices of the group, the last first. */
static void roll_back(struct transaction *t, const struct member *failed, const struct error *why)
{
	bool touched = false;

	for (size_t i = 0; i < t->n; i++)
		touched |= t->v[i].done > 0;
	for (size_t i = t->n; i--;)
		member_roll_back(&t->v[i], failed, touched, why);
}

static void end_all(struct transaction *t, const struct member *culprit, const struct error *why)
{
	for (size_t i = 0; i < t->n; i++) {
		struct member *m = &t->v[i];
		enum change_result result = why->status == EXIT_BUSY	  ? CHANGE_BUSY
					    : why->status == EXIT_REFUSED ? CHANGE_REFUSED
									  : CHANGE_FAILED;

		if (culprit && culprit != m)
			change_end(m->change, CHANGE_NOT_STARTED, why->status,
				   "its group was left alone, since %s", why->msg);
		else
			change_end(m->change, result, why->status, "%s", why->msg);
		member_restore_record(m);
	}
}

static void plan_only(struct transaction *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct member *m = &t->v[i];

		member_tell_plan(m);
		if (m->plan.n)
			change_end(m->change, CHANGE_PLANNED, EXIT_DONE, NULL);
		else
			change_end(m->change, CHANGE_UNCHANGED, EXIT_DONE, "nothing to do: %s",
				   m->plan.note);
	}
}

/* Everything that can fail without a trace, and the intent on record. */
static int prepare(struct transaction *t, struct member **culprit, struct error *err)
{
	int ret;

	for (size_t i = 0; i < t->n; i++) {
		*culprit = &t->v[i];
		ret = member_look(&t->v[i], err);
		if (ret)
			return ret;
	}
	*culprit = NULL;
	if (t->set->dry_run)
		return 0;
	ret = judge_again(t, err);
	for (size_t i = 0; !ret && i < t->n; i++)
		if (t->v[i].plan.n)
			ret = member_record(&t->v[i], err);
	return ret;
}

static void commit(struct transaction *t)
{
	struct error err = { 0 };

	for (size_t i = 0; i < t->n; i++) {
		if (member_apply(&t->v[i], &err)) {
			roll_back(t, &t->v[i], &err);
			return;
		}
	}
	for (size_t i = 0; i < t->n; i++)
		member_succeed(&t->v[i]);
}

/* Waits for the group's lock, which is bounded by itself. */
static int lock(struct transaction *t, struct error *err)
{
	const struct device *device = t->v[0].change->target.device;
	struct pool_report r = { .event = POOL_WAIT, .item = t->v[0].index, .kind = NEWS_NOW };
	char name[NAME_MAX + 1];

	snprintf(r.text, sizeof(r.text), "wait for its lock");
	pool_send(t->worker, &r);
	if (!lock_name(name, sizeof(name), device->group_id, device->bus, device->name))
		return error_set(err, EXIT_FAILED, ENAMETOOLONG, "name too long: '%s'",
				 device->name);
	return lock_take(t->run_dir, name, t->set->timeout_ms, pool_stop_flag(t->worker), err);
}

/* Each by itself: what one run left half done need not be one thing. */
static void recover(struct transaction *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->set->dry_run)
			recovery_plan(&t->v[i]);
		else
			recovery_run(&t->v[i]);
	}
}

static void run(struct transaction *t)
{
	_cleanup_close_ int held = -1;
	struct member *culprit = NULL;
	struct error err = { 0 };

	if (!t->set->dry_run) {
		held = lock(t, &err);
		if (held < 0) {
			end_all(t, NULL, &err);
			return;
		}
	}
	if (t->set->verb == CHANGE_RECOVER)
		recover(t);
	else if (prepare(t, &culprit, &err))
		end_all(t, culprit, &err);
	else if (t->set->dry_run)
		plan_only(t);
	else
		commit(t);
}

void transaction_run(struct change_set *set, size_t first, size_t end, int run_dir,
		     struct pool_worker *worker)
{
	struct transaction t = {
		.set = set, .n = end - first, .run_dir = run_dir, .worker = worker
	};

	t.v = calloc(t.n, sizeof(*t.v));
	if (!t.v)
		return; /* the parent sees that no result came */
	for (size_t i = 0; i < t.n; i++)
		t.v[i] = (struct member){
			.set = set,
			.change = &set->v[first + i],
			.index = first + i,
			.run_dir = run_dir,
			.worker = worker,
		};
	run(&t);
	for (size_t i = 0; i < t.n; i++)
		member_tell_result(&t.v[i]);
	for (size_t i = 0; i < t.n; i++)
		member_clear(&t.v[i]);
	free(t.v);
}
