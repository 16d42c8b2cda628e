/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says of addresses and routes, of our own network namespace. */
#ifndef VFIOCTL_NETLINK_H
#define VFIOCTL_NETLINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

struct net_address {
	const char *interface;
	const char *text; /* "10.0.0.2" */
	bool up;	  /* the interface is */
	bool link_local;  /* IPv6, which the kernel makes by itself */
};

struct net_route {
	const char *interface;
	const char *to; /* "192.0.2.0/24" or "default" */
};

struct net_link {
	const char *interface;
	bool xdp; /* a program looks at what comes in before the kernel does */
};

/* Each calls @fn for what there is; its non-zero return ends it and is returned. 0 or -errno. */
int netlink_addresses(int (*fn)(void *arg, const struct net_address *address), void *arg);

int netlink_links(int (*fn)(void *arg, const struct net_link *link), void *arg);

/* All tables and both families, without what the kernel makes by itself for an interface. */
int netlink_routes(int (*fn)(void *arg, const struct net_route *route), void *arg);

/*
 * The interface through which @address, IPv4 or IPv6 in text, is reached right now. A zone
 * ("fe80::1%eth0") names it. -EINVAL when it is no address, -ENETUNREACH and others when there is
 * no way. *@local: it is one of our own, and no interface carries what is sent there.
 */
int netlink_route_to(const char *address, char interface[IF_NAMESIZE], bool *local);

#endif
