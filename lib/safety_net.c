// SPDX-License-Identifier: GPL-2.0-only
/* Checks for what the host says over the network: addresses and routes, through bonds and bridges.
 */
#include "safety_net.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "netlink.h"
#include "sysfs.h"

#define CLASS_NETWORK 0x02

/* Of all devices that are judged, once. 0 or -errno. */
static int find_interfaces(const struct safety_run *run)
{
	struct safety_shared *shared = run->shared;
	_cleanup_free_ const char **paths = calloc(shared->n_seen ?: 1, sizeof(*paths));
	int ret;

	if (!paths)
		return -ENOMEM;
	for (size_t i = 0; i < shared->n_seen; i++)
		paths[i] = shared->seen[i]->path;
	ret = interfaces_find(&shared->interfaces, run->host->sysfs, paths, shared->n_seen);
	if (ret)
		interfaces_clear(&shared->interfaces);
	shared->has_interfaces = !ret;
	return ret;
}

static bool is_of(const struct safety_run *run, const struct target *target)
{
	for (size_t i = 0; i < run->n; i++)
		if (run->targets[i] == target)
			return true;
	return false;
}

int net_links_find(struct net_links *links, struct safety_run *run)
{
	struct safety_shared *shared = run->shared;
	int ret = shared->has_interfaces ? 0 : find_interfaces(run);

	*links = (struct net_links){ .run = run };
	if (ret)
		return ret == -ENOMEM ? ret
				      : safety_unknown(run, NULL, "cannot list interfaces: %s",
						       strerror(-ret));
	links->v = calloc(shared->interfaces.n ?: 1, sizeof(*links->v));
	if (!links->v)
		return -ENOMEM;
	for (size_t i = 0; i < shared->interfaces.n; i++)
		if (is_of(run, shared->seen[shared->interfaces.v[i].owner]))
			links->v[links->n++] = &shared->interfaces.v[i];
	return 0;
}

void net_links_clear(struct net_links *links)
{
	free(links->v);
	*links = (struct net_links){ 0 };
}

const struct target *net_links_owner(const struct net_links *links, size_t i)
{
	return links->run->shared->seen[links->v[i]->owner];
}

/* The device's own interface that @link rests on, or is. */
static void use(struct net_links *links, const struct interface *link)
{
	for (size_t i = 0; i < links->n; i++)
		if (links->v[i]->owner == link->owner && !strcmp(links->v[i]->name, link->base))
			links->v[i]->in_use = true;
}

int net_links_found(struct net_links *links, const char *name, enum safety_verdict verdict,
		    const char *what)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < links->n; i++) {
		const struct interface *link = links->v[i];
		bool above = strcmp(link->name, link->base) != 0;

		if (strcmp(link->name, name) != 0)
			continue;
		use(links, link);
		ret = safety_say(links->run, net_links_owner(links, i), verdict, "%s on '%s'%s%s%s",
				 what, name, above ? " over '" : "", above ? link->base : "",
				 above ? "'" : "");
	}
	return ret;
}

/* What is down carries nothing. What cannot be read may be up. */
bool net_links_up(const struct net_links *links, size_t i)
{
	char path[IF_NAMESIZE + 32];
	long flags;

	snprintf(path, sizeof(path), "class/net/%s/flags", links->v[i]->base);
	return sysfs_read_long(links->run->host->sysfs, path, &flags) || (flags & IFF_UP);
}

int net_links_unknown(struct net_links *links, const char *what, const char *why)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < links->n; i++)
		if (net_links_up(links, i))
			ret = safety_unknown(links->run, net_links_owner(links, i),
					     "cannot tell which interface carries %s: %s", what,
					     why);
	return ret;
}

int net_links_server(struct net_links *links, const char *address, const char *what)
{
	char interface[IF_NAMESIZE];
	bool local;
	int ret = netlink_route_to(address, interface, &local);

	if (ret)
		return net_links_unknown(
			links, what, ret == -EINVAL ? "it is known by name only" : strerror(-ret));
	return local ? 0 : net_links_found(links, interface, SAFETY_BLOCK, what);
}

/* Addresses. */

static int on_address(void *arg, const struct net_address *address)
{
	char what[96];

	if (!address->up)
		return 0;
	snprintf(what, sizeof(what), "address %s", address->text);
	return net_links_found(arg, address->interface,
			       address->link_local ? SAFETY_ASK : SAFETY_BLOCK, what);
}

