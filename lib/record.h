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
	char *modalias; /* what it is; NULL when the bus has none, or it could not be read */
	/* Of its directory, which sysfs never gives to another device; 0: not known. */
	unsigned long long inode;
	char *origin_driver, *origin_override;
	char *set; /* the driver that was asked for, also while it is being given back */

	/* The rest is there while a change is under way, or was when its run ended. */
	bool applying;
	bool giving_back;
	char *before; /* what @set was before the change; NULL: there was no record */
	char *from_driver, *from_override;
	char *to_driver, *to_override; /* without @to_any */
	bool to_any;		       /* whatever driver the kernel chooses */
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
bool record_is_of(const struct record *record, const char *path, const char *modalias,
		  unsigned long long inode);

/* The change that is under way, for plan.h. Strings are borrowed; @override is the present one. */
struct plan_unfinished record_unfinished(const struct record *record, const char *override);

/* All that there are, as "BUS:NAME". 0 or -errno with a sentence. */
int record_list(int run_dir, struct strv *out, struct error *err);

#endif
