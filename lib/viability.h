/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one home of the rule: a group is viable when each of its devices has no driver, or a VFIO
 * driver, or a whitelisted one. Pure: structs in, structs out.
 */
#ifndef VFIOCTL_VIABILITY_H
#define VFIOCTL_VIABILITY_H

#include <stdbool.h>

#include "group.h"
#include "whitelist.h"

enum member_verdict {
	MEMBER_DRIVERLESS,
	MEMBER_VFIO,
	MEMBER_WHITELISTED,
	MEMBER_BLOCKS,
};

enum member_verdict viability_of_device(const struct device *device, const struct whitelist *list);
const char *member_verdict_name(enum member_verdict verdict);

/* @blockers are borrowed from the group, in its order; viability_clear() frees the array alone. */
struct viability {
	bool viable;
	const struct device **blockers;
	size_t n_blockers;
};

/* 0 or -ENOMEM. A group without members is viable. */
int viability_judge(const struct group *group, const struct whitelist *list, struct viability *out);
void viability_clear(struct viability *v);

/*
 * The command that takes @device out of the way, e.g. "vfioctl bind 0000:02:00.1"; for a bridge or
 * a part of the platform it names pci-stub, which holds a device and does nothing with it. NULL
 * when no command of ours can (not a PCI device), *and* when memory ran out. The caller frees.
 */
char *viability_command(const struct device *device);

/* "0000:02:00.1 is driven by e1000e", escaped. The caller frees; NULL: out of memory. */
char *viability_reason(const struct device *device);

#endif
