// SPDX-License-Identifier: GPL-2.0-only
#include "recovery.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "transaction.h"

static const char *shown(const char *driver)
{
	return driver ?: "none";
}

static void fail(struct member *m, const struct error *err)
{
	change_end(m->change, CHANGE_FAILED, err->status, "%s", err->msg);
}

/* True when there is something to bring to an end; else the change is ended. */
static bool look(struct member *m)
{
	struct error err = { 0 };

	if (member_read(m, &err)) {
		fail(m, &err);
		return false;
	}
	if (m->before.applying && m->recorded)
		return true;
	if (m->before.applying)
		change_end(m->change, CHANGE_FORGOTTEN, EXIT_DONE,
			   "what is on record is about another device that had its name");
	else
		change_end(m->change, CHANGE_UNCHANGED, EXIT_DONE,
			   "nothing to do: no change of it is unfinished");
	return false;
}

/* A device is as it looks only once the driver that may still be at work has ended. */
static bool look_again(struct member *m)
{
	if (!m->facts.driver)
		return true;
	member_await(m);
	return look(m);
}

static int make_plan(struct member *m, bool forward, enum plan_recovery *recovery,
		     struct error *err)
{
	const struct plan_facts facts = member_facts(m);
	const struct plan_unfinished u = record_unfinished(&m->before, m->facts.override);

	plan_clear(&m->plan);
	m->done = 0;
	if (plan_recover(&m->plan, &facts, &u, forward, recovery))
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return 0;
}

/* On record is from now on that @driver was given to the device by us, NULL: that nothing was. */
static int close_record(struct member *m, const char *driver, struct error *err)
{
	struct record *r = &m->before;
	char *set = driver ? strdup(driver) : NULL;

	if (!driver)
		return record_remove(m->run_dir, r->bus, r->name, err);
	if (!set)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	free(r->set);
	r->set = set;
	r->applying = false;
	return record_save(r, m->run_dir, err);
}

static void end(struct member *m, enum plan_recovery recovery)
{
	const struct record *r = &m->before;
	_cleanup_free_ char *now = NULL;
	struct error err = { 0 };
	int ret = 0;

	target_driver(&m->change->target, &now);
	switch (recovery) {
	case RECOVERY_FINISHES:
		ret = close_record(m, r->giving_back ? NULL : r->set, &err);
		change_end(m->change, CHANGE_FINISHED, EXIT_DONE, "it has driver '%s' now",
			   shown(now));
		break;
	case RECOVERY_UNDOES:
		ret = close_record(m, r->before, &err);
		change_end(m->change, CHANGE_UNDONE, EXIT_DONE, "it has driver '%s' as before",
			   shown(now));
		break;
	case RECOVERY_LEAVES:
		ret = close_record(m, m->facts.vfio ? m->facts.driver : NULL, &err);
		change_end(m->change, CHANGE_FORGOTTEN, EXIT_DONE,
			   "somebody else gave it driver '%s' since, and it stays there",
			   shown(now));
		break;
	}
	if (ret)
		fail(m, &err);
}

/* Its old driver did not take it: the one that it was to get may. */
static void go_forward(struct member *m, const struct error *why)
{
	enum plan_recovery recovery;
	struct error err = { 0 };

	if (!member_read(m, &err) && !make_plan(m, true, &recovery, &err) &&
	    !member_apply(m, &err)) {
		end(m, recovery);
		return;
	}
	change_end(m->change, CHANGE_NOT_ROLLED_BACK, EXIT_NOT_ROLLED_BACK,
		   "%s; nor could it be finished: %s; it is left as it is, and 'vfioctl recover "
		   "%s' tries again",
		   why->msg, err.msg, m->change->target.device->name);
}

void recovery_run(struct member *m)
{
	const struct device *device = m->change->target.device;
	enum plan_recovery recovery;
	struct error err = { 0 };

	if (!look(m) || !look_again(m)) {
		if (m->change->result == CHANGE_FORGOTTEN &&
		    record_remove(m->run_dir, device->bus, device->name, &err))
			fail(m, &err);
		return;
	}
	if (make_plan(m, false, &recovery, &err)) {
		fail(m, &err);
		return;
	}
	if (!member_apply(m, &err)) {
		end(m, recovery);
		return;
	}
	if (target_check(&m->change->target, NULL) == -ENODEV) {
		record_remove(m->run_dir, device->bus, device->name, NULL);
		fail(m, &err);
		return;
	}
	go_forward(m, &err);
}

void recovery_plan(struct member *m)
{
	enum plan_recovery recovery;
	struct error err = { 0 };

	if (!look(m))
		return;
	if (make_plan(m, false, &recovery, &err)) {
		fail(m, &err);
		return;
	}
	member_tell_plan(m);
	change_end(m->change, CHANGE_PLANNED, EXIT_DONE, m->plan.note ? "%s" : NULL, m->plan.note);
}
