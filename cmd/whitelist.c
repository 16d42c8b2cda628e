// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl whitelist: the drivers that may stay in a viable group, and who says so. */
#include "cleanup.h"
#include "gather.h"

enum {
	LIST_DRIVER,
	LIST_BUS,
	LIST_SOURCE,
};

#define SHOWN COLF_DEFAULT

static const struct column columns[] = {
	[LIST_DRIVER] = { "DRIVER", 0, SHOWN, COL_STRING, "driver that may stay bound", 0 },
	[LIST_BUS] = { "BUS", 0, SHOWN, COL_STRING, "bus it is meant on; none: any", 0 },
	[LIST_SOURCE] = { "SOURCE", 0, SHOWN, COL_STRING, "built-in, or file and line", 0 },
};

static int add_entries(struct table *table, const struct whitelist *list)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < list->n; i++) {
		const struct whitelist_entry *entry = &list->entries[i];
		struct row *row = table_add(table, NULL);

		if (!row)
			return -1;
		ret |= row_str(row, LIST_DRIVER, entry->driver);
		ret |= row_str(row, LIST_BUS, entry->bus);
		ret |= row_str(row, LIST_SOURCE, entry->source);
	}
	return ret;
}

static enum exit_status whitelist_run(struct cmd_run *run, struct error *err)
{
	_cleanup_(table_freep) struct table *table =
		table_new("drivers", columns, ARRAY_SIZE(columns), &run->table, err);
	_cleanup_(whitelist_clear) struct whitelist list = { 0 };

	if (!table || whitelist_load(&list, err) < 0)
		return EXIT_DONE;
	if (add_entries(table, &list))
		gather_no_memory(err);
	else
		table_print(table, stdout, err);
	return EXIT_DONE;
}

const struct cmd cmd_whitelist = {
	.name = "whitelist",
	.summary = "list the drivers that may stay bound in a viable group",
	.flags = CMD_TABLE,
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.run = whitelist_run,
};
