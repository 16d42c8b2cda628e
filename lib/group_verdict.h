/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a group is viable: the running core's answer where it gives one, beside our own. */
#ifndef VFIOCTL_GROUP_VERDICT_H
#define VFIOCTL_GROUP_VERDICT_H

#include "core.h"
#include "viability.h"

/*
 * @viable is the kernel's answer when @told, else the computed one. What the kernel says of a group
 * it knows only while one of its devices is bound to a VFIO driver.
 */
struct group_verdict {
	bool viable;
	bool told;
	struct viability computed;
	struct core_group kernel; /* when @told */
};

/* 0 or -ENOMEM. With another @core than CORE_OURS the kernel is not asked. */
int group_verdict_read(struct group_verdict *out, int sysfs, enum core_kind core,
		       const struct group *group, const struct whitelist *list);
void group_verdict_clear(struct group_verdict *verdict);

/* Both answers are there and differ. */
bool group_verdict_disputed(const struct group_verdict *verdict);

/*
 * What the two say of group @id, in a sentence: "group 12 is viable by vfioctl's rules, but not to
 * the kernel: ...". The caller frees; NULL: out of memory.
 */
char *group_verdict_dispute(const struct group_verdict *verdict, long id);

#endif
