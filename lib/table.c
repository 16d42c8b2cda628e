// SPDX-License-Identifier: GPL-2.0-only
/* What a table holds. How it looks is in table_text.c, table_raw.c and table_json.c. */
#include "table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "table_impl.h"

static void show(struct table *table, size_t id)
{
	if (table->place[id] >= 0)
		return;
	table->place[id] = (int)table->n_shown;
	table->shown[table->n_shown++] = id;
}

static void show_default(struct table *table)
{
	unsigned unwanted = table_is_tree(table) ? COLF_FLAT : 0;

	for (size_t i = 0; i < table->n_columns; i++) {
		unsigned flags = table->columns[i].flags;

		if (table->opts.all_columns || ((flags & COLF_DEFAULT) && !(flags & unwanted)))
			show(table, i);
	}
}

static int show_named(struct table *table, const char *name, size_t len, struct error *err)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		const char *known = table->columns[i].name;

		if (strlen(known) == len && !strncasecmp(known, name, len)) {
			show(table, i);
			return 0;
		}
	}
	return error_set(err, EXIT_USAGE, EINVAL,
			 "unknown column '%.*s'; -H lists the columns that there are", (int)len,
			 name);
}

static int show_list(struct table *table, const char *list, struct error *err)
{
	for (;;) {
		size_t len = strcspn(list, ",");
		int ret = show_named(table, list, len, err);

		if (ret < 0 || !list[len])
			return ret;
		list += len + 1;
	}
}

static int choose_columns(struct table *table, struct error *err)
{
	const char *list = table->opts.columns;

	for (size_t i = 0; i < table->n_columns; i++)
		table->place[i] = -1;
	if (!list || table->opts.all_columns || *list == '+')
		show_default(table);
	if (!list)
		return 0;
	return show_list(table, *list == '+' ? list + 1 : list, err);
}

struct table *table_new(const char *noun, const struct column *columns, size_t n,
			const struct table_options *opts, struct error *err)
{
	_cleanup_(table_freep) struct table *table = calloc(1, sizeof(*table));

	if (table) {
		table->place = calloc(n, sizeof(*table->place));
		table->shown = calloc(n, sizeof(*table->shown));
	}
	if (!table || !table->place || !table->shown) {
		error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
		return NULL;
	}
	table->noun = noun;
	table->columns = columns;
	table->n_columns = n;
	table->opts = *opts;
	if (choose_columns(table, err) < 0)
		return NULL;
	return take_ptr(table);
}

void table_free(struct table *table)
{
	if (!table)
		return;
	arena_clear(&table->arena);
	free(table->place);
	free(table->shown);
	free(table);
}

unsigned table_needs(const struct table *table)
{
	unsigned needs = 0;

	for (size_t i = 0; i < table->n_shown; i++)
		needs |= table_column(table, i)->needs;
	return needs;
}

bool table_shows(const struct table *table, size_t id)
{
	return table->place[id] >= 0;
}

bool table_is_tree(const struct table *table)
{
	const struct table_options *opts = &table->opts;

	return opts->tree && !opts->list && !opts->vertical && opts->format == TABLE_TEXT;
}

struct row *table_add(struct table *table, struct row *parent)
{
	struct row *row =
		arena_alloc(&table->arena, sizeof(*row) + table->n_shown * sizeof(row->cells[0]));

	if (!row)
		return NULL;
	row->table = table;
	row->parent = parent;
	if (table->last)
		table->last->next = row;
	else
		table->first = row;
	table->last = row;
	return row;
}

/* NULL when the column is not shown. */
static struct cell *cell_of(struct row *row, size_t id)
{
	int place = row->table->place[id];

	return place < 0 ? NULL : &row->cells[place];
}

int row_str(struct row *row, size_t id, const char *value)
{
	struct cell *cell = cell_of(row, id);

	if (!cell)
		return 0;
	cell->kind = CELL_NULL;
	if (!value)
		return 0;
	cell->string = arena_strdup(&row->table->arena, value);
	if (!cell->string)
		return -ENOMEM;
	cell->kind = CELL_STRING;
	return 0;
}

