// SPDX-License-Identifier: GPL-2.0-only
#include "member.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "driver.h"
#include "transaction.h"

/* Telling the parent. */

static void tell_step(const struct member *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void tell_step(const struct member *m, const char *fmt, ...)
{
	struct pool_report r = { .event = POOL_STEP, .item = m->index, .kind = NEWS_NOW };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r.text, sizeof(r.text), fmt, ap);
	va_end(ap);
	pool_send(m->worker, &r);
}

void member_tell_result(struct member *m)
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
	pool_send(m->worker, &r);
}

void member_tell_plan(const struct member *m)
{
	for (size_t i = 0; i < m->plan.n; i++) {
		const struct step *step = &m->plan.steps[i];
		struct pool_report r = { .event = POOL_NEWS, .item = m->index, .kind = NEWS_STEP };

		r.status = step->kind;
		snprintf(r.a, sizeof(r.a), "%s", step->value ?: "");
		snprintf(r.b, sizeof(r.b), "%s", step->undo ?: "");
		pool_send(m->worker, &r);
	}
}

/* Looking: facts, record and plan of each device. Nothing is changed. */

static struct plan_origin origin_of(const struct member *m)
{
	const struct record *r = &m->before;
	/* What the user names for a device to go back to is worth more than what is on record. */
	const char *named = m->set->verb == CHANGE_UNBIND ? m->change->driver : NULL;
	struct plan_origin origin = { .known = m->recorded || named };

	if (m->recorded) {
		origin.driver = r->origin_driver;
		origin.override = r->origin_override;
		origin.set = r->set;
		origin.override_ours =
			r->applying && record_unfinished(r, m->facts.override).override_ours;
	}
	if (named)
		origin.driver = named;
	origin.driver_present =
		origin.driver &&
		(m->change->unloaded ||
		 driver_is_present(m->set->host, m->change->target.device->bus, origin.driver));
	return origin;
}

static int load_record(struct member *m, struct error *err)
{
	const struct target *target = &m->change->target;
	int ret;

	if (m->run_dir < 0)
		return 0;
	ret = record_load(&m->before, m->run_dir, target->device->bus, target->device->name, err);
	if (ret == -ENOENT)
		return 0;
	if (!ret)
		m->recorded = record_is_of(&m->before, target->path, target->device->modalias,
					   target->ino);
	return ret;
}

struct plan_facts member_facts(const struct member *m)
{
	return (struct plan_facts){
		.driver = m->facts.driver,
		.override = m->facts.override,
		.vfio = m->facts.vfio,
		.no_autoprobe = m->facts.no_autoprobe,
	};
}

/*
 * Where the device would be had the last run not been cut short: what this one goes back to when it
 * is cut short itself.
 */
static int find_base(struct member *m, struct error *err)
{
	const struct plan_facts facts = member_facts(m);
	struct plan_unfinished u = record_unfinished(&m->before, m->facts.override);
	struct plan_outcome out;

	m->base = (struct member_base){ .driver = m->facts.driver, .override = m->facts.override };
	m->base.set = m->recorded ? m->before.set : NULL;
	if (!m->recorded || !m->before.applying)
		return 0;
	if (plan_recover(&m->mend, &facts, &u, false, &m->base.recovery))
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	out = plan_outcome(&m->mend, &facts);
	m->base.driver = out.driver;
	m->base.override = out.override;
	if (m->base.recovery == RECOVERY_FINISHES)
		m->base.set = m->before.giving_back ? NULL : m->before.set;
	else
		m->base.set = m->before.before;
	return 0;
}

