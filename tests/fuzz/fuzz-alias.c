// SPDX-License-Identifier: GPL-2.0-only
/* A module's alias and a device's: the first string is the pattern, the second the modalias. */
#include <limits.h>
#include <stdio.h>

#include "alias.h"
#include "fuzz.h"

/* Many asterisks take the C library long: no module has them. */
static int stars(const char *pattern)
{
	int n = 0;

	for (; *pattern; pattern++)
		n += *pattern == '*';
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, data + size };
	char *pattern = fuzz_next(&in), *modalias = fuzz_next(&in), *alias = NULL;
	int n;

	if (modalias)
		alias = alias_of_vfio(modalias);
	CHECK(!modalias || !alias == !!strncmp(modalias, "pci:", 4));
	if (alias && stars(pattern) <= 8) {
		CHECK(!strncmp(alias, "vfio_pci:", 9) && !strcmp(alias + 9, modalias + 4));
		n = alias_looseness(pattern, alias);
		CHECK(n == INT_MAX || n == stars(pattern));
		/* What has no pattern in it fits itself, as close as can be. */
		CHECK(strpbrk(alias, "*?[\\") || alias_looseness(alias, alias) == 0);
		CHECK(alias_looseness("vfio_pci:*", alias) == 1);
		CHECK(alias_looseness("pci:*", alias) == INT_MAX);
	}
	free(alias);
	free(modalias);
	free(pattern);
	return 0;
}
