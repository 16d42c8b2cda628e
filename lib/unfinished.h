/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs that were cut short have left on record: see record.h. */
#ifndef VFIOCTL_UNFINISHED_H
#define VFIOCTL_UNFINISHED_H

#include <stddef.h>

#include "error.h"
#include "host.h"
#include "text.h"

/* Zero-initialise; unfinished_clear() gives back. */
struct unfinished {
	struct device *
		*devices; /* borrowed from the host: a change of theirs is under way, or was */
	size_t n;
	struct strv gone; /* names of devices that are on record and not there any more */
};

/*
 * Reads the records without any lock: what it says of a device holds only once that was asked again
 * under the lock. One that cannot be read, or makes no sense, counts as unfinished. 0, or -errno
 * with a sentence.
 */
int unfinished_find(struct unfinished *out, const struct host *host, struct error *err);
void unfinished_clear(struct unfinished *unfinished);

/* Removes the records of what is gone. 0, or -errno with a sentence. */
int unfinished_forget(const struct unfinished *unfinished, struct error *err);

#endif
