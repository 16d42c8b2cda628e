/* SPDX-License-Identifier: GPL-2.0-only */
/* What every looking verb begins with: the host, and what was selected of it. */
#ifndef VFIOCTL_GATHER_H
#define VFIOCTL_GATHER_H

#include "cmd.h"
#include "host.h"
#include "selector.h"
#include "whitelist.h"

/* Zero-initialise; gather_clear() gives back. */
struct gather {
	struct host *host;
	struct selection sel;
	struct whitelist whitelist; /* loaded by gather_whitelist() */
};

/*
 * Scans and resolves the run's selectors. Selectors need the groups, whatever @flags say. -errno
 * with @err set; 0 with EXIT_SOME_FOUND in @err when only some matched, which main() tells when
 * the verb is done.
 */
int gather_devices(struct gather *g, const struct cmd_run *run, enum scan_flags flags,
		   struct error *err);

/* Devices and groups: those of the selected devices, or all. The caller frees the array. */
int gather_groups(struct gather *g, const struct cmd_run *run, struct group ***groups, size_t *n,
		  struct error *err);

int gather_whitelist(struct gather *g, struct error *err);
void gather_clear(struct gather *g);

/* "Intel Corporation 82574L Gigabit Network Connection" into @buf; false when nothing is known. */
struct names;
bool gather_name(struct names *names, const struct device *device, char *buf, size_t size);

/* The sentence for a verb that ran out of memory. -ENOMEM. */
int gather_no_memory(struct error *err);

#endif
