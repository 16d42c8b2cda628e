// SPDX-License-Identifier: GPL-2.0-only
#include "gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "names.h"

int gather_no_memory(struct error *err)
{
	return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
}

int gather_devices(struct gather *g, const struct cmd_run *run, enum scan_flags flags,
		   struct error *err)
{
	int ret;

	if (run->n_selectors)
		flags |= SCAN_GROUPS;
	g->host = host_scan(flags, err);
	if (!g->host)
		return -EIO;
	ret = selection_resolve(&g->sel, g->host, run->selectors, run->n_selectors, err);
	return ret == -ENOMEM ? gather_no_memory(err) : ret;
}

static int all_groups(const struct host *host, struct group ***groups, size_t *n)
{
	*groups = malloc((host->n_groups + 1) * sizeof(struct group *));
	if (!*groups)
		return -ENOMEM;
	if (host->n_groups)
		memcpy(*groups, host->groups, host->n_groups * sizeof(struct group *));
	*n = host->n_groups;
	return 0;
}

int gather_groups(struct gather *g, const struct cmd_run *run, struct group ***groups, size_t *n,
		  struct error *err)
{
	int ret = gather_devices(g, run, SCAN_GROUPS, err);

	if (ret < 0)
		return ret;
	/* A group may have lost its last member; it is still one of the host's. */
	ret = run->n_selectors ? selection_groups(&g->sel, groups, n)
			       : all_groups(g->host, groups, n);
	return ret < 0 ? gather_no_memory(err) : 0;
}

int gather_whitelist(struct gather *g, struct error *err)
{
	return whitelist_load(&g->whitelist, err);
}

void gather_clear(struct gather *g)
{
	selection_clear(&g->sel);
	whitelist_clear(&g->whitelist);
	host_free(g->host);
}

bool gather_name(struct names *names, const struct device *device, char *buf, size_t size)
{
	const char *vendor, *name;

	if (!device->has_id)
		return false;
	vendor = names_vendor(names, device->id.vendor);
	name = names_device(names, device->id.vendor, device->id.device);
	if (!vendor)
		return false;
	if (name)
		snprintf(buf, size, "%s %s", vendor, name);
	else
		snprintf(buf, size, "%s device %04x", vendor, device->id.device);
	return true;
}
