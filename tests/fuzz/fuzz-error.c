// SPDX-License-Identifier: GPL-2.0-only
/* Sentences about hostile names, as text and as JSON. */
#include <errno.h>
#include <stdio.h>

#include "error.h"
#include "fuzz.h"
#include "table.h"

static void check_json(const struct error *err)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	json_print_error(out, err);
	fclose(out);
	CHECK_TEXT(fuzz_is_json(text, size), text);
	CHECK_TEXT(size && text[size - 1] == '\n' && fuzz_is_clean(text, size - 1, ""), text);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum exit_status statuses[] = {
		EXIT_FAILED, EXIT_USAGE, EXIT_REFUSED, EXIT_NOT_ROLLED_BACK, EXIT_NONE_FOUND,
	};
	enum exit_status status = statuses[size % 5];
	struct error err = { 0 }, raw = { .status = EXIT_DONE };
	char *text = fuzz_string(data, size), *first;

	errno = E2BIG;
	CHECK(error_set(&err, status, ENODEV, "cannot open '%s': %s", text, "why") == -ENODEV);
	CHECK(errno == E2BIG && err.status == status && err.errnum == ENODEV);
	CHECK(memchr(err.msg, '\0', sizeof(err.msg)));
	CHECK_TEXT(fuzz_is_clean(err.msg, strlen(err.msg), ""), err.msg);
	CHECK(!strncmp(err.msg, "cannot open '", 13));
	/* The first failure stays. */
	first = strdup(err.msg);
	error_set(&err, EXIT_BUSY, EBUSY, "another: %s", text);
	CHECK(err.status == status && !strcmp(first, err.msg));
	check_json(&err);
	/* A warning, and bytes that never went through error_set(). */
	snprintf(raw.msg, sizeof(raw.msg), "%s", text);
	check_json(&raw);
	free(first);
	free(text);
	return 0;
}
