/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What waits to be written to stdout, for a verb that must not be held up by a slow reader.
 */
#ifndef VFIOCTL_OUTLET_H
#define VFIOCTL_OUTLET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* Zero-initialise; outlet_clear() gives back. */
struct outlet {
	char *data;
	size_t begin, end, room;
};

/* 0 or -ENOMEM. */
int outlet_add(struct outlet *outlet, const char *text, size_t len);
void outlet_clear(struct outlet *outlet);

static inline size_t outlet_waiting(const struct outlet *outlet)
{
	return outlet->end - outlet->begin;
}

/* What poll(2) has to look for. */
struct pollfd outlet_poll(const struct outlet *outlet);

/*
 * Goes by what poll(2) has found: writes what surely goes without waiting. 0, -EPIPE when the
 * reader is gone, or -errno.
 */
int outlet_write(struct outlet *outlet, const struct pollfd *polled);

/* Writes as much as goes without waiting. -EAGAIN when something is left, else as above. */
int outlet_finish(struct outlet *outlet);

#endif
