// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <locale.h>
#include <stdio.h>

#include "cleanup.h"
#include "table.h"
#include "unit.h"

enum { NAME, SIZE, GOOD, PARTS, TWO_WORDS };

static const struct column columns[] = {
	[NAME] = { "NAME", 0, COLF_DEFAULT | COLF_TREE, COL_STRING, "name", 1 },
	[SIZE] = { "SIZE", 0, COLF_DEFAULT | COLF_RIGHT, COL_NUMBER, "size", 2 },
	[GOOD] = { "GOOD", 0, 0, COL_BOOL, "good", 4 },
	[PARTS] = { "PARTS", 0, COLF_DEFAULT | COLF_FLAT, COL_STRINGS, "parts", 8 },
	[TWO_WORDS] = { "TWO-WORDS", 0, 0, COL_STRING, "words", 16 },
};

static struct table *make(const struct table_options *opts)
{
	struct table *table = table_new("things", columns, ARRAY_SIZE(columns), opts, NULL);

	assert_non_null(table);
	return table;
}

static void fill(struct table *table)
{
	struct row *row = table_add(table, NULL);

	assert_int_equal(row_str(row, NAME, "one"), 0);
	assert_int_equal(row_num(row, SIZE, -9000000000), 0);
	assert_int_equal(row_bool(row, GOOD, true), 0);
	assert_int_equal(row_add(row, PARTS, "a,b"), 0);
	assert_int_equal(row_add(row, PARTS, NULL), 0);
	assert_int_equal(row_add(row, PARTS, "c"), 0);
	assert_int_equal(row_strf(row, TWO_WORDS, "x%dy", 1), 0);
	assert_non_null(table_add(table, NULL));
}

/* What the table prints; the caller frees both. */
static char *print(struct table *table)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(table_print(table, out, NULL), 0);
	fclose(out);
	table_free(table);
	return text;
}

static void expect(struct table *table, const char *wanted)
{
	_cleanup_free_ char *got = print(table);

	assert_string_equal(got, wanted);
}

static struct table *filled(struct table_options opts)
{
	struct table *table = make(&opts);

	fill(table);
	return table;
}

static struct table *named(const char *name, struct table_options opts)
{
	struct table *table = make(&opts);
	struct row *row = table_add(table, NULL);

	assert_int_equal(row_str(row, NAME, name), 0);
	assert_int_equal(row_add(row, PARTS, name), 0);
	return table;
}

static void what_cannot_be_known_is_told_from_what_is_not_there(void **state)
{
	struct table_options opts = { .format = TABLE_JSON, .columns = "size,parts" };
	struct table *table = make(&opts);
	struct row *row = table_add(table, NULL);

	(void)state;
	assert_int_equal(row_unknown(row, SIZE), 0);
	assert_int_equal(row_unknown(row, PARTS), 0);
	expect(table, "{\"version\":1,\"things\":[\n{\"size\":null,\"parts\":null}\n]}\n");
	opts.format = TABLE_RAW;
	table = make(&opts);
	row = table_add(table, NULL);
	assert_int_equal(row_unknown(row, SIZE) | row_unknown(row, PARTS), 0);
	assert_non_null(table_add(table, NULL));
	expect(table, "SIZE PARTS\n? ?\n \n");
	opts.format = TABLE_TEXT;
	table = make(&opts);
	row = table_add(table, NULL);
	assert_int_equal(row_unknown(row, SIZE) | row_unknown(row, PARTS), 0);
	expect(table, "SIZE PARTS\n   ? ?\n");
}

static void json_has_types_and_null_and_always_arrays(void **state)
{
	(void)state;
	expect(filled((struct table_options){ .format = TABLE_JSON, .all_columns = true }),
	       "{\"version\":1,\"things\":[\n"
	       "{\"name\":\"one\",\"size\":-9000000000,\"good\":true,\"parts\":[\"a,b\",null,\"c\"]"
	       ","
	       "\"two_words\":\"x1y\"},\n"
	       "{\"name\":null,\"size\":null,\"good\":null,\"parts\":[],\"two_words\":null}\n"
	       "]}\n");
}

static void json_keeps_its_shape_without_rows_and_in_a_tree(void **state)
{
	struct table_options opts = { .format = TABLE_JSON, .tree = true };
	struct table *table = make(&opts);

	(void)state;
	assert_false(table_is_tree(table));
	assert_true(table_shows(table, PARTS));
	expect(table, "{\"version\":1,\"things\":[]}\n");
}

static void json_is_utf8_whatever_goes_in(void **state)
{
	(void)state;
	expect(named("\xff\x1b\"\n/\xc3\xa9",
		     (struct table_options){ .format = TABLE_JSON, .columns = "name,parts" }),
	       "{\"version\":1,\"things\":[\n"
	       "{\"name\":\"\xef\xbf\xbd\\u001b\\\"\\n/\xc3\xa9\","
	       "\"parts\":[\"\xef\xbf\xbd\\u001b\\\"\\n/\xc3\xa9\"]}\n"
	       "]}\n");
}

