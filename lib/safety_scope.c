// SPDX-License-Identifier: GPL-2.0-only
#include "safety_scope.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "sysfs.h"

struct walk {
	struct scope *scope;
	const struct target *of;
	struct error *err;
};

static int add(struct scope *scope, const struct target *target, const struct target *for_whom,
	       enum scope_role role)
{
	if (scope->n == scope->room) {
		size_t room = scope->room ? scope->room * 2 : 16;
		struct scope_entry *v = reallocarray(scope->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		scope->v = v;
		scope->room = room;
	}
	scope->v[scope->n++] = (struct scope_entry){ target, for_whom, role };
	return 0;
}

/* One of those that are there already, or opened for this. NULL with 0: it is gone. */
static int find(struct scope *scope, const struct host *host, const struct device *device,
		const struct target **found, struct error *err)
{
	struct target *target;
	int ret;

	*found = NULL;
	for (size_t i = 0; i < scope->n; i++)
		if (scope->v[i].target->device == device) {
			*found = scope->v[i].target;
			return 0;
		}
	if (scope->n_own == scope->own_room) {
		size_t room = scope->own_room ? scope->own_room * 2 : 8;
		struct target **v = reallocarray(scope->own, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		scope->own = v;
		scope->own_room = room;
	}
	target = malloc(sizeof(*target));
	if (!target)
		return -ENOMEM;
	scope->own[scope->n_own++] = target;
	ret = target_open(target, host, device, err);
	if (ret == -ENODEV) {
		*err = (struct error){ 0 };
		return 0;
	}
	*found = ret ? NULL : target;
	return ret;
}

static int look_at(struct walk *walk, const struct device *device, enum scope_role role)
{
	const struct target *target;
	int ret = find(walk->scope, walk->of->host, device, &target, walk->err);

	if (ret || !target)
		return ret;
	return add(walk->scope, target, walk->of, role);
}

static int on_entry(void *arg, const char *name)
{
	struct walk *walk = arg;
	char address[NAME_MAX + 1];
	const struct device *device;

	if (strncmp(name, "virtfn", 6) != 0 ||
	    sysfs_link_name(walk->of->dir, name, address, sizeof(address)))
		return 0;
	device = host_device(walk->of->host, walk->of->device->bus, address);
	return device ? look_at(walk, device, SCOPE_FUNCTION) : 0;
}

/* The first link says whether there is any; only then is the whole directory read. */
static int add_functions(struct walk *walk)
{
	char address[NAME_MAX + 1];
	int ret;

	if (sysfs_link_name(walk->of->dir, "virtfn0", address, sizeof(address)))
		return 0;
	ret = sysfs_each(walk->of->dir, ".", on_entry, walk);
	return ret == -ENOENT ? 0 : ret;
}

static bool is_judged(const struct target *const *targets, size_t n, const struct device *device)
{
	for (size_t i = 0; i < n; i++)
		if (targets[i]->device == device)
			return true;
	return false;
}

/* A bridge stays where it is, and what is below it has places of its own in the group. */
static bool is_in_hands_of_host(const struct device *device)
{
	return device->driver && !device->driver->vfio && device->role != ROLE_BRIDGE &&
	       device->role != ROLE_HOST;
}

static int add_neighbours(struct walk *walk, const struct target *const *targets, size_t n)
{
	const struct group *group = walk->of->device->group;
	int ret = 0;

	for (size_t i = 0; group && !ret && i < group->n_devices; i++) {
		const struct device *device = group->devices[i];

		if (is_in_hands_of_host(device) && !is_judged(targets, n, device))
			ret = look_at(walk, device, SCOPE_NEIGHBOUR);
	}
	return ret;
}

int scope_init(struct scope *scope, const struct target *const *targets, size_t n, bool groups,
	       struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < n; i++)
		ret = add(scope, targets[i], targets[i], SCOPE_ITSELF);
	for (size_t i = 0; !ret && i < n; i++) {
		struct walk walk = { .scope = scope, .of = targets[i], .err = err };

		ret = add_functions(&walk);
		if (!ret && groups)
			ret = add_neighbours(&walk, targets, n);
	}
	if (ret == -ENOMEM)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return ret < 0 ? error_set(err, EXIT_FAILED, -ret, "cannot look at the groups: %s",
				   strerror(-ret))
		       : 0;
}

void scope_clear(struct scope *scope)
{
	for (size_t i = 0; i < scope->n_own; i++) {
		target_close(scope->own[i]);
		free(scope->own[i]);
	}
	free(scope->own);
	free(scope->v);
	*scope = (struct scope){ 0 };
}
