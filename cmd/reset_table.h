/* SPDX-License-Identifier: GPL-2.0-only */
/* Resets as rows: what there is, what came of it, or what would be done. */
#ifndef VFIOCTL_RESET_TABLE_H
#define VFIOCTL_RESET_TABLE_H

#include "cmd.h"
#include "hot_reset.h"
#include "reset.h"

#define RESET_N_COLUMNS	     10
#define RESET_N_PLAN_COLUMNS 7
extern const struct column reset_columns[RESET_N_COLUMNS];
extern const struct column reset_plan_columns[RESET_N_PLAN_COLUMNS];

/* Bits of @needs. */
#define RESET_NEEDS_HITS (1U << 0)

/* A table of them, that of a plan in a dry run. NULL with a sentence: the options make no sense. */
struct table *reset_table_new(const struct cmd_run *run, bool acts, struct error *err);

/* Each fills @table from @resets. @hits: one for each of them, or NULL. 0 or -ENOMEM. */
int reset_rows(struct table *table, const struct resets *resets, const struct hot_reset *hits,
	       bool acted);
int reset_plan_rows(struct table *table, const struct resets *resets);

#endif
