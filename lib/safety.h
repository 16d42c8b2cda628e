/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does the host need this device? Each check of the table in safety.c looks for one kind of need
 * below the devices' paths in sysfs, and names the resource. A check that cannot run says so, which
 * refuses as well: not to know is no clearance.
 */
#ifndef VFIOCTL_SAFETY_H
#define VFIOCTL_SAFETY_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "target.h"
#include "text.h"

/* One thing that speaks against taking @target (borrowed) from its driver. */
struct safety_finding {
	const struct target *target;
	const char *reason; /* what --allow calls it; static */
	unsigned int bit;   /* of the reason in an --allow mask */
	bool unknown;	    /* the check could not tell */
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
};

/*
 * Judges @n devices, all of one host, that are about to lose the driver they have. Devices without
 * a driver carry nothing and cost nothing. 0, or -errno with a sentence when memory ran out.
 */
int safety_judge(struct safety *out, const struct target *const *targets, size_t n,
		 enum safety_flags flags, struct error *err);
void safety_clear(struct safety *safety);

/* 0 when @allow has the finding's reason, else -EPERM (-EBUSY when held) with a sentence. */
int safety_refuse(const struct safety_finding *finding, unsigned int allow, struct error *err);

/* Reads "mounted,address" into a mask. -EINVAL, EXIT_USAGE for a reason that does not exist. */
int safety_allow_parse(const char *list, unsigned int *allow, struct error *err);

/* All reasons, for --help and completion. 0 or -ENOMEM. */
int safety_reasons(struct strv *out);

#endif
