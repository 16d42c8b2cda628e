// SPDX-License-Identifier: GPL-2.0-only
#include "vfio_way.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "cleanup.h"
#include "core.h"
#include "group_verdict.h"
#include "holders.h"

const char *vfio_way_name(enum vfio_way_kind kind)
{
	static const char *const names[] = { "any", "group", "cdev" };

	return names[kind];
}

/* Nodes through which somebody may have a device, or a neighbour of it; @way tells whose. */
struct watched {
	struct node *nodes;
	size_t *way;
	dev_t *rdev;
	size_t n, room;
};

static void watched_clear(struct watched *w)
{
	free(w->nodes);
	free(w->way);
	free(w->rdev);
}

static int watched_grow(struct watched *w)
{
	size_t room = w->room ? w->room * 2 : 8;
	struct node *nodes = reallocarray(w->nodes, room, sizeof(*nodes));
	size_t *way;
	dev_t *rdev;

	if (nodes)
		w->nodes = nodes;
	way = reallocarray(w->way, room, sizeof(*way));
	if (way)
		w->way = way;
	rdev = reallocarray(w->rdev, room, sizeof(*rdev));
	if (rdev)
		w->rdev = rdev;
	if (!nodes || !way || !rdev)
		return -ENOMEM;
	w->room = room;
	return 0;
}

static int watched_add(struct watched *w, const struct node *node, size_t way)
{
	if (w->n == w->room && watched_grow(w))
		return -ENOMEM;
	w->nodes[w->n] = *node;
	w->rdev[w->n] = node->rdev;
	w->way[w->n++] = way;
	return 0;
}

/* A group is one: whoever has a neighbour has the IOMMU's side of it. */
static int watch(struct watched *w, const struct host *host, const struct vfio_way *way,
		 size_t index)
{
	const struct group *group = way->device->group;
	struct node node;
	int ret = 0;

	if (node_of_group(way->device->group_id, &node))
		ret = watched_add(w, &node, index);
	for (size_t i = 0; !ret && group && i < group->n_devices; i++) {
		const struct device *member = group->devices[i];
		_cleanup_free_ char *cdev = NULL;

		if (!member->driver || !member->driver->vfio)
			continue;
		cdev = attr_vfio_cdev(host, member);
		if (cdev && node_of_cdev(cdev, &node))
			ret = watched_add(w, &node, index);
	}
	return ret;
}

static void check_driver(struct vfio_way *way)
{
	const struct device *device = way->device;

	if (!device->driver)
		error_set(&way->why, EXIT_FAILED, ENODEV,
			  "'%s' has no driver; 'vfioctl bind %s' hands it to VFIO", device->name,
			  device->name);
	else if (!device->driver->vfio)
		error_set(&way->why, EXIT_FAILED, ENODEV,
			  "'%s' is driven by '%s', which is no VFIO driver; 'vfioctl bind %s' "
			  "hands it to VFIO",
			  device->name, device->driver->name, device->name);
	else if (device->group_id < 0)
		error_set(&way->why, EXIT_FAILED, ENODEV,
			  "'%s' is in no IOMMU group, so VFIO has no node for it", device->name);
}

static bool find_cdev(struct vfio_way *way, const struct host *host)
{
	_cleanup_free_ char *cdev = attr_vfio_cdev(host, way->device);

	return cdev && node_of_cdev(cdev, &way->node);
}

static void find_node(struct vfio_way *way, const struct host *host, enum vfio_way_kind wanted)
{
	if (wanted != VFIO_WAY_CDEV && node_of_group(way->device->group_id, &way->node)) {
		way->kind = VFIO_WAY_GROUP;
		return;
	}
	if (wanted == VFIO_WAY_GROUP) {
		error_set(&way->why, EXIT_FAILED, ENOENT,
			  "there is no node '%s' for the group of '%s'", way->node.path,
			  way->device->name);
		return;
	}
	if (find_cdev(way, host)) {
		way->kind = VFIO_WAY_CDEV;
		return;
	}
	error_set(&way->why, EXIT_FAILED, ENOENT,
		  "'%s' has no node of its own below '/dev/vfio/devices': the kernel would need "
		  "VFIO_DEVICE_CDEV and iommufd for that",
		  way->device->name);
}

