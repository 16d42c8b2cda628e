// SPDX-License-Identifier: GPL-2.0-only
/* A line of crypttab. */
#include "fuzz.h"
#include "safety_text.h"

/* What it should be, said in another way: the next run of characters that are no blanks. */
static size_t word_at(const char *text, size_t *at)
{
	*at += strspn(text + *at, " \t\n");
	return strcspn(text + *at, " \t\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_string(data, size), *name = NULL, *source = NULL;
	char *text = strdup(line);
	size_t first = 0, second, n_first, n_second;
	bool is_one;

	CHECK(line && text);
	n_first = word_at(text, &first);
	second = first + n_first;
	n_second = word_at(text, &second);
	is_one = text_crypttab(line, &name, &source);
	CHECK_TEXT(is_one == (n_first && n_second && text[first] != '#'), text);
	if (is_one) {
		CHECK_TEXT(strlen(name) == n_first && !memcmp(name, text + first, n_first), text);
		CHECK_TEXT(strlen(source) == n_second && !memcmp(source, text + second, n_second),
			   text);
	}
	free(text);
	free(line);
	return 0;
}
