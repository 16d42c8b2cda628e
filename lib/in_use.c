// SPDX-License-Identifier: GPL-2.0-only
#include "in_use.h"

#include <errno.h>
#include <stdlib.h>

#include "attr.h"
#include "cleanup.h"
#include "holders.h"
#include "node.h"

/* The nodes of all groups; @group_of tells whose each is. */
struct nodes {
	dev_t *rdev;
	size_t *group_of;
	size_t n, room;
};

static void nodes_clear(struct nodes *nodes)
{
	free(nodes->rdev);
	free(nodes->group_of);
}

static int nodes_grow(struct nodes *nodes)
{
	size_t room = nodes->room ? nodes->room * 2 : 16;
	dev_t *rdev = reallocarray(nodes->rdev, room, sizeof(*rdev));
	size_t *group_of;

	if (!rdev)
		return -ENOMEM;
	nodes->rdev = rdev;
	group_of = reallocarray(nodes->group_of, room, sizeof(*group_of));
	if (!group_of)
		return -ENOMEM;
	nodes->group_of = group_of;
	nodes->room = room;
	return 0;
}

static int nodes_add(struct nodes *nodes, dev_t rdev, size_t group)
{
	if (nodes->n == nodes->room && nodes_grow(nodes) < 0)
		return -ENOMEM;
	nodes->rdev[nodes->n] = rdev;
	nodes->group_of[nodes->n++] = group;
	return 0;
}

static int add_group(struct nodes *nodes, const struct host *host, size_t index)
{
	const struct group *group = host->groups[index];
	struct node node;
	int ret = 0;

	if (node_of_group(group->id, &node))
		ret = nodes_add(nodes, node.rdev, index);
	for (size_t i = 0; !ret && i < group->n_devices; i++) {
		const struct device *device = group->devices[i];
		_cleanup_free_ char *cdev = NULL;

		if (!device->driver || !device->driver->vfio)
			continue;
		cdev = attr_vfio_cdev(host, device);
		if (cdev && node_of_cdev(cdev, &node))
			ret = nodes_add(nodes, node.rdev, index);
	}
	return ret;
}

/* A group with several open nodes is in use once. */
static long count_groups(const struct holders *holders, const struct nodes *nodes, size_t n_groups)
{
	_cleanup_free_ bool *seen = calloc(n_groups + 1, sizeof(*seen));
	long count = 0;

	if (!seen)
		return -ENOMEM;
	for (size_t i = 0; i < holders->n; i++) {
		bool *group = &seen[nodes->group_of[holders->v[i].node]];

		count += !*group;
		*group = true;
	}
	return count;
}

long in_use_count(const struct host *host)
{
	_cleanup_(nodes_clear) struct nodes nodes = { 0 };
	_cleanup_(holders_clear) struct holders holders = { 0 };
	int ret = 0;

	for (size_t i = 0; !ret && i < host->n_groups; i++)
		ret = add_group(&nodes, host, i);
	if (ret < 0 || !nodes.n)
		return ret;
	ret = holders_find(&holders, nodes.rdev, nodes.n);
	if (ret < 0)
		return ret;
	return holders.complete ? count_groups(&holders, &nodes, host->n_groups) : -EACCES;
}
