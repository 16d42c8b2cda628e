// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl.conf, and the whitelist that it is read for. */
#include <errno.h>
#include <stdio.h>

#include "config.h"
#include "fuzz.h"
#include "whitelist.h"

static const uint8_t *file_data;
static size_t file_size;

static FILE *file_open(const void *data, size_t size)
{
	/* fmemopen() knows no empty file. */
	FILE *file = size ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "re");

	CHECK(file);
	return file;
}

/* Takes the place of the real one, which would read /etc: see fuzz.mk. */
int __wrap_config_each(config_fn *fn, void *arg, struct error *err);
int __wrap_config_each(config_fn *fn, void *arg, struct error *err)
{
	FILE *file = file_open(file_data, file_size);
	int ret = config_parse(file, fn, arg, err);

	fclose(file);
	return ret;
}

struct settings {
	FILE *again; /* the same settings, each written the plain way */
	unsigned int line;
	size_t n;
};

static bool is_trimmed(const char *s)
{
	return *s && !strchr(" \t\n\v\f\r", *s) && !strchr(" \t\n\v\f\r", s[strlen(s) - 1]);
}

static int on_setting(void *arg, const char *key, const char *value, unsigned int line,
		      struct error *err)
{
	struct settings *settings = arg;

	(void)err;
	CHECK_TEXT(is_trimmed(key) && !strpbrk(key, "=#\n"), key);
	CHECK_TEXT(is_trimmed(value) && !strpbrk(value, "#\n"), value);
	CHECK(line > settings->line);
	settings->line = line;
	settings->n++;
	if (settings->again)
		fprintf(settings->again, "%s = %s\n", key, value);
	return 0;
}

static int parse(const void *data, size_t size, struct settings *settings, struct error *err)
{
	FILE *file = file_open(data, size);
	int ret = config_parse(file, on_setting, settings, err);

	fclose(file);
	return ret;
}

/* What was read is read the same when it is written again. */
static void check_config(const uint8_t *data, size_t size)
{
	char *plain = NULL, *twice = NULL;
	size_t plain_size, twice_size;
	struct settings one = { .again = open_memstream(&plain, &plain_size) };
	struct settings two = { .again = open_memstream(&twice, &twice_size) };
	struct error err = { 0 };
	int ret = parse(data, size, &one, &err);

	fclose(one.again);
	CHECK(ret == 0 || ret == -EINVAL);
	if (ret)
		CHECK_TEXT(err.status == EXIT_FAILED && strstr(err.msg, "'" CONFIG_PATH "', line "),
			   err.msg);
	CHECK(!parse(plain, plain_size, &two, NULL));
	fclose(two.again);
	CHECK(one.n == two.n && plain_size == twice_size && !memcmp(plain, twice, plain_size));
	free(plain);
	free(twice);
}

static void check_entry(const struct whitelist_entry *entry)
{
	CHECK_TEXT(*entry->driver && !strpbrk(entry->driver, " \t\n/"), entry->driver);
	CHECK(entry->bus && *entry->bus && !strchr(entry->bus, ':'));
	CHECK(!strcmp(entry->source, "built-in") || strstr(entry->source, CONFIG_PATH ":"));
}

static void check_whitelist(void)
{
	struct whitelist list = { 0 };
	struct error err = { 0 };
	int ret = whitelist_load(&list, &err);

	CHECK((ret == 0) == (err.status == EXIT_DONE));
	CHECK_TEXT(fuzz_is_clean(err.msg, strlen(err.msg), ""), err.msg);
	CHECK(!ret || strstr(err.msg, CONFIG_PATH));
	CHECK(list.n >= 2);
	for (size_t i = 0; i < list.n; i++) {
		struct driver driver = { .name = list.entries[i].driver };
		struct device device = { .driver = &driver, .bus = list.entries[i].bus };

		check_entry(&list.entries[i]);
		CHECK(whitelist_find(&list, &device) == &list.entries[i]);
	}
	whitelist_clear(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	file_data = data;
	file_size = size;
	check_config(data, size);
	check_whitelist();
	return 0;
}
