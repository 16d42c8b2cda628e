/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes as rows: what came of them, or what would be done. */
#ifndef VFIOCTL_ACT_TABLE_H
#define VFIOCTL_ACT_TABLE_H

#include "act.h"

/*
 * Can what comes be told at all: are the columns known, and the configuration sound? To be asked
 * before anything is changed. 0, or -errno with a sentence.
 */
int act_check_output(const struct cmd_run *run, struct error *err);

/* Both print to stdout; -errno with a sentence. */
int act_print_results(const struct cmd_run *run, const struct change_set *set, struct error *err);
int act_print_plan(const struct cmd_run *run, const struct change_set *set, struct error *err);

#endif
