// SPDX-License-Identifier: GPL-2.0-only
#include "reset_work.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "bounded.h"
#include "bus_owner.h"
#include "cleanup.h"
#include "sysfs.h"

#define NAME_LEAST 16

enum stage { STAGE_CHOOSE, STAGE_COMPARE, STAGE_RESET, STAGE_ANSWER, STAGE_DONE };

struct work {
	const struct reset *reset;
	int dir;
	bool now, owner;       /* @owner: by VFIO, with all that is on the bus */
	char *choice, *before; /* words of reset_method; NULL: it is left alone */
	bool all;	       /* @choice is not what is read back */
};

struct report {
	enum stage stage;
	int errnum;
	bool unchanged;
	int restore_errnum; /* -1: there was nothing to restore */
	struct error why;   /* of the reset by VFIO, and of who does not answer */
};

/* A write of no byte never reaches the kernel; a newline clears. */
static int write_methods(const struct work *work, const char *words)
{
	return sysfs_write(work->dir, "reset_method", *words ? words : "\n");
}

/* 0: they are @words now; 1: they are others. */
static int compare_methods(const struct work *work, const char *words)
{
	_cleanup_free_ char *now = sysfs_read_str(work->dir, "reset_method");

	if (!now)
		return -errno;
	return strcmp(now, words) != 0;
}

static int choose(const struct work *work, struct report *report)
{
	int ret = work->all ? 1 : compare_methods(work, work->choice);

	if (!ret) {
		report->unchanged = true;
		return 0;
	}
	report->stage = STAGE_CHOOSE;
	if (ret > 0)
		ret = write_methods(work, work->choice);
	if (ret)
		return ret;
	report->stage = STAGE_COMPARE;
	if (!work->all)
		ret = compare_methods(work, work->choice);
	else
		report->unchanged = !compare_methods(work, work->before);
	return ret > 0 ? -EIO : ret;
}

/*
 * What does not answer reads as ones. A virtual function has no vendor of its own in the first
 * register (SR-IOV, 3.4.1.1), so that the next one has to do.
 */
