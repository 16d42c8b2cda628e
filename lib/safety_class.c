// SPDX-License-Identifier: GPL-2.0-only
/* What several checks do with a class in sysfs, or with what a device says of its memory. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "safety_check.h"
#include "sysfs.h"

#define RESOURCE_MEMORY 0x200 /* IORESOURCE_MEM */

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

/* Lines of "START END FLAGS"; those that are all zero belong to what the device does not have. */
int safety_each_region(const struct target *target,
		       int (*fn)(void *arg, uint64_t start, uint64_t end), void *arg)
{
	_cleanup_free_ char *text = sysfs_read_str(target->dir, "resource");
	char *save = NULL;
	int ret = 0;

	if (!text)
		return errno == ENOENT ? 0 : -errno;
	for (char *line = strtok_r(text, "\n", &save); line && !ret;
	     line = strtok_r(NULL, "\n", &save)) {
		uint64_t start, end, flags;

		if (sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64, &start, &end, &flags) == 3 &&
		    end && (flags & RESOURCE_MEMORY))
			ret = fn(arg, start, end);
	}
	return ret;
}
