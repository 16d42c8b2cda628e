// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables with any text in them, in each of the formats. The first string says how:
 *   J r P  format (text without)     T tree   V vertical   n no headings   a ASCII
 * each further one is a cell of one row after the other, by its first byte:
 *   s TEXT   a string       l TEXT   one more of a list        0   null
 *   n DIGITS a number       c   a row below the last one       r   a row
 */
#include <errno.h>
#include <stdio.h>

#include <json-c/json.h>

#include "fuzz.h"
#include "table.h"
#include "text.h"

enum { TEXT, NUMBER, TRUTH, LIST, N_COLUMNS };

#define ROWS_MAX  16
#define ITEMS_MAX 16

static const struct column columns[] = {
	[TEXT] = { "TEXT", 0, COLF_DEFAULT | COLF_TREE, COL_STRING, "text", 1 },
	[NUMBER] = { "NUMBER", 0, COLF_DEFAULT | COLF_RIGHT, COL_NUMBER, "number", 2 },
	[TRUTH] = { "TRUTH", 0, COLF_DEFAULT, COL_BOOL, "truth", 4 },
	[LIST] = { "TWO-WORDS", 0, COLF_DEFAULT, COL_STRINGS, "list", 8 },
};

/* What was put in, to hold against what comes out. */
struct wanted {
	char *text;
	long long number;
	bool truth;
	char *list[ITEMS_MAX];
	size_t n;
};

static struct wanted rows[ROWS_MAX];
static size_t n_rows;

static struct table_options read_options(const char *how)
{
	struct table_options o = { 0 };

	o.format = strchr(how, 'J')   ? TABLE_JSON
		   : strchr(how, 'r') ? TABLE_RAW
		   : strchr(how, 'P') ? TABLE_PAIRS
				      : TABLE_TEXT;
	o.tree = strchr(how, 'T');
	o.vertical = strchr(how, 'V');
	o.no_headings = strchr(how, 'n');
	o.ascii = strchr(how, 'a');
	return o;
}

static void put_cell(struct row *row, struct wanted *w, const char *what)
{
	if (*what == 's') {
		free(w->text);
		w->text = strdup(what + 1);
		CHECK(!row_str(row, TEXT, what + 1));
	} else if (*what == 'n') {
		w->number = strtoll(what + 1, NULL, 10);
		CHECK(!row_num(row, NUMBER, w->number));
	} else if (*what == 'b') {
		w->truth = true;
	} else if (*what == 'l' && w->n < ITEMS_MAX) {
		w->list[w->n++] = strdup(what + 1);
		CHECK(!row_add(row, LIST, what + 1));
	}
}

static struct row *add_row(struct table *table, struct row *parent)
{
	struct row *row = table_add(table, parent);

	CHECK(row);
	CHECK(!row_num(row, NUMBER, 0));
	return row;
}

static void fill(struct table *table, struct fuzz_input *in)
{
	struct row *row = NULL;
	char *what;

	while ((what = fuzz_next(in))) {
		if (!row || *what == 'c' || *what == 'r') {
			if (n_rows == ROWS_MAX) {
				free(what);
				break;
			}
			row = add_row(table, *what == 'c' ? row : NULL);
			n_rows++;
		}
		put_cell(row, &rows[n_rows - 1], what);
		CHECK(!row_bool(row, TRUTH, rows[n_rows - 1].truth));
		free(what);
	}
}

/* One field out of a raw or pairs line back to what it was. */
static void check_field(const char *shown, const char *wanted)
{
	char *text = fuzz_unescape(shown);

	CHECK_TEXT(text && !strcmp(text, wanted ?: ""), shown);
	free(text);
}

static void check_list(char *shown, const struct wanted *w)
{
	size_t i = 0;

	if (!w->n) {
		CHECK(!*shown);
		return;
	}
	for (char *item; (item = strsep(&shown, ",")); i++) {
		CHECK(i < w->n);
		check_field(item, w->list[i]);
	}
	CHECK(i == w->n);
}

static void check_row(char *fields[N_COLUMNS], const struct wanted *w)
{
	check_field(fields[TEXT], w->text);
	CHECK(strtoll(fields[NUMBER], NULL, 10) == w->number);
	CHECK(!strcmp(fields[TRUTH], w->truth ? "yes" : "no"));
	check_list(fields[LIST], w);
}

