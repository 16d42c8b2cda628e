// SPDX-License-Identifier: GPL-2.0-only
#include "alias.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define PCI "pci:"

char *alias_of_vfio(const char *modalias)
{
	char *alias;

	if (strncmp(modalias, PCI, strlen(PCI)) != 0)
		return NULL;
	return asprintf(&alias, "vfio_pci:%s", modalias + strlen(PCI)) < 0 ? NULL : alias;
}

int alias_looseness(const char *pattern, const char *alias)
{
	int stars = 0;

	if (fnmatch(pattern, alias, 0))
		return INT_MAX;
	for (; *pattern; pattern++)
		stars += *pattern == '*';
	return stars;
}