int safety_check_address(struct safety_run *run)
{
	struct net_links links;
	int ret = net_links_find(&links, run);

	if (!ret && links.n)
		ret = netlink_addresses(on_address, &links);
	net_links_clear(&links);
	if (!ret || ret == -ENOMEM)
		return ret;
	return safety_unknown(run, NULL, "cannot list addresses: %s", strerror(-ret));
}

/* Routes. */

static int on_route(void *arg, const struct net_route *route)
{
	char what[96];

	snprintf(what, sizeof(what), "route to %s", route->to);
	return net_links_found(arg, route->interface, SAFETY_BLOCK, what);
}

int safety_check_route(struct safety_run *run)
{
	struct net_links links;
	int ret = net_links_find(&links, run);

	if (!ret && links.n)
		ret = netlink_routes(on_route, &links);
	net_links_clear(&links);
	if (!ret || ret == -ENOMEM)
		return ret;
	return safety_unknown(run, NULL, "cannot list routes: %s", strerror(-ret));
}

/* Ports: of a bridge or a switch that guests use, with no address of the host's anywhere. */

int safety_check_port(struct safety_run *run)
{
	struct net_links links;
	int ret = net_links_find(&links, run);

	for (size_t i = 0; !ret && i < links.n; i++) {
		const struct interface *link = links.v[i];

		if (!strcmp(link->name, link->base))
			continue;
		use(&links, link);
		ret = safety_found(run, net_links_owner(&links, i), "'%s' rests on '%s'",
				   link->name, link->base);
	}
	net_links_clear(&links);
	return ret;
}

/* Interfaces that were moved out of sight. */

struct sight {
	int dir;
	bool hidden; /* a place for interfaces, and none in it */
};

static int on_any(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 1;
}

static void look_at(struct sight *sight, const char *path)
{
	if (!sysfs_exists(sight->dir, path) && sysfs_each(sight->dir, path, on_any, NULL) == 0)
		sight->hidden = true;
}

static int on_child(void *arg, const char *name)
{
	char path[NAME_MAX + 8];

	/* A virtio function's interface hangs off its virtio device. */
	if (strncmp(name, "virtio", 6) != 0)
		return 0;
	snprintf(path, sizeof(path), "%s/net", name);
	look_at(arg, path);
	return 0;
}

static const char hidden_words[] = "its interface may be in another network namespace";

/* A network card on a USB controller: nothing of it but its empty place says that it is one. */
static int on_usb(void *arg, const char *name)
{
	struct safety_run *run = arg;
	char path[NAME_MAX + 32], real[PATH_MAX];
	struct sight sight = { .dir = run->host->sysfs };
	const struct target *target;

	snprintf(path, sizeof(path), "bus/usb/devices/%s", name);
	if (sysfs_entry_path(run->host->sysfs, path, real, sizeof(real)))
		return 0;
	target = safety_target_of(run, real);
	snprintf(path, sizeof(path), "bus/usb/devices/%s/net", name);
	if (target)
		look_at(&sight, path);
	return sight.hidden ? safety_unknown(run, target, "%s (USB '%s')", hidden_words, name) : 0;
}

static int check_usb(struct safety_run *run)
{
	int ret = sysfs_each(run->host->sysfs, "bus/usb/devices", on_usb, run);

	if (!ret || ret == -ENOENT || ret == -ENOMEM)
		return ret == -ENOENT ? 0 : ret;
	return safety_unknown(run, NULL, "cannot list USB devices: %s", strerror(-ret));
}

/*
 * The "net" directory of a network function lists only what is in our own network namespace: when
 * it is empty, its interface is somebody else's and may be in full use there.
 */
int safety_check_netns(struct safety_run *run)
{
	int ret = check_usb(run);

	for (size_t i = 0; !ret && i < run->n; i++) {
		const struct target *target = run->targets[i];
		struct sight sight = { .dir = target->dir };

		if (!target->device->has_id || target->device->id.class_code >> 16 != CLASS_NETWORK)
			continue;
		look_at(&sight, "net");
		sysfs_each(target->dir, ".", on_child, &sight);
		if (sight.hidden)
			ret = safety_unknown(run, target, "%s", hidden_words);
	}
	return ret;
}
