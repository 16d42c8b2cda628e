// SPDX-License-Identifier: GPL-2.0-only
#include "group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct group *group_new(long id)
{
	struct group *group = calloc(1, sizeof(*group));

	if (group)
		group->id = id;
	return group;
}

int group_add(struct group *group, struct device *device)
{
	if (group->n_devices == group->room) {
		size_t room = group->room ? group->room * 2 : 1;
		struct device **devices = reallocarray(group->devices, room, sizeof(*devices));

		if (!devices)
			return -ENOMEM;
		group->devices = devices;
		group->room = room;
	}
	group->devices[group->n_devices++] = device;
	device->group = group;
	device->group_id = group->id;
	return 0;
}

void group_remove(struct group *group, struct device *device)
{
	size_t i = 0;

	while (group->devices[i] != device)
		i++;
	memmove(&group->devices[i], &group->devices[i + 1],
		(--group->n_devices - i) * sizeof(struct device *));
	device->group = NULL;
	device->group_id = -1;
}

void group_free(struct group *group)
{
	if (!group)
		return;
	free(group->devices);
	free(group);
}
