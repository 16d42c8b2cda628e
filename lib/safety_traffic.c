// SPDX-License-Identifier: GPL-2.0-only
/* Checks for who uses an interface below its addresses: sockets for packets, XDP programs, and whom
 * nobody can see.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "holders.h"
#include "netlink.h"
#include "safety_net.h"
#include "safety_text.h"
#include "sysfs.h"

#define PACKET_SOCKETS "/proc/net/packet"

/* "process 42 ('tcpdump')", or NULL: a socket may be the kernel's, or of somebody out of sight. */
static char *holder_of(unsigned long inode)
{
	_cleanup_(holders_clear) struct holders holders = { 0 };
	char link[32];
	const struct holders_wanted wanted = { .path = link };

	snprintf(link, sizeof(link), "socket:[%lu]", inode);
	return holders_search(&holders, &wanted, 1, false) ? NULL : holders_sentence(&holders, 0);
}

static bool is_up(const struct net_links *links, const char *name)
{
	for (size_t i = 0; i < links->n; i++)
		if (!strcmp(links->v[i]->name, name) && net_links_up(links, i))
			return true;
	return false;
}

/* One that is bound to no interface hears all of them, and needs none. */
static int on_socket(struct net_links *links, const struct packet_socket *socket)
{
	_cleanup_free_ char *who = NULL, *what = NULL;
	char name[IF_NAMESIZE];

	if (!socket->index || !if_indextoname(socket->index, name) || !is_up(links, name))
		return 0;
	who = holder_of(socket->inode);
	if (asprintf(&what, "%s has a packet socket", who ? who : "somebody") < 0) {
		what = NULL;
		return -ENOMEM;
	}
	return net_links_found(links, name, SAFETY_BLOCK, what);
}

static int read_sockets(struct net_links *links)
{
	_cleanup_fclose_ FILE *in = fopen(PACKET_SOCKETS, "re");
	_cleanup_free_ char *line = NULL;
	struct packet_socket socket;
	size_t size = 0;
	int ret = 0;

	/* A kernel may have no such sockets. */
	if (!in)
		return errno == ENOENT ? 0 : -errno;
	while (!ret && getline(&line, &size, in) > 0)
		if (text_packet_socket(line, &socket))
			ret = on_socket(links, &socket);
	return ret ?: ferror(in) ? -EIO : 0;
}

int safety_check_socket(struct safety_run *run)
{
	struct net_links links;
	int ret = net_links_find(&links, run);

	if (!ret && links.n)
		ret = read_sockets(&links);
	net_links_clear(&links);
	if (!ret || ret == -ENOMEM)
		return ret;
	return safety_unknown(run, NULL, "cannot read '%s': %s", PACKET_SOCKETS, strerror(-ret));
}

static int on_link(void *arg, const struct net_link *link)
{
	return link->xdp ? net_links_found(arg, link->interface, SAFETY_BLOCK, "an XDP program")
			 : 0;
}

int safety_check_xdp(struct safety_run *run)
{
	struct net_links links;
	int ret = net_links_find(&links, run);

	if (!ret && links.n)
		ret = netlink_links(on_link, &links);
	net_links_clear(&links);
	if (!ret || ret == -ENOMEM)
		return ret;
	return safety_unknown(run, NULL, "cannot list links: %s", strerror(-ret));
}

/*
 * Somebody brought it up, and nothing of what we can see is the reason. A macvlan, an ipvlan or a
 * vlan upon it may be in another network namespace, where it is listed and here is not.
 */
int safety_check_up(struct safety_run *run)
{
	struct net_links links;
	int ret = net_links_find(&links, run);

	for (size_t i = 0; !ret && i < links.n; i++) {
		const struct interface *link = links.v[i];

		if (!strcmp(link->name, link->base) && !link->in_use && net_links_up(&links, i))
			ret = safety_found(run, net_links_owner(&links, i),
					   "'%s' is up, and nothing tells what for", link->name);
	}
	net_links_clear(&links);
	return ret;
}