static int member_plan(struct member *m, struct error *err)
{
	const struct plan_facts facts = member_facts(m);
	const struct plan_origin origin = origin_of(m);
	int ret = find_base(m, err);

	if (ret)
		return ret;

	if (m->set->verb == CHANGE_BIND)
		ret = plan_bind(&m->plan, &facts, m->change->driver, m->change->any_vfio);
	else
		ret = plan_unbind(&m->plan, &facts, &origin);
	/* An earlier run was cut short with its driver bound, and the override still to be set. */
	if (!ret && !m->plan.n && m->mend.n > 1 && m->base.recovery == RECOVERY_FINISHES) {
		m->plan = m->mend;
		m->mend = (struct plan){ 0 };
	}
	/* What it had before an earlier change of ours is what it goes back to, not what it has. */
	if (m->recorded && !plan_is_handed_out(&facts, &origin) &&
	    (!m->before.applying || m->base.recovery == RECOVERY_LEAVES))
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

int member_read(struct member *m, struct error *err)
{
	tell_step(m, "look at it");
	target_facts_clear(&m->facts);
	record_clear(&m->before);
	m->recorded = false;
	return target_facts(&m->change->target, &m->facts, err) ?: load_record(m, err);
}

void member_await(struct member *m)
{
	tell_step(m, "wait for its driver '%s'", m->facts.driver);
	target_await(&m->change->target, m->facts.driver);
}

int member_look(struct member *m, struct error *err)
{
	int ret = member_read(m, err);

	if (!ret)
		ret = member_plan(m, err);
	return ret ?: check_unchanged(m, err);
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

static int record_intent(struct member *m, struct record *r)
{
	const struct plan_facts facts = member_facts(m);
	const struct plan_outcome to = plan_outcome(&m->plan, &facts);

	r->applying = true;
	r->inode = m->change->target.ino;
	r->giving_back = m->set->verb == CHANGE_UNBIND;
	r->before = copy(m->recorded ? m->base.set : NULL);
	r->from_driver = copy(m->base.driver);
	r->from_override = copy(m->base.override);
	r->to_driver = copy(to.driver);
	r->to_override = copy(to.override);
	r->to_any = to.any;
	return copy_plan(&r->plan, &m->plan);
}

int member_record(struct member *m, struct error *err)
{
	const struct target *target = &m->change->target;
	struct record *r = &m->record;

	r->bus = copy(target->device->bus);
	r->name = copy(target->device->name);
	r->path = copy(target->path);
	r->modalias = copy(target->device->modalias);
	r->origin_driver = copy(m->recorded ? m->before.origin_driver : m->base.driver);
	r->origin_override = copy(m->recorded ? m->before.origin_override : m->base.override);
	r->set = copy(m->set->verb == CHANGE_BIND ? m->change->driver
		      : m->recorded		  ? m->before.set
						  : m->facts.driver);
	if (!r->bus || !r->name || !r->path || record_intent(m, r))
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return record_save(r, m->run_dir, err);
}

/* What is on record once the device is where it was asked to be. */
static void record_success(struct member *m)
{
	struct error err = { 0 };

	m->record.applying = false;
	if (m->set->verb == CHANGE_BIND)
		record_save(&m->record, m->run_dir, &err);
	else
		record_remove(m->run_dir, m->record.bus, m->record.name, &err);
	if (err.status)
		change_end(m->change, CHANGE_DONE, EXIT_DONE, "%s", err.msg);
}

/* Back to what was on record before. */
void member_restore_record(struct member *m)
{
	if (!m->record.bus)
		return;
	if (m->recorded)
		record_save(&m->before, m->run_dir, NULL);
	else
		record_remove(m->run_dir, m->record.bus, m->record.name, NULL);
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

int member_apply(struct member *m, struct error *err)
{
	const struct device *device = m->change->target.device;
	char sentence[512];
	int ret = 0;

	for (; m->done < m->plan.n && !ret;) {
		const struct step *step = &m->plan.steps[m->done];

		m->begun = m->done + 1;
		step_sentence(sentence, sizeof(sentence), step);
		tell_step(m, "%s", sentence);
		ret = target_do(&m->change->target, step, err);
		if (ret)
			break;
		m->done++;
		/* What the next run needs to know is what the plan on record has come to. */
		if (m->record.bus)
			ret = record_note_done(m->run_dir, device->bus, device->name, m->done - 1,
					       err);
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

static int undo(struct member *m, struct error *err)
{
	char sentence[512];
	int ret = 0;

	/* One that failed may have been done all the same. To undo what was not done does nothing.
	 */
	for (; m->begun; m->begun--) {
		const struct step *step = &m->plan.steps[m->begun - 1];
		int one;

		step_sentence(sentence, sizeof(sentence), step);
		tell_step(m, "undo: %s", sentence);
		one = target_undo(&m->change->target, step, err);
		ret = ret ?: one;
	}
	return ret ?: check_restored(m, err);
}

void member_roll_back(struct member *m, const struct member *failed, bool touched,
		      const struct error *why)
{
	const char *device = m->change->target.device->name;
	struct error err = { 0 };

	if (!m->plan.n) {
		change_end(m->change, CHANGE_UNCHANGED, EXIT_DONE, "nothing to do: %s",
			   m->plan.note);
		return;
	}
	if (target_check(&m->change->target, &err) == -ENODEV) {
		record_remove(m->run_dir, m->record.bus, m->record.name, NULL);
		change_end(m->change, CHANGE_FAILED, EXIT_FAILED, "%s", err.msg);
		return;
	}
	if (undo(m, &err)) {
		change_end(
			m->change, CHANGE_NOT_ROLLED_BACK, EXIT_NOT_ROLLED_BACK,
			"%s; and it could not be rolled back: %s; 'vfioctl recover %s' tries again",
			why->msg, err.msg, device);
		return;
	}
	member_restore_record(m);
	if (m != failed)
		change_end(m->change, touched ? CHANGE_ROLLED_BACK : CHANGE_NOT_STARTED,
			   touched ? EXIT_ROLLED_BACK : EXIT_FAILED,
			   "'%s' stays as it was, since %s", device, why->msg);
	else if (!touched)
		change_end(m->change, CHANGE_FAILED, EXIT_FAILED, "%s; nothing was changed",
			   why->msg);
	else
		change_end(m->change, CHANGE_ROLLED_BACK, EXIT_ROLLED_BACK,
			   "%s; rolled back, it has %s%s again", why->msg,
			   m->facts.driver ? "driver " : "no driver", m->facts.driver ?: "");
}

/* What the kernel chose is worth a word when it is not what the device had, or no driver at all. */
static void end_probed(struct member *m)
{
	const char *had = m->recorded ? m->before.origin_driver : NULL;
	_cleanup_free_ char *now = NULL;

	if (target_driver(&m->change->target, &now) || (now && (!had || !strcmp(now, had))))
		change_end(m->change, CHANGE_DONE, EXIT_DONE, NULL);
	else
		change_end(m->change, CHANGE_DONE, EXIT_DONE, "%s%s%s%s%s%s", had ? "'" : "",
			   had ?: "", had ? "', which it had before, is not loaded: " : "",
			   now ? "the kernel chose '" : "no driver of the host takes it", now ?: "",
			   now ? "'" : "");
}

/* An earlier run got the device here, and was cut short before it could say so. */
static void close_unfinished(struct member *m)
{
	struct record *r = &m->before;
	char *set = copy(m->facts.driver);

	if (!set)
		return;
	free(r->set);
	r->set = set;
	r->applying = false;
	record_save(r, m->run_dir, NULL);
}

void member_succeed(struct member *m)
{
	const struct device *device = m->change->target.device;

	if (m->plan.n) {
		if (m->plan.steps[m->plan.n - 1].kind == STEP_PROBE)
			end_probed(m);
		else
			change_end(m->change, CHANGE_DONE, EXIT_DONE, m->plan.note ? "%s" : NULL,
				   m->plan.note);
		record_success(m);
		return;
	}
	change_end(m->change, CHANGE_UNCHANGED, EXIT_DONE, "nothing to do: %s", m->plan.note);
	if (m->set->verb == CHANGE_UNBIND)
		record_remove(m->run_dir, device->bus, device->name, NULL);
	else if (m->recorded && m->before.applying)
		close_unfinished(m);
}

void member_clear(struct member *m)
{
	target_facts_clear(&m->facts);
	record_clear(&m->before);
	record_clear(&m->record);
	plan_clear(&m->plan);
	plan_clear(&m->mend);
}
