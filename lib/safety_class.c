// SPDX-License-Identifier: GPL-2.0-only
/* What several checks do with a class in sysfs. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "safety_check.h"
#include "sysfs.h"

const struct target *safety_carrier(const struct safety_run *run, const char *class,
				    const char *name)
{
	char path[NAME_MAX + 64], real[PATH_MAX];

	snprintf(path, sizeof(path), "class/%s/%s", class, name);
	if (sysfs_entry_path(run->host->sysfs, path, real, sizeof(real)))
		return NULL;
	return safety_target_of(run, real);
}

int safety_each_in(struct safety_run *run, const char *class,
		   int (*fn)(void *arg, const char *name), void *arg)
{
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "class/%s", class);
	ret = sysfs_each(run->host->sysfs, path, fn, arg);
	if (ret >= 0 || ret == -ENOENT || ret == -ENOMEM)
		return ret == -ENOENT ? 0 : ret;
	return safety_unknown(run, NULL, "cannot list '/sys/%s': %s", path, strerror(-ret));
}
