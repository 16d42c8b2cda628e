// SPDX-License-Identifier: GPL-2.0-only
/* /proc/PID/stat: as it comes, and with a name that a process chose to look like another's. */
#include <limits.h>
#include <stdio.h>

#include "fuzz.h"
#include "safety_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *line = NULL;
	unsigned int parent = size > 2 ? data[0] << 16 | data[1] << 8 | data[2] : 0;
	int n;

	CHECK(text);
	CHECK_TEXT(text_parent(text) >= 0, text);
	n = asprintf(&line, "42 (%s) S %u 42 42 0 -1 4194560 1 0", text, parent);
	CHECK(n > 0);
	CHECK_TEXT(text_parent(line) == (pid_t)parent, line);
	free(line);
	free(text);
	return 0;
}
