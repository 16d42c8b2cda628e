// SPDX-License-Identifier: GPL-2.0-only
#include "environment.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "text.h"

static const char *const kept[] = {
	"LANG", "LANGUAGE", "LC_*", "TERM", "NO_COLOR", "COLUMNS", "LINES", "TZ", "SSH_*",
};

static const char path[] = "/usr/sbin:/usr/bin:/sbin:/bin";

static bool is_kept(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (!fnmatch(kept[i], name, 0))
			return true;
	return false;
}

static int collect(struct strv *out)
{
	int ret = 0;

	for (char **entry = environ; entry && *entry && !ret; entry++) {
		_cleanup_free_ char *name = strndup(*entry, strcspn(*entry, "="));

		if (!name)
			return -ENOMEM;
		if (is_kept(name))
			ret = strv_add(out, *entry);
	}
	return ret;
}

static int put(const struct strv *entries)
{
	for (size_t i = 0; i < entries->n; i++) {
		char *equals = strchr(entries->v[i], '=');

		if (!equals)
			continue;
		*equals = '\0';
		if (setenv(entries->v[i], equals + 1, 1))
			return -ENOMEM;
	}
	return setenv("PATH", path, 1) ? -ENOMEM : 0;
}

int environment_clean(void)
{
	_cleanup_(strv_clear) struct strv entries = { 0 };
	int ret = collect(&entries);

	if (!ret && clearenv())
		ret = -ENOMEM;
	return ret ? ret : put(&entries);
}
