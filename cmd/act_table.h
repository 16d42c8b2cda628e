/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes as rows: what came of them, or what would be done. */
#ifndef VFIOCTL_ACT_TABLE_H
#define VFIOCTL_ACT_TABLE_H

#include "act.h"

/* Both print to stdout; -errno with a sentence. */
int act_print_results(const struct cmd_run *run, const struct change_set *set, struct error *err);
int act_print_plan(const struct cmd_run *run, const struct change_set *set, struct error *err);

#endif
