/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps up with the host: hears the kernel's events, looks where there are none, and says both to
 * what is known (known.h), which makes news of it.
 */
#ifndef VFIOCTL_FOLLOW_H
#define VFIOCTL_FOLLOW_H

#include "events.h"
#include "known.h"

/*
 * Zero-initialise, set @known.tell; follow_clear() gives back. @heard: what has a lower number was
 * seen by looking. @lost: events were, so that all has to be looked at.
 */
struct follow {
	struct known known;
	struct events *events;
	unsigned long long heard;
	bool lost;
	bool files_incomplete; /* not every process could be looked into */
};

/* Listens, looks at everything, and tells NEWS_READY. 0, or -errno with @err set. */
int follow_begin(struct follow *follow, struct error *err);
void follow_clear(struct follow *follow);

/*
 * Takes at most @most events; what was lost among them is made good once there are no more. Returns
 * how many it took, or -errno with @err set. What @known.tell failed with comes back without @err.
 */
int follow_hear(struct follow *follow, size_t most, struct error *err);

/*
 * Looks at what nobody tells: the whitelist, and on a stock core the files of processes, through
 * which groups are attached and opened. -errno with @err set; a whitelist that cannot be read
 * stays as it was, with @err set and 0.
 */
int follow_look(struct follow *follow, struct error *err);

#endif
