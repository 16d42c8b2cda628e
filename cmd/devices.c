// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl devices: a row for each device. */
#include "cleanup.h"
#include "device_columns.h"

static enum exit_status devices_run(struct cmd_run *run, struct error *err)
{
	_cleanup_(table_freep) struct table *table =
		table_new("devices", run->cmd->columns, run->cmd->n_columns, &run->table, err);

	if (table && device_rows(table, run, err) >= 0)
		table_print(table, stdout, err);
	return EXIT_DONE;
}

const struct cmd cmd_devices = {
	.name = "devices",
	.operands = "[SELECTOR...]",
	.summary = "list devices, their groups and their drivers",
	.flags = CMD_TABLE | CMD_SELECTORS,
	.columns = device_columns,
	.n_columns = N_DEVICE_COLUMNS,
	.run = devices_run,
};
