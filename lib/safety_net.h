/* SPDX-License-Identifier: GPL-2.0-only */
/* What the checks of the network share: the interfaces of the devices, and the way to a server. */
#ifndef VFIOCTL_SAFETY_NET_H
#define VFIOCTL_SAFETY_NET_H

#include "safety_check.h"

struct net_links {
	struct safety_run *run;
	struct interface **v; /* borrowed from @run->shared */
	size_t n;
};

/*
 * The interfaces below the devices of @run, and all that rest on them. When they cannot be listed
 * that is said as a finding, and there are none. 0 or -ENOMEM. net_links_clear() gives back.
 */
int net_links_find(struct net_links *links, struct safety_run *run);
void net_links_clear(struct net_links *links);

/* The device that an interface is of, and whether that device's own interface is up, or may be. */
const struct target *net_links_owner(const struct net_links *links, size_t i);
bool net_links_up(const struct net_links *links, size_t i);

/*
 * Whatever carries the interface @name: "@what on 'br0' over 'eth0'". What this was found of is in
 * use.
 */
int net_links_found(struct net_links *links, const char *name, enum safety_verdict verdict,
		    const char *what);

/* Whatever carries what is sent to the server at @address: "@what on 'eth0'", or it is unknown. */
int net_links_server(struct net_links *links, const char *address, const char *what);

/* Each device that has an interface which is up may be the one: "@what: @why". */
int net_links_unknown(struct net_links *links, const char *what, const char *why);

#endif
