// SPDX-License-Identifier: GPL-2.0-only
#include "transaction.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "driver.h"
#include "lock.h"
#include "record.h"
#include "safety.h"

/* One device of the transaction. */
struct member {
	struct change *change;
	size_t index; /* of the change in the set */
	struct target_facts facts;
	struct record before; /* what was on record; valid when @recorded */
	struct record record; /* what is on record while we work */
	bool recorded;	      /* @before is about this very device */
	struct plan plan;
	size_t done; /* steps */
	bool gone;
};

struct transaction {
	struct change_set *set;
	struct member *v;
	size_t n;
	int run_dir; /* -1: there is none, in a dry run */
	struct pool_worker *worker;
};

/* Telling the parent. */

static void tell_step(struct transaction *t, const struct member *m, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void tell_step(struct transaction *t, const struct member *m, const char *fmt, ...)
{
	struct pool_report r = { .event = POOL_STEP, .item = m->index, .kind = NEWS_NOW };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r.text, sizeof(r.text), fmt, ap);
	va_end(ap);
	pool_send(t->worker, &r);
}

static void tell_result(struct transaction *t, struct member *m)
{
	struct pool_report r = { .event = POOL_NEWS, .item = m->index, .kind = NEWS_RESULT };
	_cleanup_free_ char *now = NULL;

	/* Reads a link, which no lock of the device protects: this cannot hang. */
	target_driver(&m->change->target, &now);
	r.result = m->change->result;
	r.status = m->change->status;
	snprintf(r.a, sizeof(r.a), "%s", m->facts.driver ?: "");
	snprintf(r.b, sizeof(r.b), "%s", now ?: "");
	snprintf(r.text, sizeof(r.text), "%s", m->change->message ?: "");
	pool_send(t->worker, &r);
}

static void tell_plan(struct transaction *t, const struct member *m)
{
	for (size_t i = 0; i < m->plan.n; i++) {
		const struct step *step = &m->plan.steps[i];
		struct pool_report r = { .event = POOL_NEWS, .item = m->index, .kind = NEWS_STEP };

		r.status = step->kind;
		snprintf(r.a, sizeof(r.a), "%s", step->value ?: "");
		snprintf(r.b, sizeof(r.b), "%s", step->undo ?: "");
		pool_send(t->worker, &r);
	}
}

/* Looking: facts, record and plan of each device. Nothing is changed. */

static struct plan_origin origin_of(const struct transaction *t, const struct member *m)
{
	const struct record *r = &m->before;
	struct plan_origin origin = { .known = m->recorded };

	if (!m->recorded)
		return origin;
	origin.driver = r->origin_driver;
	origin.override = r->origin_override;
	origin.set = r->set;
	origin.driver_present =
		r->origin_driver &&
		driver_is_present(t->set->host, m->change->target.device->bus, r->origin_driver);
	return origin;
}

static int load_record(struct transaction *t, struct member *m, struct error *err)
{
	const struct target *target = &m->change->target;
	int ret;

	if (t->run_dir < 0)
		return 0;
	ret = record_load(&m->before, t->run_dir, target->device->bus, target->device->name, err);
	if (ret == -ENOENT)
		return 0;
	if (!ret)
		m->recorded = record_is_of(&m->before, target->path, target->device->modalias);
	return ret;
}

static int member_plan(struct transaction *t, struct member *m, struct error *err)
{
	const struct plan_facts facts = {
		.driver = m->facts.driver,
		.override = m->facts.override,
		.vfio = m->facts.vfio,
		.no_autoprobe = m->facts.no_autoprobe,
	};
	const struct plan_origin origin = origin_of(t, m);
	int ret;

	if (t->set->verb == CHANGE_BIND)
		ret = plan_bind(&m->plan, &facts, m->change->driver, m->change->any_vfio);
	else
		ret = plan_unbind(&m->plan, &facts, &origin);
	/* What it had before an earlier change of ours is what it goes back to, not what it has. */
	if (m->recorded && !plan_is_handed_out(&facts, &origin))
		m->recorded = false;
	return ret ? error_set(err, EXIT_FAILED, -ret, "out of memory") : 0;
}

/* The judgement was passed on the driver that was bound then. */
static int check_unchanged(const struct member *m, struct error *err)
{
	const struct driver *judged = m->change->target.device->driver;

	if (!m->plan.n)
		return 0;
	if (judged ? m->facts.driver && !strcmp(judged->name, m->facts.driver) : !m->facts.driver)
		return 0;
	return error_set(err, EXIT_BUSY, EBUSY,
			 "the driver of '%s' was changed by somebody else meanwhile, from '%s' to "
			 "'%s'",
			 m->change->target.device->name, judged ? judged->name : "none",
			 m->facts.driver ?: "none");
}

