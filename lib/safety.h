/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does the host need this device? Each check of the table in safety.c looks for one kind of need
 * below the devices' paths in sysfs, and names the resource. A check that cannot run, or does not
 * come to an end, says so, which refuses as well: not to know is no clearance.
 */
#ifndef VFIOCTL_SAFETY_H
#define VFIOCTL_SAFETY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "target.h"
#include "text.h"

enum safety_verdict {
	SAFETY_CLEAR,  /* nothing was found; no finding has it */
	SAFETY_INFORM, /* worth a word, and no more */
	SAFETY_ASK,    /* whoever is asked may say that it does not matter */
	SAFETY_UNKNOWN,
	SAFETY_BLOCK,
};

/* "clear", "inform", "ask", "unknown", "block". */
const char *safety_verdict_name(enum safety_verdict verdict);

/* One thing that speaks against taking @target (borrowed) from its driver. */
struct safety_finding {
	const struct target *target;
	const char *reason; /* what --allow calls it; static */
	uint64_t bit;	    /* of the reason in an --allow mask */
	enum safety_verdict verdict;
	enum exit_status status;
	char *resource; /* "'/' on '/dev/nvme0n1p1'"; owned */
};

/* Zero-initialise; safety_clear() gives back. */
struct safety {
	struct safety_finding *v;
	size_t n, room;
};

enum safety_flags {
	/* Leave out what was looked up once in this command and is costly: the walk over /proc. */
	SAFETY_AGAIN = 1 << 0,
	/* Look at the rest of each device's group, too: it goes the same way sooner or later. */
	SAFETY_GROUPS = 1 << 1,
	/* In this very process, which somebody else watches over, instead of one of its own. */
	SAFETY_HERE = 1 << 2,
};

/*
 * Judges @n devices, all of one host, that are about to lose the driver they have. Each check runs
 * in a process that is left behind after @timeout_ms, at least 5 s (without SAFETY_HERE), so that a
 * disk or a server that does not answer hangs nobody. 0, or -errno with a sentence when memory ran
 * out, no process could be started, or a signal asked to end.
 */
int safety_judge(struct safety *out, const struct target *const *targets, size_t n,
		 enum safety_flags flags, int timeout_ms, struct error *err);
void safety_clear(struct safety *safety);

/* The gravest verdict on @target. */
enum safety_verdict safety_worst(const struct safety *safety, const struct target *target);

/*
 * 0 when the finding only informs or @allow has its reason, else -EPERM (-EBUSY when in use) with a
 * sentence.
 */
int safety_refuse(const struct safety_finding *finding, uint64_t allow, struct error *err);

/* Reads "mounted,address" into a mask. -EINVAL, EXIT_USAGE for a reason that does not exist. */
int safety_allow_parse(const char *list, uint64_t *allow, struct error *err);

/* All reasons, for --help and completion. 0 or -ENOMEM. */
int safety_reasons(struct strv *out);

#endif
