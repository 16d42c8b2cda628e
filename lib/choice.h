/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Selectors over time: what they have chosen once stays chosen, and what comes later is chosen when
 * it matches.
 */
#ifndef VFIOCTL_CHOICE_H
#define VFIOCTL_CHOICE_H

#include <stdbool.h>

#include "error.h"
#include "host.h"
#include "text.h"

struct selector;

/* Zero-initialise; choice_clear() gives back. Without selectors all is chosen. */
struct choice {
	struct selector *selectors;
	size_t n;
	struct strv devices; /* BUS:NAME */
	long *groups;
	size_t n_groups, groups_room;
};

/*
 * @texts, which must outlive it, as selection_resolve() takes them, and with its results. Of what
 * is behind something (of:) only that counts which is there now.
 */
int choice_begin(struct choice *choice, const struct host *host, char *const *texts, size_t n,
		 struct error *err);
void choice_clear(struct choice *choice);

/* Chooses @device, and its group, if it matches as it is now. 0 or -ENOMEM. */
int choice_consider(struct choice *choice, const struct device *device);

bool choice_has_device(const struct choice *choice, const char *bus, const char *name);

/* A group of which a device was chosen. */
bool choice_has_group(const struct choice *choice, long group);

#endif