static int look(struct transaction *t, struct member *m, struct error *err)
{
	int ret;

	tell_step(t, m, "look at it");
	ret = target_facts(&m->change->target, &m->facts, err);
	if (!ret)
		ret = load_record(t, m, err);
	if (!ret)
		ret = member_plan(t, m, err);
	return ret ?: check_unchanged(m, err);
}

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
	ret = safety_judge(&safety, targets, n, SAFETY_AGAIN, err);
	for (size_t i = 0; !ret && i < safety.n; i++)
		ret = safety_refuse(&safety.v[i], t->set->allow, err);
	safety_clear(&safety);
	return ret;
}

/* Recording. */

static char *copy(const char *s)
{
	return s ? strdup(s) : NULL;
}

static int copy_plan(struct plan *to, const struct plan *from)
{
	to->n = from->n;
	for (size_t i = 0; i < from->n; i++) {
		const struct step *s = &from->steps[i];

		to->steps[i].kind = s->kind;
		to->steps[i].value = copy(s->value);
		to->steps[i].undo = copy(s->undo);
		if ((s->value && !to->steps[i].value) || (s->undo && !to->steps[i].undo))
			return -ENOMEM;
	}
	return 0;
}

static int record_intent(struct transaction *t, struct member *m, struct error *err)
{
	const struct target *target = &m->change->target;
	struct record *r = &m->record;

	r->bus = copy(target->device->bus);
	r->name = copy(target->device->name);
	r->path = copy(target->path);
	r->modalias = copy(target->device->modalias);
	r->origin_driver = copy(m->recorded ? m->before.origin_driver : m->facts.driver);
	r->origin_override = copy(m->recorded ? m->before.origin_override : m->facts.override);
	r->set = copy(t->set->verb == CHANGE_BIND ? m->change->driver
		      : m->recorded		  ? m->before.set
						  : m->facts.driver);
	r->applying = true;
	if (!r->bus || !r->name || !r->path || copy_plan(&r->plan, &m->plan))
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return record_save(r, t->run_dir, err);
}

/* What is on record once the device is where it was asked to be. */
static void record_success(struct transaction *t, struct member *m)
{
	struct error err = { 0 };

	m->record.applying = false;
	if (t->set->verb == CHANGE_BIND)
		record_save(&m->record, t->run_dir, &err);
	else
		record_remove(t->run_dir, m->record.bus, m->record.name, &err);
	if (err.status)
		change_end(m->change, CHANGE_DONE, EXIT_DONE, "%s", err.msg);
}

/* Back to what was on record before. */
static void record_restore(struct transaction *t, struct member *m)
{
	if (!m->record.bus)
		return;
	if (m->recorded)
		record_save(&m->before, t->run_dir, NULL);
	else
		record_remove(t->run_dir, m->record.bus, m->record.name, NULL);
}

/* Applying and undoing. */

static void step_sentence(char *buf, size_t size, const struct step *step)
{
	switch (step->kind) {
	case STEP_UNBIND:
		snprintf(buf, size, "unbind from '%s'", step->value);
		break;
	case STEP_OVERRIDE:
		snprintf(buf, size,
			 *step->value ? "set driver_override to '%s'" : "clear driver_override%s",
			 step->value);
		break;
	case STEP_BIND:
		snprintf(buf, size, "bind to '%s'", step->value);
		break;
	case STEP_PROBE:
		snprintf(buf, size, "let the kernel choose a driver");
		break;
	case STEP_VERIFY:
		snprintf(buf, size, "verify the driver");
		break;
	}
}

static int apply(struct transaction *t, struct member *m, struct error *err)
{
	const struct device *device = m->change->target.device;
	char sentence[512];
	int ret = 0;

	for (; m->done < m->plan.n && !ret;) {
		const struct step *step = &m->plan.steps[m->done];

		step_sentence(sentence, sizeof(sentence), step);
		tell_step(t, m, "%s", sentence);
		ret = target_do(&m->change->target, step, err);
		if (ret)
			break;
		m->done++;
		ret = record_note_done(t->run_dir, device->bus, device->name, m->done - 1, err);
	}
	return ret;
}

/* After all was undone: is it really as it was found? */
static int check_restored(const struct member *m, struct error *err)
{
	struct target_facts now = { 0 };
	int ret = target_facts(&m->change->target, &now, err);

	if (!ret && (strcmp(now.driver ?: "", m->facts.driver ?: "") != 0 ||
		     strcmp(now.override ?: "", m->facts.override ?: "") != 0))
		ret = error_set(err, EXIT_FAILED, EBUSY,
				"'%s' has driver '%s' and override '%s' now",
				m->change->target.device->name, now.driver ?: "none",
				now.override ?: "none");
	target_facts_clear(&now);
	return ret;
}

