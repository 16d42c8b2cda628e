/* SPDX-License-Identifier: GPL-2.0-only */
/* Drivers and overrides of PCI devices, and vfioctl's records, seen and set without vfioctl. */
#ifndef DEVICES_H
#define DEVICES_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_SIZE 64
#define RECORDS	  "/run/vfioctl/devices"

/* "" for none. */
struct state {
	char driver[NAME_SIZE], override[NAME_SIZE];
};

bool state_same(const struct state *a, const struct state *b);
struct state state_of(const char *bdf);

/* By sysfs alone; ends the program when the kernel does not do it. */
void state_set(const char *bdf, const struct state *wanted);

/* Of all PCI devices but some, as one text to compare. The caller frees. */
char *others(const char *const *but, size_t n);

/* The record of a device, NULL when there is none. The caller frees. */
char *record_of(const char *bdf);

/* Puts it in place of what is there; NULL: none. */
void record_set(const char *bdf, const char *text);

/* Is some change on record as not at its end? */
bool unfinished(void);

/* What put() calls instead of writing, unless NULL. */
extern long (*put_instead)(const char *path, const char *data, size_t size);

/* Writes @text to the attribute @path; 0 or -errno. */
int put(const char *path, const char *text);

#endif
