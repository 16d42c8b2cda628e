// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's command line, or a file of shell variables: which "resume=" counts. */
#include <strings.h>

#include "fuzz.h"
#include "safety_text.h"

/* Where the last word that begins so begins, or NULL. */
static const char *last_of(const char *text)
{
	const char *found = NULL;

	for (const char *at = text; *at; at++)
		if ((at == text || strchr(" \t\n", at[-1])) && !strncasecmp(at, "resume=", 7))
			found = at + 7;
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *copy = strdup(text);
	const char *last = last_of(copy), *value;
	size_t n = last ? strcspn(last, " \t\n") : 0;

	CHECK(text && copy);
	value = text_resume(text);
	CHECK_TEXT(!value == !last, copy);
	if (value && n >= 2 && strchr("\"'", last[0]) && last[n - 1] == last[0]) {
		last++;
		n -= 2;
	}
	CHECK_TEXT(!value || (strlen(value) == n && !memcmp(value, last, n)), copy);
	free(copy);
	free(text);
	return 0;
}
