// SPDX-License-Identifier: GPL-2.0-only
/* Tables for people. The only file that knows libsmartcols. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "cleanup.h"
#include "table_impl.h"

static void scols_freep(struct libscols_table **table)
{
	scols_unref_table(*table);
}

/*
 * libsmartcols measures with mbstowcs() and, in a locale that is not UTF-8, would loop for ever
 * over a byte it cannot convert: there nothing but ASCII may reach it.
 */
static void escape_non_ascii(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text & 0x80)
			fprintf(out, "\\x%02x", (unsigned char)*text);
		else
			fputc(*text, out);
}

static void put_text(FILE *out, const char *text)
{
	_cleanup_free_ char *safe = NULL;

	if (MB_CUR_MAX > 1 && text_is_safe(text)) {
		fputs(text, out);
		return;
	}
	safe = text_escape(text);
	if (!safe)
		return;
	if (MB_CUR_MAX > 1)
		fputs(safe, out);
	else
		escape_non_ascii(out, safe);
}

/* An empty line would end libsmartcols' cell there: what is unknown in a list is a dash. */
static void put_list(FILE *out, const struct item *item, char separator)
{
	for (; item; item = item->next) {
		if (item->text && *item->text)
			put_text(out, item->text);
		else
			fputc('-', out);
		if (item->next)
			fputc(separator, out);
	}
}

/* The text of a cell as a new string; "" for null. NULL: out of memory. */
static char *cell_text(const struct cell *cell, char separator)
{
	char *text = NULL;
	size_t size;
	FILE *out;

	if (cell->kind == CELL_NULL)
		return strdup("");
	if (cell->kind == CELL_UNKNOWN)
		return strdup("?");
	if (cell->kind == CELL_BOOL)
		return strdup(cell->truth ? "yes" : "no");
	if (cell->kind == CELL_NUMBER)
		return asprintf(&text, "%lld", cell->number) < 0 ? NULL : text;
	if (cell->kind == CELL_STRING && MB_CUR_MAX > 1)
		return text_escape(cell->string);
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	if (cell->kind == CELL_STRING)
		put_text(out, cell->string);
	else
		put_list(out, cell->list.first, separator);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Are the values of a list on one line? Rows that come one by one can be no taller than that. */
static bool is_inline(const struct table *table, const struct column *column)
{
	return table->streams || column->flags & COLF_INLINE;
}

static int scols_flags(const struct table *table, const struct column *column)
{
	int flags = 0;

	if (column->flags & COLF_RIGHT && !(column->flags & COLF_TREE && table_is_tree(table)))
		flags |= SCOLS_FL_RIGHT;
	if (column->flags & COLF_TRUNC)
		flags |= SCOLS_FL_TRUNC;
	if (column->flags & COLF_TREE && table_is_tree(table))
		flags |= SCOLS_FL_TREE;
	if (column->type == COL_STRINGS && !is_inline(table, column))
		flags |= SCOLS_FL_WRAP;
	/* Else an empty cell makes the column as narrow as its heading. */
	if (table->streams)
		flags |= SCOLS_FL_STRICTWIDTH;
	return flags;
}

/* In a stream it must not depend on the row; one that is not more than the heading's is ignored. */
static double scols_width(const struct table *table, const struct column *column)
{
	double least = (double)strlen(column->name) + 1;

	return table->streams && column->width < least ? least : column->width;
}

static int add_column(struct libscols_table *scols, const char *name, double width, int flags)
{
	struct libscols_column *column = scols_table_new_column(scols, name, width, flags);

	if (!column)
		return -ENOMEM;
	if (!(flags & SCOLS_FL_WRAP))
		return 0;
	if (scols_column_set_wrapfunc(column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk,
				      NULL) ||
	    scols_column_set_safechars(column, "\n"))
		return -ENOMEM;
	return 0;
}

static int set_cell(struct libscols_line *line, size_t place, const struct cell *cell,
		    char separator)
{
	char *text = cell_text(cell, separator);

	if (!text)
		return -ENOMEM;
	if (scols_line_refer_data(line, place, text)) {
		free(text);
		return -ENOMEM;
	}
	return 0;
}

static int add_line(struct libscols_table *scols, struct row *row, bool tree)
{
	struct libscols_line *parent = tree && row->parent ? row->parent->line : NULL;
	struct libscols_line *line = scols_table_new_line(scols, parent);

	if (!line)
		return -ENOMEM;
	row->line = line;
	if (row->colour && scols_line_set_color(line, row->colour))
		return -ENOMEM;
	for (size_t i = 0; i < row->table->n_shown; i++) {
		bool on_one = is_inline(row->table, table_column(row->table, i));
		int ret = set_cell(line, i, &row->cells[i], on_one ? ',' : '\n');

		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Everything is escaped before it gets here, the same way in every format: no encoding again. */
static struct libscols_table *new_scols(const struct table *table, FILE *out, bool colours)
{
	_cleanup_(scols_freep) struct libscols_table *scols = scols_new_table();

	if (!scols || scols_table_set_stream(scols, out) ||
	    scols_table_enable_noencoding(scols, 1) ||
	    scols_table_enable_noheadings(scols, table->opts.no_headings) ||
	    scols_table_enable_colors(scols, colours) ||
	    scols_table_enable_ascii(scols, table->opts.ascii))
		return NULL;
	return take_ptr(scols);
}

int table_print_text(struct table *table, FILE *out, bool colours)
{
	_cleanup_(scols_freep) struct libscols_table *scols = new_scols(table, out, colours);
	bool tree = table_is_tree(table);
	int ret;

	if (!scols)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_shown; i++) {
		const struct column *column = table_column(table, i);

		ret = add_column(scols, column->name, scols_width(table, column),
				 scols_flags(table, column));
		if (ret < 0)
			return ret;
	}
	for (struct row *row = table->first; row; row = row->next) {
		ret = add_line(scols, row, tree);
		if (ret < 0)
			return ret;
	}
	return scols_print_table(scols);
}

static int add_field(struct libscols_table *scols, const struct column *column,
		     const struct cell *cell)
{
	struct libscols_line *line = scols_table_new_line(scols, NULL);
	char name[64];

	snprintf(name, sizeof(name), "%s:", column->name);
	if (!line || scols_line_set_data(line, 0, name))
		return -ENOMEM;
	if (cell->kind == CELL_NULL)
		return scols_line_set_data(line, 1, "-");
	return set_cell(line, 1, cell, column->flags & COLF_INLINE ? ',' : '\n');
}

static int print_record(const struct table *table, const struct row *row, FILE *out)
{
	_cleanup_(scols_freep) struct libscols_table *scols = new_scols(table, out, false);

	if (!scols || scols_table_enable_noheadings(scols, 1) ||
	    add_column(scols, "NAME", 0, 0) < 0 || add_column(scols, "VALUE", 0, SCOLS_FL_WRAP) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_shown; i++) {
		int ret = add_field(scols, table_column(table, i), &row->cells[i]);

		if (ret < 0)
			return ret;
	}
	return scols_print_table(scols);
}

int table_print_vertical(struct table *table, FILE *out)
{
	for (const struct row *row = table->first; row; row = row->next) {
		int ret = print_record(table, row, out);

		if (ret < 0)
			return ret;
		if (row->next)
			fputc('\n', out);
	}
	return 0;
}