static void check_raw(char *text, bool headings)
{
	char *line;

	if (headings)
		CHECK(!strcmp(strsep(&text, "\n"), "TEXT NUMBER TRUTH TWO-WORDS"));
	for (size_t i = 0; i < n_rows; i++) {
		char *fields[N_COLUMNS];

		line = strsep(&text, "\n");
		for (size_t j = 0; j < N_COLUMNS; j++) {
			fields[j] = strsep(&line, " ");
			CHECK(fields[j]);
		}
		CHECK(!line);
		check_row(fields, &rows[i]);
	}
	CHECK(text && !*text);
}

static void check_pairs(char *text)
{
	static const char *const names[] = { "TEXT", "NUMBER", "TRUTH", "TWO_WORDS" };

	CHECK_TEXT(!strpbrk(text, "$`"), text);
	for (size_t i = 0; i < n_rows; i++) {
		char *fields[N_COLUMNS], *line = strsep(&text, "\n");

		for (size_t j = 0; j < N_COLUMNS; j++) {
			char *name = strsep(&line, "=");

			CHECK(line && *line == '"' && !strcmp(name, names[j]));
			line++;
			fields[j] = strsep(&line, "\"");
			CHECK(line && *line == (j + 1 < N_COLUMNS ? ' ' : '\0'));
			line++;
		}
		check_row(fields, &rows[i]);
	}
	CHECK(text && !*text);
}

static void check_json_string(struct json_object *object, const char *wanted)
{
	char *mended = wanted ? text_to_utf8(wanted) : NULL;

	CHECK(!object == !wanted);
	CHECK(!object || !strcmp(json_object_get_string(object), mended));
	free(mended);
}

static void check_json_row(struct json_object *object, const struct wanted *w)
{
	struct json_object *list = json_object_object_get(object, "two_words");

	check_json_string(json_object_object_get(object, "text"), w->text);
	CHECK(json_object_get_int64(json_object_object_get(object, "number")) == w->number);
	CHECK(json_object_get_boolean(json_object_object_get(object, "truth")) == w->truth);
	CHECK(json_object_is_type(list, json_type_array));
	CHECK(json_object_array_length(list) == w->n);
	for (size_t i = 0; i < w->n; i++)
		check_json_string(json_object_array_get_idx(list, i), w->list[i]);
}

static void check_json(const char *text, size_t size)
{
	struct json_object *all, *things;

	CHECK_TEXT(fuzz_is_json(text, size), text);
	all = json_tokener_parse(text);
	CHECK(json_object_get_int(json_object_object_get(all, "version")) == 1);
	things = json_object_object_get(all, "things");
	CHECK(json_object_array_length(things) == n_rows);
	for (size_t i = 0; i < n_rows; i++)
		check_json_row(json_object_array_get_idx(things, i), &rows[i]);
	json_object_put(all);
}

static void check_output(char *text, size_t size, const struct table_options *o)
{
	CHECK(strlen(text) == size);
	CHECK_TEXT(fuzz_is_clean(text, size, "\n"), text);
	if (o->format == TABLE_JSON)
		check_json(text, size);
	else if (o->format == TABLE_RAW)
		check_raw(text, !o->no_headings);
	else if (o->format == TABLE_PAIRS)
		check_pairs(text);
}

static void forget(void)
{
	for (size_t i = 0; i < n_rows; i++) {
		free(rows[i].text);
		for (size_t j = 0; j < rows[i].n; j++)
			free(rows[i].list[j]);
	}
	memset(rows, 0, sizeof(rows));
	n_rows = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, data + size };
	char *how = fuzz_next(&in), *text = NULL;
	struct table_options o = read_options(how ?: "");
	struct table *table = table_new("things", columns, N_COLUMNS, &o, NULL);
	struct error err = { 0 };
	size_t length;
	FILE *out = open_memstream(&text, &length);

	CHECK(table);
	fill(table, &in);
	CHECK_TEXT(!table_print(table, out, &err), err.msg);
	fclose(out);
	check_output(text, length, &o);
	forget();
	table_free(table);
	free(text);
	free(how);
	return 0;
}
