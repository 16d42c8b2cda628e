// SPDX-License-Identifier: GPL-2.0-only
/* --list-columns: the columns of a verb as rows of a table of their own. */
#include <errno.h>

#include "cleanup.h"
#include "table.h"

enum { COL_NAME, COL_TYPE, COL_SHOWN, COL_HELP };

static const struct column columns[] = {
	[COL_NAME] = { .name = "NAME", .help = "name of the column", .flags = COLF_DEFAULT },
	[COL_TYPE] = { .name = "TYPE", .help = "type of its value", .flags = COLF_DEFAULT },
	[COL_SHOWN] = { .name = "DEFAULT",
			.help = "shown without -o",
			.type = COL_BOOL,
			.flags = COLF_DEFAULT },
	[COL_HELP] = { .name = "HELP", .help = "what it tells", .flags = COLF_DEFAULT },
};

static const char *type_name(enum column_type type)
{
	switch (type) {
	case COL_NUMBER:
		return "number";
	case COL_BOOL:
		return "boolean";
	case COL_STRINGS:
		return "strings";
	case COL_STRING:
		break;
	}
	return "string";
}

static int add_rows(struct table *table, const struct column *listed, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct row *row = table_add(table, NULL);

		if (!row || row_str(row, COL_NAME, listed[i].name) ||
		    row_str(row, COL_TYPE, type_name(listed[i].type)) ||
		    row_bool(row, COL_SHOWN, listed[i].flags & COLF_DEFAULT) ||
		    row_str(row, COL_HELP, listed[i].help))
			return -ENOMEM;
	}
	return 0;
}

int table_list_columns(const struct column *listed, size_t n, const struct table_options *opts,
		       FILE *out, struct error *err)
{
	struct table_options own = { .format = opts->format,
				     .no_headings = opts->no_headings,
				     .ascii = opts->ascii };
	_cleanup_(table_freep) struct table *table =
		table_new("columns", columns, ARRAY_SIZE(columns), &own, err);

	if (!table)
		return -EINVAL;
	if (add_rows(table, listed, n) < 0)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return table_print(table, out, err);
}
