/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of a changed device: who it is, what it had before, what we gave it, and while
 * a change is under way the steps and how many of them are done. One file for each device below
 * RUN_DIR/devices, "key=value" lines with %XX for anything that is not plain, written whole before
 * the first step and made durable; steps are appended as they are done. Its group's lock is held by
 * whoever writes it.
 */
#ifndef VFIOCTL_RECORD_H
#define VFIOCTL_RECORD_H

#include <stdbool.h>

#include "error.h"
#include "plan.h"

/* Strings are owned; NULL: none. Zero-initialise; record_clear() gives back. */
struct record {
	char *bus, *name;
	char *path;	/* where the device really is in sysfs */
	char *modalias; /* what it is; NULL when the bus has none */
	char *origin_driver, *origin_override;
	char *set;     /* the driver that was asked for; NULL: it is being given back */
	bool applying; /* a change is under way, or was when its run ended */
	struct plan plan;
	size_t done; /* so many of the plan's steps, counted from its first */
};

void record_clear(struct record *record);

/* 0; -ENOENT: there is none; others with a sentence, -EBADMSG for one that makes no sense. */
int record_load(struct record *record, int run_dir, const char *bus, const char *name,
		struct error *err);

/* Replaces the file as a whole; on return 0 it is on stable storage. */
int record_save(const struct record *record, int run_dir, struct error *err);

/* Notes that one more step, @index of the plan, is done. */
int record_note_done(int run_dir, const char *bus, const char *name, size_t index,
		     struct error *err);

/* Removes the file; one that is not there is no error. */
int record_remove(int run_dir, const char *bus, const char *name, struct error *err);

/* Is it about this very device? A record of one that was replaced since is no use. */
bool record_is_of(const struct record *record, const char *path, const char *modalias);

#endif
