/* SPDX-License-Identifier: GPL-2.0-only */
/* How a user names devices, the same in every verb. */
#ifndef VFIOCTL_SELECTOR_H
#define VFIOCTL_SELECTOR_H

#include "error.h"
#include "host.h"
#include "text.h"

/* Devices of one host, in the host's order, each once. Zero-initialise. */
struct selection {
	struct device **devices; /* borrowed from the host */
	size_t n;
	struct strv missed; /* selectors that matched nothing */
};

/*
 * Resolves @n selectors: 0000:01:00.0, 01:00.0, globs (0000:3b:*.*), 8086:10d3 (either part may be
 * '*'), class:network, class:0200, group:26, driver:nvme, of:eth0, of:/dev/nvme0n1, of:/srv (see
 * of.h), and a device's name on another bus, plain or as BUS:NAME. With @n == 0 every device is
 * selected. Returns -EINVAL, EXIT_USAGE: one is malformed; -ENOENT, EXIT_NONE_FOUND: none matched
 * anything; 0 with EXIT_SOME_FOUND in @err: some matched, @err names those that did not; -ENOMEM.
 * group: and names on other buses need a host scanned with SCAN_GROUPS.
 */
int selection_resolve(struct selection *sel, const struct host *host, char *const *selectors,
		      size_t n, struct error *err);
void selection_clear(struct selection *sel);

/*
 * The groups of the selected devices, each once, sorted by id. The caller frees the array, not the
 * groups. 0 or -ENOMEM.
 */
int selection_groups(const struct selection *sel, struct group ***groups, size_t *n);

#endif
