// SPDX-License-Identifier: GPL-2.0-only
/* Checks for what the host says over the network: addresses and routes, through bonds and bridges.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "safety_check.h"
#include "sysfs.h"

#define CLASS_NETWORK 0x02
#define UPPER_PREFIX  "upper_"

/* An interface that rests on one of the devices. */
struct link {
	const struct target *target;
	char name[IFNAMSIZ];
	char base[IFNAMSIZ]; /* the device's own; another than @name for a bond, bridge, vlan */
};

struct links {
	struct safety_run *run;
	struct link *v;
	size_t n, room;
	const struct link *below; /* whose uppers are being walked */
};

static int add_link(struct links *links, const struct target *target, const char *name,
		    const char *base)
{
	struct link *link;

	for (size_t i = 0; i < links->n; i++)
		if (links->v[i].target == target && !strcmp(links->v[i].name, name))
			return 0;
	if (strlen(name) >= IFNAMSIZ || strlen(base) >= IFNAMSIZ)
		return 0;
	if (links->n == links->room) {
		size_t room = links->room ? links->room * 2 : 8;
		struct link *v = reallocarray(links->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		links->v = v;
		links->room = room;
	}
	link = &links->v[links->n++];
	link->target = target;
	strcpy(link->name, name);
	strcpy(link->base, base);
	return 0;
}

static int on_interface(void *arg, const char *name)
{
	struct links *links = arg;
	const struct target *target;
	char path[NAME_MAX + 16], real[PATH_MAX];

	snprintf(path, sizeof(path), "class/net/%s", name);
	if (sysfs_real_path(links->run->host->sysfs, path, real, sizeof(real)))
		return 0;
	target = safety_target_of(links->run, real);
	return target ? add_link(links, target, name, name) : 0;
}

static int on_upper(void *arg, const char *name)
{
	struct links *links = arg;
	const struct link below = *links->below;

	if (strncmp(name, UPPER_PREFIX, strlen(UPPER_PREFIX)) != 0)
		return 0;
	return add_link(links, below.target, name + strlen(UPPER_PREFIX), below.base);
}

/* The interfaces below the devices, and all that rest on those. The caller frees @links->v. */
static int find_links(struct links *links)
{
	int ret = sysfs_each(links->run->host->sysfs, "class/net", on_interface, links);

	if (ret == -ENOENT)
		return 0;
	/* Grows while it is walked: an upper may have uppers. */
	for (size_t i = 0; !ret && i < links->n; i++) {
		struct link below = links->v[i];
		char path[IFNAMSIZ + 16];

		snprintf(path, sizeof(path), "class/net/%s", below.name);
		links->below = &below;
		ret = sysfs_each(links->run->host->sysfs, path, on_upper, links);
		if (ret == -ENOENT)
			ret = 0;
	}
	if (!ret || ret == -ENOMEM)
		return ret;
	return safety_unknown(links->run, NULL, "cannot list interfaces: %s", strerror(-ret));
}

static const char *through(const struct link *link, char *buf, size_t size)
{
	if (strcmp(link->name, link->base) != 0)
		snprintf(buf, size, " over '%s'", link->base);
	else
		*buf = '\0';
	return buf;
}

/* Addresses. */

static int check_address(struct links *links, const struct ifaddrs *ifa)
{
	char text[INET6_ADDRSTRLEN] = "?", over[IFNAMSIZ + 16];
	const void *bytes;
	int ret = 0;

	if (!ifa->ifa_addr || !(ifa->ifa_flags & IFF_UP))
		return 0;
	if (ifa->ifa_addr->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)ifa->ifa_addr)->sin_addr;
	else if (ifa->ifa_addr->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)ifa->ifa_addr)->sin6_addr;
	else
		return 0;
	inet_ntop(ifa->ifa_addr->sa_family, bytes, text, sizeof(text));
	for (size_t i = 0; !ret && i < links->n; i++)
		if (!strcmp(links->v[i].name, ifa->ifa_name))
			ret = safety_found(links->run, links->v[i].target, "address %s on '%s'%s",
					   text, ifa->ifa_name,
					   through(&links->v[i], over, sizeof(over)));
	return ret;
}