static int check_answer(const struct target *target, struct error *err)
{
	_cleanup_close_ int fd = openat(target->dir, "config", O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *physfn = attr_physfn(target->host, target->device);
	uint16_t head[4];
	int ret = 0;

	if (fd < 0 || pread(fd, head, sizeof(head), 0) != sizeof(head))
		ret = fd < 0 ? -errno : -EIO;
	else if (physfn ? head[2] == 0xffff && head[3] == 0xffff
			: head[0] != target->device->id.vendor)
		ret = -ENODEV;
	return ret ? error_set(err, EXIT_FAILED, -ret, "'%s' does not answer after its reset: %s",
			       target->device->name, strerror(-ret))
		   : 0;
}

static int check_answers(const struct work *work, struct error *err)
{
	const struct reset *reset = work->reset;
	int ret = check_answer(&reset->change->target, err);

	for (size_t i = 0; !ret && work->owner && i < reset->n_hits; i++)
		ret = check_answer(&reset->hit_targets[i], err);
	return ret;
}

/*
 * All methods that a device has are known no earlier than now: what was found to hit the whole bus
 * may begin with one of the device alone. The other way round nobody judged who would be hit.
 */
static int look_at_all(struct work *work, struct error *err)
{
	_cleanup_(strv_clear) struct strv methods = { 0 };
	const struct target *target = &work->reset->change->target;
	int ret = attr_words(target->host, target->device, "reset_method", &methods);

	if (ret)
		return ret;
	if (work->owner)
		work->owner = !methods.n || reset_methods_begin_with_bus(&methods);
	else if (work->reset->n_hits && reset_methods_begin_with_bus(&methods))
		return error_set(
			err, EXIT_FAILED, EAGAIN,
			"'%s' would be reset with its whole bus now, and nobody has judged "
			"that: first '--method=" RESET_ALL_METHODS "', then '--now'",
			target->device->name);
	return 0;
}

static int reset_now(const struct work *work, struct report *report)
{
	const struct reset *reset = work->reset;
	int ret;

	report->stage = STAGE_RESET;
	if (work->owner)
		ret = bus_owner_reset(reset->change->target.device, reset->hits, reset->n_hits,
				      &report->why);
	else
		ret = sysfs_write(work->dir, "reset", "1");
	if (ret)
		return ret;
	report->stage = STAGE_ANSWER;
	return check_answers(work, &report->why);
}

static int do_work(struct work *work, struct report *report)
{
	int ret = work->choice ? choose(work, report) : 0;

	if (!ret && work->now && work->all)
		ret = look_at_all(work, &report->why);
	if (!ret && work->now)
		ret = reset_now(work, report);
	if (!ret)
		report->stage = STAGE_DONE;
	return ret;
}

/* What was begun is ended: the choice must not stay behind when a key is pressed. */
static void child(void *arg, int out)
{
	struct work *work = arg;
	struct report report = { .restore_errnum = -1 };
	int ret;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	ret = do_work(work, &report);
	report.errnum = -ret;
	if (ret && work->choice && !report.unchanged && compare_methods(work, work->before)) {
		ret = write_methods(work, work->before);
		if (!ret)
			ret = compare_methods(work, work->before) ? -EIO : 0;
		report.restore_errnum = -ret;
	}
	bounded_answer(out, &report, sizeof(report));
}

/* One device. */

static char *joined(const struct strv *words)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; f && i < words->n; i++)
		fprintf(f, "%s%s", i ? " " : "", words->v[i]);
	if (!f || fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

/* What went wrong, in words: those of whoever met it, where there are any. */
static void say_what(const struct reset *reset, const struct report *report, struct error *why)
{
	static const char *const what[] = {
		[STAGE_CHOOSE] = "does not take these methods",
		[STAGE_COMPARE] = "does not have the methods that were written",
		[STAGE_RESET] = "could not be reset",
	};

	*why = report->why;
	if (!why->status)
		error_set(why, EXIT_FAILED, report->errnum, "'%s' %s: %s",
			  reset->change->target.device->name, what[report->stage],
			  strerror(report->errnum));
}

static void end_failed(struct reset *reset, const struct report *report)
{
	struct error why;
	enum change_result result;
	const char *then = "";

	say_what(reset, report, &why);
	result = why.status == EXIT_BUSY ? CHANGE_BUSY : CHANGE_FAILED;
	if (!report->restore_errnum) {
		result = CHANGE_ROLLED_BACK;
		why.status = EXIT_ROLLED_BACK;
		then = "; its methods are as before";
	} else if (report->restore_errnum > 0) {
		result = CHANGE_NOT_ROLLED_BACK;
		why.status = EXIT_NOT_ROLLED_BACK;
		then = "; its former methods could not be put back";
	}
	change_end(reset->change, result, why.status, "%s%s", why.msg, then);
}

static void end(struct reset *reset, const struct work *work, const char *answer, size_t size)
{
	struct report report;

	if (size != sizeof(report)) {
		change_end(reset->change, CHANGE_FAILED, EXIT_FAILED,
			   "the process that reset '%s' died (the kernel log may say why)",
			   reset->change->target.device->name);
		return;
	}
	memcpy(&report, answer, sizeof(report));
	if (report.stage != STAGE_DONE)
		end_failed(reset, &report);
	else if (!work->now && report.unchanged)
		change_end(reset->change, CHANGE_UNCHANGED, EXIT_DONE, NULL);
	else
		change_end(reset->change, CHANGE_DONE, EXIT_DONE, NULL);
}

int reset_work(struct reset *reset, const struct resets *resets, struct error *err)
{
	const struct strv *methods = &resets->request->methods;
	const struct target *target = &reset->change->target;
	_cleanup_free_ char *choice = joined(methods), *before = joined(&reset->methods);
	_cleanup_free_ char *answer = NULL;
	struct work work = {
		.reset = reset,
		.dir = target->dir,
		.now = resets->request->now,
		.owner = reset_takes_owner(reset, resets->request),
		.choice = methods->n ? choice : NULL,
		.before = before,
		.all = reset_wants_all(methods),
	};
	char what[NAME_MAX + NAME_LEAST];
	size_t size;
	int ret;

	if (!choice || !before)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	snprintf(what, sizeof(what), "the reset of '%s'", target->device->name);
	ret = bounded_call(child, &work, resets->set->timeout_ms, what, &answer, &size, err);
	if (!ret)
		end(reset, &work, answer, size);
	return ret;
}
