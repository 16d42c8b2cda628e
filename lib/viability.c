// SPDX-License-Identifier: GPL-2.0-only
#include "viability.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "text.h"

enum member_verdict viability_of_device(const struct device *device, const struct whitelist *list)
{
	if (!device->driver)
		return MEMBER_DRIVERLESS;
	if (device->driver->vfio)
		return MEMBER_VFIO;
	return whitelist_find(list, device) ? MEMBER_WHITELISTED : MEMBER_BLOCKS;
}

const char *member_verdict_name(enum member_verdict verdict)
{
	static const char *const names[] = {
		[MEMBER_DRIVERLESS] = "driverless",
		[MEMBER_VFIO] = "vfio",
		[MEMBER_WHITELISTED] = "whitelisted",
		[MEMBER_BLOCKS] = "blocks",
	};

	return names[verdict];
}

int viability_judge(const struct group *group, const struct whitelist *list, struct viability *out)
{
	*out = (struct viability){ .viable = true };
	for (size_t i = 0; i < group->n_devices; i++) {
		if (viability_of_device(group->devices[i], list) != MEMBER_BLOCKS)
			continue;
		if (!out->blockers) {
			out->blockers = calloc(group->n_devices, sizeof(*out->blockers));
			if (!out->blockers)
				return -ENOMEM;
		}
		out->viable = false;
		out->blockers[out->n_blockers++] = group->devices[i];
	}
	return 0;
}

void viability_clear(struct viability *v)
{
	free(v->blockers);
	*v = (struct viability){ 0 };
}

char *viability_command(const struct device *device)
{
	bool stub = device->role == ROLE_BRIDGE || device->role == ROLE_HOST;
	_cleanup_free_ char *name = text_escape(device->name);
	char *command;

	if (!device->is_pci || !name)
		return NULL;
	if (asprintf(&command, "vfioctl bind %s%s", stub ? "--driver pci-stub " : "", name) < 0)
		return NULL;
	return command;
}

char *viability_reason(const struct device *device)
{
	_cleanup_free_ char *name = text_escape(device->name), *driver = NULL;
	char *reason;

	if (device->driver)
		driver = text_escape(device->driver->name);
	if (!name || (device->driver && !driver))
		return NULL;
	if (driver ? asprintf(&reason, "%s is driven by %s", name, driver) < 0
		   : asprintf(&reason, "%s has no driver", name) < 0)
		return NULL;
	return reason;
}
