// SPDX-License-Identifier: GPL-2.0-only
/* Events of groups, which only our core has, and what is looked at where there are none. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "core.h"
#include "follow_files.h"
#include "follow_impl.h"

static unsigned long long number_value(const struct event *event, const char *name)
{
	const char *text = event_value(event, name);

	return text ? strtoull(text, NULL, 10) : 0;
}

static int on_verdict(struct follow *follow, const struct event *event, long group)
{
	_cleanup_(core_group_clear) struct core_group core = { 0 };
	bool viable = number_value(event, "VFIO_VIABLE");

	/* What stands in the way may be another thing by now, and then it is not told. */
	if (!viable && core_group_read(follow->known.host->sysfs, group, &core) == -ENOMEM)
		return -ENOMEM;
	return known_set_verdict(&follow->known, group, viable, &core.blockers, &core.drivers);
}

int follow_group_event(struct follow *follow, const struct event *event)
{
	const char *what = event_value(event, "VFIO_EVENT");
	struct known_use use = { .opened = number_value(event, "VFIO_OPENED"),
				 .container = number_value(event, "VFIO_CONTAINER"),
				 .users = (long)number_value(event, "VFIO_USERS") };
	unsigned long group;
	int ret;

	if (text_to_ulong(event->name, &group) || group > LONG_MAX)
		return 0;
	if (!strcmp(event->action, "remove"))
		return known_forget_verdict(&follow->known, (long)group);
	if (!what)
		return 0;
	use.attached = use.container;
	ret = known_set_use(&follow->known, (long)group, &use, event_value(event, "VFIO_DEVICE"));
	if (ret || strcmp(what, "viability"))
		return ret;
	return on_verdict(follow, event, (long)group);
}

static int look_at_core_group(struct follow *follow, long id)
{
	_cleanup_(core_group_clear) struct core_group core = { 0 };
	int ret = core_group_read(follow->known.host->sysfs, id, &core);
	struct known_use use = { .opened = core.opened,
				 .attached = core.container,
				 .container = core.container,
				 .users = core.users };

	if (ret)
		return ret == -ENOMEM ? ret : known_forget_verdict(&follow->known, id);
	ret = known_set_use(&follow->known, id, &use, NULL);
	return ret ? ret
		   : known_set_verdict(&follow->known, id, core.viable, &core.blockers,
				       &core.drivers);
}

/* Nobody has a file of VFIO open where no device has a VFIO driver. */
static bool may_be_used(const struct known *known)
{
	for (size_t i = 0; i < known->host->n_drivers; i++)
		if (known->host->drivers[i]->vfio)
			return true;
	return false;
}

static int look_at_files(struct follow *follow)
{
	_cleanup_(used_files_clear) struct used_files used = { 0 };
	const struct host *host = follow->known.host;
	int ret = may_be_used(&follow->known) ? used_files_find(&used, host->sysfs) : 0;

	follow->files_incomplete = may_be_used(&follow->known) && !used.files.complete;
	for (size_t i = 0; !ret && i < host->n_groups; i++) {
		long group = host->groups[i]->id;
		const char *device;
		struct known_use use = used_files_of(&used, group, &device);

		ret = known_see_use(&follow->known, group, &use, device);
	}
	return ret;
}

int follow_look_at_use(struct follow *follow)
{
	const struct host *host = follow->known.host;
	int ret = 0;

	if (core_kind(host->sysfs) != CORE_OURS)
		return look_at_files(follow);
	for (size_t i = 0; !ret && i < host->n_groups; i++)
		ret = look_at_core_group(follow, host->groups[i]->id);
	return ret;
}