/* "0000:06:00.1 is driven by e1000e ('vfioctl bind 0000:06:00.1' clears it), ..." */
static char *blockers_text(const struct viability *v)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; f && i < v->n_blockers; i++) {
		_cleanup_free_ char *reason = viability_reason(v->blockers[i]);
		_cleanup_free_ char *command = viability_command(v->blockers[i]);

		fprintf(f, "%s%s", i ? ", " : "", reason ?: "?");
		if (command)
			fprintf(f, " ('%s' clears it)", command);
	}
	if (f && fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static void tell_computed(struct vfio_way *way, const struct viability *v)
{
	_cleanup_free_ char *blockers = blockers_text(v);

	error_set(&way->why, EXIT_NOT_VIABLE, EPERM, "group %ld is not viable: %s",
		  way->device->group_id, blockers ?: "?");
}

static void tell_kernel(struct vfio_way *way, const struct core_group *kernel)
{
	if (kernel->blockers.n && kernel->drivers.n)
		error_set(&way->why, EXIT_NOT_VIABLE, EPERM,
			  "group %ld is not viable to the kernel: '%s' is driven by '%s'",
			  way->device->group_id, kernel->blockers.v[0], kernel->drivers.v[0]);
	else
		error_set(&way->why, EXIT_NOT_VIABLE, EPERM,
			  "group %ld is not viable to the kernel, which does not say why",
			  way->device->group_id);
}

static int check_viable(struct vfio_way *way, const struct host *host, enum core_kind core,
			const struct whitelist *list)
{
	_cleanup_(group_verdict_clear) struct group_verdict verdict = { 0 };

	if (!way->device->group)
		return 0;
	if (group_verdict_read(&verdict, host->sysfs, core, way->device->group, list) < 0)
		return -ENOMEM;
	if (verdict.viable)
		return 0;
	if (verdict.computed.n_blockers)
		tell_computed(way, &verdict.computed);
	else
		tell_kernel(way, &verdict.kernel);
	return 0;
}

static void tell_holders(struct vfio_way *ways, const struct watched *w,
			 const struct holders *holders)
{
	for (size_t i = 0; i < w->n; i++) {
		struct vfio_way *way = &ways[w->way[i]];
		_cleanup_free_ char *who = holders_sentence(holders, i);

		if (who && !way->why.status)
			error_set(&way->why, EXIT_BUSY, EBUSY, "'%s' is in use: %s has %s open",
				  way->device->name, who, w->nodes[i].path);
	}
}

static int check_held(struct vfio_way *ways, size_t n, const struct host *host, struct error *err)
{
	_cleanup_(watched_clear) struct watched w = { 0 };
	_cleanup_(holders_clear) struct holders holders = { 0 };
	int ret = 0;

	for (size_t i = 0; !ret && i < n; i++)
		if (!ways[i].why.status)
			ret = watch(&w, host, &ways[i], i);
	if (!ret && w.n)
		ret = holders_find(&holders, w.rdev, w.n);
	if (!ret)
		tell_holders(ways, &w, &holders);
	return !ret || ret == -ENOMEM ? ret
				      : error_set(err, EXIT_FAILED, -ret,
						  "cannot look into '/proc': %s", strerror(-ret));
}

int vfio_ways_find(struct vfio_way *ways, size_t n, const struct host *host,
		   const struct whitelist *list, enum vfio_way_kind wanted, struct error *err)
{
	enum core_kind core = core_kind(host->sysfs);
	int ret = 0;

	for (size_t i = 0; !ret && i < n; i++) {
		ways[i].kind = wanted;
		check_driver(&ways[i]);
		if (!ways[i].why.status)
			find_node(&ways[i], host, wanted);
		if (!ways[i].why.status)
			ret = check_viable(&ways[i], host, core, list);
	}
	if (!ret)
		ret = check_held(ways, n, host, err);
	return ret == -ENOMEM ? error_set(err, EXIT_FAILED, ENOMEM, "out of memory") : ret;
}