int row_strf(struct row *row, size_t id, const char *fmt, ...)
{
	_cleanup_free_ char *value = NULL;
	va_list ap;
	int ret;

	if (!cell_of(row, id))
		return 0;
	va_start(ap, fmt);
	ret = vasprintf(&value, fmt, ap);
	va_end(ap);
	if (ret < 0) {
		value = NULL;
		return -ENOMEM;
	}
	return row_str(row, id, value);
}

int row_num(struct row *row, size_t id, long long value)
{
	struct cell *cell = cell_of(row, id);

	if (cell) {
		cell->kind = CELL_NUMBER;
		cell->number = value;
	}
	return 0;
}

int row_bool(struct row *row, size_t id, bool value)
{
	struct cell *cell = cell_of(row, id);

	if (cell) {
		cell->kind = CELL_BOOL;
		cell->truth = value;
	}
	return 0;
}

int row_unknown(struct row *row, size_t id)
{
	struct cell *cell = cell_of(row, id);

	if (cell)
		cell->kind = CELL_UNKNOWN;
	return 0;
}

int row_add(struct row *row, size_t id, const char *value)
{
	struct cell *cell = cell_of(row, id);
	struct item *item;

	if (!cell)
		return 0;
	item = arena_alloc(&row->table->arena, sizeof(*item));
	if (!item)
		return -ENOMEM;
	if (value) {
		item->text = arena_strdup(&row->table->arena, value);
		if (!item->text)
			return -ENOMEM;
	}
	if (cell->kind == CELL_LIST)
		cell->list.last->next = item;
	else
		cell->list.first = item;
	cell->list.last = item;
	cell->kind = CELL_LIST;
	return 0;
}

int row_strv(struct row *row, size_t id, const struct strv *values)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < values->n; i++)
		ret = row_add(row, id, values->v[i]);
	return ret;
}

void row_colour(struct row *row, const char *colour)
{
	row->colour = colour;
}

static int print_rows(struct table *table, FILE *out)
{
	const char *no_color = getenv("NO_COLOR");

	switch (table->opts.format) {
	case TABLE_JSON:
		return table_print_json(table, out);
	case TABLE_RAW:
	case TABLE_PAIRS:
		return table_print_raw(table, out);
	case TABLE_TEXT:
		break;
	}
	if (table->opts.vertical)
		return table_print_vertical(table, out);
	return table_print_text(table, out, isatty(fileno(out)) && (!no_color || !*no_color));
}

static int stream_rows(struct table *table, FILE *out)
{
	switch (table->opts.format) {
	case TABLE_JSON:
		return table_print_json_lines(table, out);
	case TABLE_RAW:
	case TABLE_PAIRS:
		return table_print_raw(table, out);
	case TABLE_TEXT:
		break;
	}
	return table_print_text(table, out, false);
}

int table_stream(struct table *table, FILE *out, struct error *err)
{
	int ret;

	table->streams = true;
	ret = stream_rows(table, out);
	table->opts.no_headings = true;
	table->first = table->last = NULL;
	arena_clear(&table->arena);
	if (ret < 0)
		return error_set(err, EXIT_FAILED, -ret, "cannot format the output: %s",
				 strerror(-ret));
	return 0;
}

int table_print(struct table *table, FILE *out, struct error *err)
{
	int ret = print_rows(table, out);

	if (ret < 0)
		return error_set(err, EXIT_FAILED, -ret, "cannot format the output: %s",
				 strerror(-ret));
	/* A full disk may show in any write, at the latest in this one. */
	errno = 0;
	if (fflush(out) || ferror(out)) {
		int errnum = errno ? errno : EIO;

		return error_set(err, EXIT_FAILED, errnum, "cannot write the output: %s",
				 strerror(errnum));
	}
	return 0;
}
