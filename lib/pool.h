/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Jobs that may hang, in child processes that the parent needs not wait for. A write to sysfs that
 * hangs cannot be taken back or killed: all that can be done is to stop waiting for it. So jobs run
 * in forked workers, tell what they do over one pipe, and the parent leaves behind a worker whose
 * step takes too long. That worker goes on by itself, as does one whose parent died.
 */
#ifndef VFIOCTL_POOL_H
#define VFIOCTL_POOL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "error.h"

enum pool_event {
	POOL_STEP, /* something that may hang begins: the deadline starts anew */
	POOL_WAIT, /* something begins that ends by itself: no deadline */
	POOL_NEWS, /* for the owner alone */
	POOL_JOB,  /* the pool's own: a job begins */
	POOL_END,  /* the pool's own: the worker has no more jobs */
};

/* One message. Small enough for a pipe to carry it whole (PIPE_BUF). */
struct pool_report {
	enum pool_event event;
	unsigned int worker; /* filled by pool_send(), as is @job */
	size_t job;
	size_t item; /* from here on the owner's own */
	int kind, status, result;
	char a[512], b[512], text[2048];
};
_Static_assert(sizeof(struct pool_report) <= PIPE_BUF, "a report must be written in one piece");

struct pool_worker;

struct pool_ops {
	/* In the worker: one job. */
	void (*run)(void *arg, struct pool_worker *worker, size_t job);
	/* In the parent: all but the pool's own events. */
	void (*report)(void *arg, const struct pool_report *report);
	/* In the parent: the job's worker was left behind, or died (@alive false). */
	void (*lost)(void *arg, size_t job, pid_t pid, bool alive);
	/* In the parent, now and then, for a progress line; may be NULL. */
	void (*tick)(void *arg);
	/* In the parent: a signal asks to end, no more jobs are started; may be NULL. */
	void (*stopping)(void *arg, int signal);
};

/*
 * Runs @n jobs in at most @workers processes. Returns when each job ended, was left behind or was
 * never started because of a signal. 0, or -errno with @err when not one worker could be started.
 */
int pool_run(const struct pool_ops *ops, void *arg, size_t n, size_t workers, int timeout_ms,
	     struct error *err);

/* In the worker: tells the parent. Not told when the parent is gone, which is no error. */
void pool_send(struct pool_worker *worker, struct pool_report *report);

/* In the worker: becomes non-zero when the pool is stopping; for waits that can be cut short. */
const int *pool_stop_flag(const struct pool_worker *worker);

#endif
