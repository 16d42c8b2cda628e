/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be told of one device: the columns of "devices" and of "status SELECTOR". */
#ifndef VFIOCTL_DEVICE_COLUMNS_H
#define VFIOCTL_DEVICE_COLUMNS_H

#include "gather.h"

#define N_DEVICE_COLUMNS 39
extern const struct column device_columns[N_DEVICE_COLUMNS];

/*
 * Gathers what the shown columns of @table need, of the devices the run selects, and adds a row
 * for each. 0, or -errno with @err set. As with gather_devices(), @err may hold EXIT_SOME_FOUND.
 */
int device_rows(struct table *table, const struct cmd_run *run, struct error *err);

#endif