int safety_check_address(struct safety_run *run)
{
	struct links links = { .run = run };
	struct ifaddrs *list = NULL;
	int ret = find_links(&links);

	if (!ret && links.n) {
		if (getifaddrs(&list))
			ret = safety_unknown(run, NULL, "cannot list addresses: %s",
					     strerror(errno));
		for (const struct ifaddrs *ifa = list; ifa && !ret; ifa = ifa->ifa_next)
			ret = check_address(&links, ifa);
		freeifaddrs(list);
	}
	free(links.v);
	return ret;
}

/* Routes. */

struct route {
	int family;
	const void *to; /* NULL: default */
	unsigned int prefix;
};

static bool is_of_no_account(const struct rtmsg *rtm, const struct route *route)
{
	const unsigned char *to = route->to;

	/* The kernel makes these by itself for any interface that is up. */
	if (rtm->rtm_type != RTN_UNICAST || rtm->rtm_table == RT_TABLE_LOCAL)
		return true;
	return rtm->rtm_family == AF_INET6 && to && to[0] == 0xfe && (to[1] & 0xc0) == 0x80;
}

static int report_route(struct links *links, unsigned int index, const struct route *route)
{
	char name[IFNAMSIZ], to[INET6_ADDRSTRLEN] = "default", over[IFNAMSIZ + 16];
	int ret = 0;

	if (!if_indextoname(index, name))
		return 0;
	if (route->to)
		inet_ntop(route->family, route->to, to, sizeof(to));
	for (size_t i = 0; !ret && i < links->n; i++)
		if (!strcmp(links->v[i].name, name))
			ret = safety_found(links->run, links->v[i].target, "route to %s on '%s'%s",
					   to, name, through(&links->v[i], over, sizeof(over)));
	return ret;
}

static int report_hops(struct links *links, const struct nlattr *attr, const struct route *route)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	int left = mnl_attr_get_payload_len(attr), ret = 0;

	while (!ret && RTNH_OK(hop, left)) {
		ret = report_route(links, hop->rtnh_ifindex, route);
		left -= RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return ret;
}

static int on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct links *links = data;
	const struct nlattr *attr, *hops = NULL;
	struct route route = { .family = rtm->rtm_family, .prefix = rtm->rtm_dst_len };
	unsigned int index = 0;
	int ret = 0;

	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
	{
		if (mnl_attr_get_type(attr) == RTA_DST)
			route.to = mnl_attr_get_payload(attr);
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			index = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == RTA_MULTIPATH)
			hops = attr;
	}
	if (is_of_no_account(rtm, &route))
		return MNL_CB_OK;
	if (index)
		ret = report_route(links, index, &route);
	if (!ret && hops)
		ret = report_hops(links, hops, &route);
	return ret ? MNL_CB_ERROR : MNL_CB_OK;
}

/* All tables, both families: a dump is not limited to the main one. 0 or -errno. */
static int dump_routes(struct mnl_socket *nl, struct links *links)
{
	char buf[16384];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;
	ssize_t n;
	int more = MNL_CB_OK;

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = AF_UNSPEC;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (more > MNL_CB_STOP) {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		more = mnl_cb_run(buf, n, 1, mnl_socket_get_portid(nl), on_route, links);
		if (more < 0)
			return errno ? -errno : -EIO;
	}
	return 0;
}

int safety_check_route(struct safety_run *run)
{
	struct links links = { .run = run };
	struct mnl_socket *nl = NULL;
	int ret = find_links(&links);

	if (!ret && links.n) {
		nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
		if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
			ret = -errno;
		else
			ret = dump_routes(nl, &links);
		if (ret && ret != -ENOMEM)
			ret = safety_unknown(run, NULL, "cannot list routes: %s", strerror(-ret));
		if (nl)
			mnl_socket_close(nl);
	}
	free(links.v);
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

/*
 * The "net" directory of a network function lists only what is in our own network namespace: when
 * it is empty, its interface is somebody else's and may be in full use there.
 */
int safety_check_netns(struct safety_run *run)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++) {
		const struct target *target = run->targets[i];
		struct sight sight = { .dir = target->dir };

		if (!target->device->has_id || target->device->id.class_code >> 16 != CLASS_NETWORK)
			continue;
		look_at(&sight, "net");
		sysfs_each(target->dir, ".", on_child, &sight);
		if (sight.hidden)
			ret = safety_unknown(run, target,
					     "its interface may be in another network namespace");
	}
	return ret;
}
