/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own events of devices, through libudev: what udevd does with them is not waited for,
 * and need not be there.
 */
#ifndef VFIOCTL_EVENTS_H
#define VFIOCTL_EVENTS_H

#include "error.h"

struct events;

/* One of them, until the next is asked for. */
struct event {
	const char *action;    /* "add", "bind", ... */
	const char *subsystem; /* "pci", "vfio", ... */
	const char *name;      /* the kernel's name of the device, hostile */
	unsigned long long number;
	void *source;
};

/*
 * Listens from here on. The kernel keeps some ten thousand events for us; for who lacks the right
 * to ask for that, some hundred. NULL with @err set.
 */
struct events *events_open(struct error *err);
void events_close(struct events *events);

static inline void events_closep(struct events **events)
{
	events_close(*events);
}

/* To poll(2) for POLLIN. */
int events_fd(const struct events *events);

/* 1 with @out filled; 0: there is none now; -ENOBUFS: some were lost before the next; -errno. */
int events_next(struct events *events, struct event *out);

/* A variable of the event, or NULL. */
const char *event_value(const struct event *event, const char *name);

#endif
