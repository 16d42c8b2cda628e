// SPDX-License-Identifier: GPL-2.0-only
/* Tables and failures as JSON. The only file that knows json-c. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "cleanup.h"
#include "table_impl.h"

/* Keys are made once for a table and outlive its objects. */
#define ADD_FLAGS   (JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY)
#define PRINT_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static void object_freep(struct json_object **object)
{
	json_object_put(*object);
}

/* json-c copies bytes as they are: what is not UTF-8 has to be mended before. */
static struct json_object *new_string(const char *text)
{
	_cleanup_free_ char *mended = NULL;

	if (text_is_utf8(text))
		return json_object_new_string(text);
	mended = text_to_utf8(text);
	return mended ? json_object_new_string(mended) : NULL;
}

/*
 * json-c escapes the controls below U+0020 alone. The others, U+007F to U+009F, may be commands to
 * a terminal just as well; in JSON text they can only be a part of a string.
 */
static void put_json(FILE *out, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\x7f\xc2");
		const unsigned char *c = (const unsigned char *)text + n;

		fwrite(text, 1, n, out);
		if (*c == 0x7f)
			fputs("\\u007f", out);
		else if (*c && c[1] < 0xa0)
			fprintf(out, "\\u%04x", c[1]);
		else if (*c)
			fwrite(c, 1, 2, out);
		text += n + (*c ? 1 + (*c == 0xc2) : 0);
	}
}

static int fill_list(struct json_object *array, const struct item *item)
{
	for (; item; item = item->next) {
		struct json_object *value = NULL;

		if (item->text) {
			value = new_string(item->text);
			if (!value)
				return -ENOMEM;
		}
		if (json_object_array_add(array, value)) {
			json_object_put(value);
			return -ENOMEM;
		}
	}
	return 0;
}

static struct json_object *new_list(const struct cell *cell)
{
	_cleanup_(object_freep) struct json_object *array = json_object_new_array();

	if (!array || (cell->kind == CELL_LIST && fill_list(array, cell->list.first) < 0))
		return NULL;
	return take_ptr(array);
}

/* 0 with @value NULL stands for JSON's null. */
static int new_value(const struct cell *cell, enum column_type type, struct json_object **value)
{
	*value = NULL;
	if (cell->kind == CELL_UNKNOWN)
		return 0;
	if (type == COL_STRINGS)
		*value = new_list(cell);
	else if (cell->kind == CELL_NULL)
		return 0;
	else if (cell->kind == CELL_NUMBER)
		*value = json_object_new_int64(cell->number);
	else if (cell->kind == CELL_BOOL)
		*value = json_object_new_boolean(cell->truth);
	else
		*value = new_string(cell->string);
	return *value ? 0 : -ENOMEM;
}

static int add_version(struct json_object *object)
{
	struct json_object *value = json_object_new_int(1);

	if (!value || json_object_object_add_ex(object, "version", value, ADD_FLAGS)) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static int print_row(const struct table *table, const struct row *row, char *const *keys, FILE *out)
{
	_cleanup_(object_freep) struct json_object *object = json_object_new_object();
	const char *text;

	if (!object || (table->streams && add_version(object)))
		return -ENOMEM;
	for (size_t i = 0; i < table->n_shown; i++) {
		struct json_object *value;
		int ret = new_value(&row->cells[i], table_column(table, i)->type, &value);

		if (ret < 0)
			return ret;
		if (json_object_object_add_ex(object, keys[i], value, ADD_FLAGS)) {
			json_object_put(value);
			return -ENOMEM;
		}
	}
	text = json_object_to_json_string_ext(object, PRINT_FLAGS);
	if (!text)
		return -ENOMEM;
	put_json(out, text);
	return 0;
}

static char *new_key(const char *name)
{
	char *key = strdup(name);

	for (char *c = key; c && *c; c++)
		*c = *c == '-' ? '_' : (char)tolower((unsigned char)*c);
	return key;
}

static int print_rows(const struct table *table, char *const *keys, FILE *out)
{
	fprintf(out, "{\"version\":1,\"%s\":[", table->noun);
	for (const struct row *row = table->first; row; row = row->next) {
		int ret;

		fputs(row == table->first ? "\n" : ",\n", out);
		ret = print_row(table, row, keys, out);
		if (ret < 0)
			return ret;
	}
	fputs(table->first ? "\n]}\n" : "]}\n", out);
	return 0;
}

/* Calls @print with the keys of the columns that are shown. */
static int with_keys(const struct table *table, FILE *out,
		     int (*print)(const struct table *table, char *const *keys, FILE *out))
{
	char **keys = calloc(table->n_shown, sizeof(*keys));
	int ret = keys ? 0 : -ENOMEM;

	for (size_t i = 0; !ret && i < table->n_shown; i++) {
		keys[i] = new_key(table_column(table, i)->name);
		if (!keys[i])
			ret = -ENOMEM;
	}
	if (!ret)
		ret = print(table, keys, out);
	for (size_t i = 0; keys && i < table->n_shown; i++)
		free(keys[i]);
	free(keys);
	return ret;
}

int table_print_json(const struct table *table, FILE *out)
{
	return with_keys(table, out, print_rows);
}

static int print_lines(const struct table *table, char *const *keys, FILE *out)
{
	int ret = 0;

	for (const struct row *row = table->first; !ret && row; row = row->next) {
		ret = print_row(table, row, keys, out);
		fputc('\n', out);
	}
	return ret;
}

int table_print_json_lines(const struct table *table, FILE *out)
{
	return with_keys(table, out, print_lines);
}

void json_print_error(FILE *out, const struct error *err)
{
	_cleanup_(object_freep) struct json_object *message = new_string(err->msg);
	const char *text = NULL;

	if (message)
		text = json_object_to_json_string_ext(message, PRINT_FLAGS);
	if (!text)
		text = "\"out of memory\"";
	if (err->status == EXIT_DONE)
		fputs("{\"version\":1,\"warning\":{\"message\":", out);
	else
		fprintf(out, "{\"version\":1,\"error\":{\"status\":%d,\"name\":\"%s\",\"message\":",
			err->status, exit_status_name(err->status));
	put_json(out, text);
	fputs("}}\n", out);
}
