/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of a table, shared by table*.c alone. */
#ifndef VFIOCTL_TABLE_IMPL_H
#define VFIOCTL_TABLE_IMPL_H

#include "arena.h"
#include "table.h"

struct item {
	struct item *next;
	const char *text; /* NULL: nothing is known of this one */
};

enum cell_kind {
	CELL_NULL,
	CELL_UNKNOWN,
	CELL_STRING,
	CELL_NUMBER,
	CELL_BOOL,
	CELL_LIST,
};

struct cell {
	enum cell_kind kind;
	union {
		const char *string;
		long long number;
		bool truth;
		struct {
			struct item *first, *last;
		} list;
	};
};

/* In the table's arena, as everything it points to. */
struct row {
	struct table *table;
	struct row *next, *parent;
	const char *colour;
	void *line; /* libsmartcols' line while the tree is printed */
	struct cell cells[];
};

struct table {
	const char *noun;
	const struct column *columns;
	size_t n_columns;
	struct table_options opts;
	struct arena arena;
	/* Of each possible column its place among the shown ones, -1: not shown. */
	int *place;
	/* Of each shown column its index in @columns. */
	size_t *shown;
	size_t n_shown;
	struct row *first, *last;
	bool streams; /* a row is one line */
};

static inline const struct column *table_column(const struct table *table, size_t place)
{
	return &table->columns[table->shown[place]];
}

/* Each prints all rows; 0 or -ENOMEM. Whether @out took it all is table_print()'s to find out. */
int table_print_text(struct table *table, FILE *out, bool colours);
int table_print_vertical(struct table *table, FILE *out);
int table_print_raw(const struct table *table, FILE *out);
int table_print_json(const struct table *table, FILE *out);
int table_print_json_lines(const struct table *table, FILE *out);

#endif
