// SPDX-License-Identifier: GPL-2.0-only
/* A record below /run/vfioctl, as a crash or a vandal may have left it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "record.h"

#define BUS	  "pci"
#define NAME	  "0000:01:00.0"
#define FILE_NAME "devices/" BUS ":" NAME

static bool same_text(const char *a, const char *b)
{
	return !a == !b && !strcmp(a ?: "", b ?: "");
}

static void check_same(const struct record *a, const struct record *b)
{
	CHECK(same_text(a->bus, b->bus) && same_text(a->name, b->name));
	CHECK(same_text(a->path, b->path) && same_text(a->modalias, b->modalias));
	CHECK(same_text(a->origin_driver, b->origin_driver));
	CHECK(same_text(a->origin_override, b->origin_override));
	CHECK(same_text(a->set, b->set) && a->applying == b->applying);
	CHECK(a->inode == b->inode);
	if (!a->applying)
		return;
	CHECK(a->giving_back == b->giving_back && a->to_any == b->to_any);
	CHECK(same_text(a->before, b->before));
	CHECK(same_text(a->from_driver, b->from_driver));
	CHECK(same_text(a->from_override, b->from_override));
	CHECK(same_text(a->to_driver, b->to_driver));
	CHECK(same_text(a->to_override, b->to_override));
	CHECK(a->plan.n == b->plan.n && a->done == b->done);
	for (size_t i = 0; i < a->plan.n; i++) {
		CHECK(a->plan.steps[i].kind == b->plan.steps[i].kind);
		CHECK(same_text(a->plan.steps[i].value, b->plan.steps[i].value));
		CHECK(same_text(a->plan.steps[i].undo, b->plan.steps[i].undo));
	}
}

static void check_file(void)
{
	FILE *file = fdopen(openat(fuzz_dir(), FILE_NAME, 0), "re");
	int c;

	CHECK(file);
	while ((c = getc(file)) != EOF)
		CHECK(c == '\n' || (c >= ' ' && c < 0x7f));
	fclose(file);
}

/* What was understood is understood the same when it is saved and loaded. */
static void check_loaded(struct record *r)
{
	struct record again = { 0 };
	struct error err = { 0 };

	CHECK(r->bus && r->name && r->path);
	CHECK(r->plan.n <= PLAN_MAX && r->done <= r->plan.n);
	CHECK(record_is_of(r, r->path, r->modalias, r->inode));
	/* It may tell of another device; this one's file is written all the same. */
	free(r->bus);
	free(r->name);
	r->bus = strdup(BUS);
	r->name = strdup(NAME);
	CHECK_TEXT(!record_save(r, fuzz_dir(), &err), err.msg);
	check_file();
	CHECK_TEXT(!record_load(&again, fuzz_dir(), BUS, NAME, &err), err.msg);
	check_same(r, &again);
	record_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record r = { 0 };
	struct error err = { 0 };
	int ret;

	mkdirat(fuzz_dir(), "devices", 0700);
	fuzz_write(FILE_NAME, data, size);
	ret = record_load(&r, fuzz_dir(), BUS, NAME, &err);
	CHECK((ret == 0) == (err.status == EXIT_DONE));
	if (!ret) {
		check_loaded(&r);
	} else {
		CHECK_TEXT(fuzz_is_clean(err.msg, strlen(err.msg), ""), err.msg);
		CHECK_TEXT(strstr(err.msg, NAME), err.msg);
		CHECK(!r.bus && !r.path && !r.plan.n);
	}
	record_clear(&r);
	CHECK(!record_remove(fuzz_dir(), BUS, NAME, NULL));
	return 0;
}