static void raw_is_a_line_a_row_and_lists_can_be_split(void **state)
{
	(void)state;
	expect(filled((struct table_options){ .format = TABLE_RAW, .all_columns = true }),
	       "NAME SIZE GOOD PARTS TWO-WORDS\n"
	       "one -9000000000 yes a\\x2cb,,c x1y\n"
	       "    \n");
	expect(named("a b\n\\,\x7f\xc3\xa9", (struct table_options){ .format = TABLE_RAW,
								     .no_headings = true,
								     .columns = "name,parts" }),
	       "a\\x20b\\x0a\\x5c,\\x7f\\xc3\\xa9 a\\x20b\\x0a\\x5c\\x2c\\x7f\\xc3\\xa9\n");
}

static void pairs_are_safe_for_a_shell(void **state)
{
	(void)state;
	expect(named("\"; $(reboot) `x` \\",
		     (struct table_options){ .format = TABLE_PAIRS, .columns = "name,two-words" }),
	       "NAME=\"\\x22; \\x24(reboot) \\x60x\\x60 \\x5c\" TWO_WORDS=\"\"\n");
}

static void text_aligns_lists_and_escapes(void **state)
{
	(void)state;
	expect(filled((struct table_options){ 0 }), "NAME        SIZE PARTS\n"
						    "one  -9000000000 a,b\n"
						    "                 -\n"
						    "                 c\n"
						    "                 \n");
	expect(named("e\x1b[31m\n\xff\xc3\xa9", (struct table_options){ .columns = "name" }),
	       "NAME\ne\\x1b[31m\\x0a\\xff\xc3\xa9\n");
}

static void text_ends_in_a_locale_without_utf8(void **state)
{
	struct table *table =
		named("\xc3\xa9\xff", (struct table_options){ .columns = "name,parts" });
	_cleanup_free_ char *got = NULL;

	(void)state;
	setlocale(LC_ALL, "C");
	got = print(table);
	setlocale(LC_ALL, "C.UTF-8");
	assert_string_equal(got, "NAME         PARTS\n\\xc3\\xa9\\xff \\xc3\\xa9\\xff\n");
}

static void a_tree_puts_members_below(void **state)
{
	struct table_options opts = { .tree = true, .ascii = true };
	struct table *table = make(&opts);
	struct row *top = table_add(table, NULL);

	(void)state;
	assert_true(table_is_tree(table));
	assert_false(table_shows(table, PARTS));
	row_str(top, NAME, "top");
	row_str(table_add(table, top), NAME, "left");
	row_str(table_add(table, top), NAME, "right");
	expect(table, "NAME    SIZE\ntop     \n|-left  \n`-right \n");
}

static void a_vertical_table_has_a_line_a_column(void **state)
{
	(void)state;
	expect(filled((struct table_options){ .vertical = true, .columns = "name,parts,good" }),
	       "NAME:  one\nPARTS: a,b\n       -\n       c\nGOOD:  yes\n\n"
	       "NAME:  -\nPARTS: -\nGOOD:  -\n");
}

static void columns_are_chosen_in_the_order_of_the_list(void **state)
{
	struct table_options opts = { .columns = "good,NAME,good" };
	struct table *table = make(&opts);

	(void)state;
	assert_int_equal(table_needs(table), 4 | 1);
	assert_false(table_shows(table, SIZE));
	expect(table, "");
	expect(filled((struct table_options){ .format = TABLE_RAW, .columns = "+two-words" }),
	       "NAME SIZE PARTS TWO-WORDS\none -9000000000 a\\x2cb,,c x1y\n   \n");
}

static void expect_unknown(const char *list, const char *name)
{
	struct table_options opts = { .columns = list };
	struct error err = { 0 };

	assert_null(table_new("things", columns, ARRAY_SIZE(columns), &opts, &err));
	assert_int_equal(err.status, EXIT_USAGE);
	assert_non_null(strstr(err.msg, name));
}

static void an_unknown_column_is_named(void **state)
{
	(void)state;
	expect_unknown("name,nam", "'nam'");
	expect_unknown("", "''");
	expect_unknown("+", "''");
	expect_unknown("name,,size", "''");
	expect_unknown("names", "'names'");
}

static void a_full_disk_is_told(void **state)
{
	static const enum table_format formats[] = { TABLE_TEXT, TABLE_RAW, TABLE_PAIRS,
						     TABLE_JSON };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct table *table = filled((struct table_options){ .format = formats[i] });
		struct error err = { 0 };
		FILE *full = fopen("/dev/full", "w");

		assert_non_null(full);
		assert_int_equal(table_print(table, full, &err), -ENOSPC);
		assert_int_equal(err.status, EXIT_FAILED);
		fclose(full);
		table_free(table);
	}
}

static void columns_are_listed_with_their_types(void **state)
{
	struct table_options opts = { .format = TABLE_RAW };
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(table_list_columns(columns, ARRAY_SIZE(columns), &opts, out, NULL), 0);
	fclose(out);
	assert_string_equal(text, "NAME TYPE DEFAULT HELP\n"
				  "NAME string yes name\n"
				  "SIZE number yes size\n"
				  "GOOD boolean no good\n"
				  "PARTS strings yes parts\n"
				  "TWO-WORDS string no words\n");
}

