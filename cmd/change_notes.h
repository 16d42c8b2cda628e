/* SPDX-License-Identifier: GPL-2.0-only */
/* What a verb that changes devices says of them on stderr, beside its table. */
#ifndef VFIOCTL_CHANGE_NOTES_H
#define VFIOCTL_CHANGE_NOTES_H

#include "change.h"
#include "cmd.h"

/* What was found of the devices and stands in nobody's way. */
void change_notes_informs(const struct cmd_run *run, const struct change_set *set);

/* Of each change that did not end well, why. */
void change_notes_failures(const struct cmd_run *run, const struct change_set *set);

/* All or nothing: -ENOENT, and said so in @err, when one of the selectors matched nothing; else 0.
 */
int change_notes_all_found(struct error *err);

#endif
