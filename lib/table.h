/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows and columns, and every way to show them. A leaf: used by cmd/ alone. table_text.c alone
 * knows libsmartcols, table_json.c alone knows json-c; all are fed from the same column array.
 */
#ifndef VFIOCTL_TABLE_H
#define VFIOCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "text.h"

/* JSON type of a column. A cell that was never set is null, or [] for the plural types. */
enum column_type {
	COL_STRING,
	COL_NUMBER,
	COL_BOOL,    /* "yes" and "no" in text */
	COL_STRINGS, /* plural: an array in JSON, a line each in a table, commas in raw and pairs */
};

enum column_flags {
	COLF_RIGHT = 1 << 0,   /* aligned right */
	COLF_TRUNC = 1 << 1,   /* may be cut to fit the terminal */
	COLF_DEFAULT = 1 << 2, /* shown without -o */
	COLF_TREE = 1 << 3,    /* carries the tree with -T; at most one of an array */
	COLF_FLAT = 1 << 4,    /* with COLF_DEFAULT: but not in a tree, whose members tell it */
	COLF_INLINE = 1 << 5,  /* plural, and short: in a table on one line, with commas */
};

/*
 * A column is data. @name is upper case with '-' between words; in JSON it is lower case with '_'.
 * @needs is the verb's own: bits for what must be gathered when this column is shown.
 */
struct column {
	const char *name;
	double width; /* hint as libsmartcols has it: a fraction, or characters */
	unsigned flags;
	enum column_type type;
	const char *help;
	unsigned needs;
};

enum table_format {
	TABLE_TEXT,
	TABLE_RAW,
	TABLE_PAIRS,
	TABLE_JSON,
};

/* What the common options said. @columns is the text of -o, NULL without it. */
struct table_options {
	enum table_format format;
	const char *columns; /* "bdf,driver" or "+driver": the latter adds to the default */
	bool all_columns;    /* -O */
	bool no_headings;    /* -n */
	bool list;	     /* -l: never a tree */
	bool tree;	     /* -T */
	bool vertical; /* text only: one "NAME: value" line a column, a blank line between rows */
	bool ascii;    /* the user's terminal may not know more than ASCII */
};

struct table;
struct row;

/*
 * A table of @n possible @columns, of which @opts chooses. @noun names the array in JSON. NULL with
 * @err set (EXIT_USAGE) when -o names a column that does not exist.
 */
struct table *table_new(const char *noun, const struct column *columns, size_t n,
			const struct table_options *opts, struct error *err);
void table_free(struct table *table);

static inline void table_freep(struct table **table)
{
	table_free(*table);
}

/* The @needs of all chosen columns together: what the verb has to gather, and no more. */
unsigned table_needs(const struct table *table);

/* True when column @id (its index in the array) is shown. */
bool table_shows(const struct table *table, size_t id);

/* True when rows may have parents: -T was given, and the format is text. JSON never has a tree. */
bool table_is_tree(const struct table *table);

/* A new row, below @parent in a tree or NULL. NULL: out of memory. */
struct row *table_add(struct table *table, struct row *parent);

/*
 * Set a cell by its column's index in the array; a column that is not shown costs nothing. Strings
 * are copied, and may be hostile: escaping is done here. NULL means null. 0 or -ENOMEM.
 */
int row_str(struct row *row, size_t id, const char *value);
int row_strf(struct row *row, size_t id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int row_num(struct row *row, size_t id, long long value);
int row_bool(struct row *row, size_t id, bool value);
/* There is a value, and nobody can tell it: null in JSON, in a plural cell as well, else "?". */
int row_unknown(struct row *row, size_t id);
/* One more of a plural cell; NULL keeps its place, so that plural cells of a row stay aligned. */
int row_add(struct row *row, size_t id, const char *value);
int row_strv(struct row *row, size_t id, const struct strv *values);

/* Colours the whole row where colours are on: "red", "yellow", "green", NULL. */
void row_colour(struct row *row, const char *colour);

/*
 * Prints everything to @out and flushes it; -errno with @err set when the output could not be
 * written whole. Colours only on a terminal and without NO_COLOR in the environment.
 */
int table_print(struct table *table, FILE *out, struct error *err);

/*
 * Prints the rows that there are to @out, a line each, and forgets them: for tables that never end.
 * The first call prints the headings; in text a column is as wide as its @width, or wider where it
 * must be. In JSON each row is an object of its own, with the version in it. 0, or -ENOMEM with
 * @err set; whether @out took it all is the caller's to find out.
 */
int table_stream(struct table *table, FILE *out, struct error *err);

/* -H: the columns with their types and help, as a table (or JSON) of its own. */
int table_list_columns(const struct column *columns, size_t n, const struct table_options *opts,
		       FILE *out, struct error *err);

/*
 * One failure as a JSON object on a line of its own, whatever bytes it holds:
 * {"version":1,"error":{"status":3,"name":"not-viable","message":"..."}}. A warning has
 * EXIT_DONE as its status and is named "warning".
 */
void json_print_error(FILE *out, const struct error *err);

#endif