static void a_failure_is_an_object_on_a_line(void **state)
{
	struct error err = { .status = EXIT_NOT_VIABLE, .msg = "no \"\n\xff" };
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	json_print_error(out, &err);
	err.status = EXIT_DONE;
	json_print_error(out, &err);
	fclose(out);
	assert_string_equal(
		text, "{\"version\":1,\"error\":{\"status\":3,\"name\":\"not-viable\","
		      "\"message\":\"no \\\"\\n\xef\xbf\xbd\"}}\n"
		      "{\"version\":1,\"warning\":{\"message\":\"no \\\"\\n\xef\xbf\xbd\"}}\n");
}

static const struct column stream_columns[] = {
	[NAME] = { "NAME", 6, COLF_DEFAULT, COL_STRING, "name", 0 },
	[SIZE] = { "SIZE", 4, COLF_DEFAULT | COLF_RIGHT, COL_NUMBER, "size", 0 },
	[GOOD] = { "GOOD", 0, 0, COL_BOOL, "good", 0 },
	[PARTS] = { "PARTS", 0, COLF_DEFAULT, COL_STRINGS, "parts", 0 },
	[TWO_WORDS] = { "TWO-WORDS", 0, 0, COL_STRING, "words", 0 },
};

/* Two rows that were printed one after the other, the second with nothing in it. */
static void expect_stream(enum table_format format, const char *wanted)
{
	const struct table_options opts = { .format = format };
	struct table *table =
		table_new("things", stream_columns, ARRAY_SIZE(stream_columns), &opts, NULL);
	_cleanup_free_ char *text = NULL;
	struct row *row = table_add(table, NULL);
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(row_str(row, NAME, "one"), 0);
	assert_int_equal(row_num(row, SIZE, 7), 0);
	assert_int_equal(row_add(row, PARTS, "a,b"), 0);
	assert_int_equal(row_add(row, PARTS, "c\n"), 0);
	assert_int_equal(table_stream(table, out, NULL), 0);
	assert_non_null(table_add(table, NULL));
	assert_int_equal(table_stream(table, out, NULL), 0);
	assert_int_equal(table_stream(table, out, NULL), 0);
	fclose(out);
	table_free(table);
	assert_string_equal(text, wanted);
}

static void a_stream_has_a_line_a_row_and_headings_once(void **state)
{
	(void)state;
	expect_stream(TABLE_TEXT, "NAME    SIZE PARTS\n"
				  "one        7 a,b,c\\x0a\n"
				  "             \n");
	expect_stream(TABLE_RAW, "NAME SIZE PARTS\none 7 a\\x2cb,c\\x0a\n  \n");
	expect_stream(TABLE_PAIRS, "NAME=\"one\" SIZE=\"7\" PARTS=\"a\\x2cb,c\\x0a\"\n"
				   "NAME=\"\" SIZE=\"\" PARTS=\"\"\n");
}

static void a_stream_of_json_is_an_object_a_line_with_the_version(void **state)
{
	(void)state;
	expect_stream(TABLE_JSON,
		      "{\"version\":1,\"name\":\"one\",\"size\":7,\"parts\":[\"a,b\",\"c\\n\"]}\n"
		      "{\"version\":1,\"name\":null,\"size\":null,\"parts\":[]}\n");
}

static void a_cell_larger_than_a_block_survives(void **state)
{
	_cleanup_free_ char *big = calloc(1, 100001), *got = NULL;
	struct table_options opts = { .format = TABLE_RAW, .no_headings = true, .columns = "name" };

	(void)state;
	memset(big, 'x', 100000);
	got = print(named(big, opts));
	assert_int_equal(strlen(got), 100001);
	assert_memory_equal(got, big, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_known_is_told_from_what_is_not_there),
		cmocka_unit_test(json_has_types_and_null_and_always_arrays),
		cmocka_unit_test(json_keeps_its_shape_without_rows_and_in_a_tree),
		cmocka_unit_test(json_is_utf8_whatever_goes_in),
		cmocka_unit_test(raw_is_a_line_a_row_and_lists_can_be_split),
		cmocka_unit_test(pairs_are_safe_for_a_shell),
		cmocka_unit_test(text_aligns_lists_and_escapes),
		cmocka_unit_test(text_ends_in_a_locale_without_utf8),
		cmocka_unit_test(a_tree_puts_members_below),
		cmocka_unit_test(a_vertical_table_has_a_line_a_column),
		cmocka_unit_test(columns_are_chosen_in_the_order_of_the_list),
		cmocka_unit_test(an_unknown_column_is_named),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(columns_are_listed_with_their_types),
		cmocka_unit_test(a_failure_is_an_object_on_a_line),
		cmocka_unit_test(a_stream_has_a_line_a_row_and_headings_once),
		cmocka_unit_test(a_stream_of_json_is_an_object_a_line_with_the_version),
		cmocka_unit_test(a_cell_larger_than_a_block_survives),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
