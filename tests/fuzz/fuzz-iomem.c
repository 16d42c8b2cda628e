// SPDX-License-Identifier: GPL-2.0-only
/* A line of /proc/iomem. */
#include <inttypes.h>
#include <stdio.h>

#include "fuzz.h"
#include "safety_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_string(data, size), again[256];
	struct text_range range, same;

	CHECK(line);
	memset(&range, 'x', sizeof(range));
	if (text_range(line, &range)) {
		CHECK_TEXT(range.start <= range.end, line);
		CHECK(memchr(range.name, '\0', sizeof(range.name)));
		CHECK_TEXT(*range.name && !strchr(range.name, '\n'), line);
		CHECK_TEXT(strstr(line, range.name), line);
		snprintf(again, sizeof(again), "  %08" PRIx64 "-%08" PRIx64 " : %s", range.start,
			 range.end, range.name);
		CHECK_TEXT(text_range(again, &same), again);
		CHECK_TEXT(same.start == range.start && same.end == range.end &&
				   !strcmp(same.name, range.name),
			   again);
	}
	free(line);
	return 0;
}
