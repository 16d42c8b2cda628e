// SPDX-License-Identifier: GPL-2.0-only
/*
 * --raw and --pairs: one line a row, for programs. As in util-linux, whatever could be taken for a
 * separator or a quote, or could mean something to a shell or a terminal, is \xNN. The elements of
 * a plural cell are joined by commas, a comma within one is \x2c: splitting, then decoding, always
 * yields what was put in. libsmartcols leaves lists to its callers and escapes after them, which
 * makes that impossible to have from there.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "table_impl.h"

static const char raw_special[] = " \\";
static const char pairs_special[] = "\"\\$`";

static void put_text(FILE *out, const char *text, const char *special, bool in_list)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c >= 0x7f || strchr(special, c) || (in_list && c == ','))
			fprintf(out, "\\x%02x", c);
		else
			putc_unlocked(c, out);
	}
}

static void put_list(FILE *out, const struct item *item, const char *special)
{
	for (; item; item = item->next) {
		if (item->text)
			put_text(out, item->text, special, true);
		if (item->next)
			putc_unlocked(',', out);
	}
}

static void put_cell(FILE *out, const struct cell *cell, const char *special)
{
	switch (cell->kind) {
	case CELL_STRING:
		put_text(out, cell->string, special, false);
		break;
	case CELL_NUMBER:
		fprintf(out, "%lld", cell->number);
		break;
	case CELL_BOOL:
		fputs_unlocked(cell->truth ? "yes" : "no", out);
		break;
	case CELL_LIST:
		put_list(out, cell->list.first, special);
		break;
	case CELL_UNKNOWN:
		putc_unlocked('?', out);
		break;
	case CELL_NULL:
		break;
	}
}

static void print_raw(const struct table *table, FILE *out)
{
	for (size_t i = 0; i < table->n_shown && !table->opts.no_headings; i++)
		fprintf(out, "%s%c", table_column(table, i)->name,
			i + 1 < table->n_shown ? ' ' : '\n');
	for (const struct row *row = table->first; row; row = row->next)
		for (size_t i = 0; i < table->n_shown; i++) {
			put_cell(out, &row->cells[i], raw_special);
			putc_unlocked(i + 1 < table->n_shown ? ' ' : '\n', out);
		}
}

/* The name as a shell's variable may be called. */
static void put_variable(FILE *out, const char *name)
{
	for (; *name; name++)
		putc_unlocked(isalnum((unsigned char)*name) ? *name : '_', out);
}

static void print_pairs(const struct table *table, FILE *out)
{
	for (const struct row *row = table->first; row; row = row->next)
		for (size_t i = 0; i < table->n_shown; i++) {
			put_variable(out, table_column(table, i)->name);
			fputs_unlocked("=\"", out);
			put_cell(out, &row->cells[i], pairs_special);
			fputs_unlocked(i + 1 < table->n_shown ? "\" " : "\"\n", out);
		}
}

int table_print_raw(const struct table *table, FILE *out)
{
	if (table->opts.format == TABLE_PAIRS)
		print_pairs(table, out);
	else
		print_raw(table, out);
	return 0;
}
