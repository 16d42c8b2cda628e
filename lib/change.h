/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request to change drivers, and what came of it for each device. Filled by the caller, judged by
 * preflight.h, carried out by execute.h.
 */
#ifndef VFIOCTL_CHANGE_H
#define VFIOCTL_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "plan.h"
#include "safety.h"
#include "target.h"

enum change_verb { CHANGE_BIND, CHANGE_UNBIND, CHANGE_RECOVER };

enum change_result {
	CHANGE_NOT_STARTED, /* something else came first: a refusal, a failure, a signal */
	CHANGE_DONE,
	CHANGE_UNCHANGED, /* there was nothing to do */
	CHANGE_PLANNED,	  /* a dry run */
	CHANGE_REFUSED,
	CHANGE_FAILED, /* and nothing was changed */
	CHANGE_ROLLED_BACK,
	CHANGE_NOT_ROLLED_BACK,
	CHANGE_TIMED_OUT,
	CHANGE_BUSY,
	CHANGE_FINISHED,  /* recover: the device has what the change was for */
	CHANGE_UNDONE,	  /* recover: it has what it had before the change */
	CHANGE_FORGOTTEN, /* recover: there is nothing that could be brought to an end */
};

/* "done", "unchanged", "refused", ... */
const char *change_result_name(enum change_result result);

struct change {
	struct target target;
	char *driver;	/* bind: the one asked for; unbind: the one to go back to, NULL: any */
	bool any_vfio;	/* bind: any VFIO driver that it has already will do */
	char *unloaded; /* dry run: a module that would be loaded first; NULL: none */

	bool ended; /* the outcome is known */
	enum change_result result;
	enum exit_status status;
	char *from, *to;   /* the drivers before and after; NULL: none */
	char *message;	   /* NULL: nothing to add */
	char *now;	   /* the step that it is in, for a progress line and a timeout */
	struct plan steps; /* a dry run: what would be done */
};

/* Zero-initialise and fill the first part; change_set_clear() gives back. */
struct change_set {
	const struct host *host;
	enum change_verb verb;
	bool dry_run;
	int timeout_ms;
	uint64_t allow; /* safety.h */
	/* Does the finding, which asks, not matter? NULL: nobody can be asked. */
	bool (*ask)(void *arg, const struct safety_finding *finding);
	void *ask_arg;
	struct safety safety; /* what preflight() found, allowed or not */

	struct change *v; /* sorted by group */
	size_t n;
	const struct strv
		*gone; /* recover: names of devices that are forgotten; borrowed, or NULL */
};

/* Opens @n devices, which are borrowed from @set->host. 0, or -errno with a sentence. */
int change_set_add(struct change_set *set, struct device *const *devices, size_t n,
		   struct error *err);
void change_set_clear(struct change_set *set);

/* Sets the outcome; the sentence in @fmt may be NULL. */
void change_end(struct change *change, enum change_result result, enum exit_status status,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The gravest status of all. */
enum exit_status change_set_status(const struct change_set *set);

#endif