static int undo(struct transaction *t, struct member *m, struct error *err)
{
	char sentence[512];
	int ret = 0;

	while (m->done) {
		const struct step *step = &m->plan.steps[m->done - 1];
		int one;

		step_sentence(sentence, sizeof(sentence), step);
		tell_step(t, m, "undo: %s", sentence);
		one = target_undo(&m->change->target, step, err);
		ret = ret ?: one;
		m->done--;
	}
	return ret ?: check_restored(m, err);
}

/* Undoes one device and says what came of it; @why is what failed, on @failed. */
static void roll_back(struct transaction *t, struct member *m, const struct member *failed,
		      const struct error *why)
{
	const char *device = m->change->target.device->name;
	struct error err = { 0 };
	bool touched = m->done > 0;

	if (!m->plan.n) {
		change_end(m->change, CHANGE_UNCHANGED, EXIT_DONE, "%s", m->plan.note);
		return;
	}
	if (target_check(&m->change->target, &err) == -ENODEV) {
		record_remove(t->run_dir, m->record.bus ?: "", m->record.name ?: "", NULL);
		change_end(m->change, CHANGE_FAILED, EXIT_FAILED, "%s", err.msg);
		return;
	}
	err = (struct error){ 0 };
	if (undo(t, m, &err)) {
		change_end(m->change, CHANGE_NOT_ROLLED_BACK, EXIT_NOT_ROLLED_BACK,
			   "%s; and it could not be rolled back: %s; see 'vfioctl status %s'",
			   why->msg, err.msg, device);
		return;
	}
	record_restore(t, m);
	if (m == failed)
		change_end(m->change, CHANGE_ROLLED_BACK, EXIT_ROLLED_BACK,
			   "%s; rolled back, it has %s%s again", why->msg,
			   m->facts.driver ? "driver " : "no driver", m->facts.driver ?: "");
	else
		change_end(m->change, touched ? CHANGE_ROLLED_BACK : CHANGE_NOT_STARTED,
			   EXIT_ROLLED_BACK, "its group stays as it was, since %s", why->msg);
}

/* All devices of the group, the last first. */
static void roll_back_all(struct transaction *t, const struct member *failed,
			  const struct error *why)
{
	for (size_t i = t->n; i--;)
		roll_back(t, &t->v[i], failed, why);
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
		record_restore(t, m);
	}
}

static void succeed(struct transaction *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct member *m = &t->v[i];
		const struct device *device = m->change->target.device;

		if (m->plan.n) {
			change_end(m->change, CHANGE_DONE, EXIT_DONE, m->plan.note ? "%s" : NULL,
				   m->plan.note);
			record_success(t, m);
			continue;
		}
		change_end(m->change, CHANGE_UNCHANGED, EXIT_DONE, "nothing to do: %s",
			   m->plan.note);
		if (t->set->verb == CHANGE_UNBIND)
			record_remove(t->run_dir, device->bus, device->name, NULL);
	}
}

static void plan_only(struct transaction *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct member *m = &t->v[i];

		tell_plan(t, m);
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
		ret = look(t, &t->v[i], err);
		if (ret)
			return ret;
	}
	*culprit = NULL;
	if (t->set->dry_run)
		return 0;
	ret = judge_again(t, err);
	for (size_t i = 0; !ret && i < t->n; i++)
		if (t->v[i].plan.n)
			ret = record_intent(t, &t->v[i], err);
	return ret;
}

static void commit(struct transaction *t)
{
	struct error err = { 0 };

	for (size_t i = 0; i < t->n; i++) {
		if (apply(t, &t->v[i], &err)) {
			roll_back_all(t, &t->v[i], &err);
			return;
		}
	}
	succeed(t);
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
	if (prepare(t, &culprit, &err))
		end_all(t, culprit, &err);
	else if (t->set->dry_run)
		plan_only(t);
	else
		commit(t);
}

void transaction_run(struct change_set *set, size_t first, size_t end, int run_dir,
		     struct pool_worker *worker)
{
	struct transaction t = { .set = set, .run_dir = run_dir, .worker = worker };

	t.n = end - first;
	t.v = calloc(t.n, sizeof(*t.v));
	if (!t.v)
		return; /* the parent sees that no result came */
	for (size_t i = 0; i < t.n; i++) {
		t.v[i].change = &set->v[first + i];
		t.v[i].index = first + i;
	}
	run(&t);
	for (size_t i = 0; i < t.n; i++)
		tell_result(&t, &t.v[i]);
	for (size_t i = 0; i < t.n; i++) {
		target_facts_clear(&t.v[i].facts);
		record_clear(&t.v[i].before);
		record_clear(&t.v[i].record);
		plan_clear(&t.v[i].plan);
	}
	free(t.v);
}
