// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel answers to the questions for routes and links: netlink messages. libmnl's socket
 * is taken over by this file (see fuzz.mk), its reading of messages is the real one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include <libmnl/libmnl.h>

#include "fuzz.h"
#include "netlink.h"

static struct fuzz_input answers;

/*
 * Up to the first message that claims to be longer than what there is: the kernel does not lie
 * about that, and libmnl 1.0.4 believes it from 2 GiB on.
 */
static size_t honest_part(const char *buf, size_t size)
{
	size_t at = 0;

	while (size - at >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *nlh = (const void *)(buf + at);

		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > size - at)
			break;
		at += MNL_ALIGN(nlh->nlmsg_len);
		if (at >= size)
			return size;
	}
	return at;
}

/* One answer: two bytes of length, then so much. At the end a socket that has nothing more. */
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	size_t n = fuzz_byte(&answers) << 8, left;

	(void)nl;
	n |= fuzz_byte(&answers);
	left = answers.end - answers.at;
	if (!left) {
		errno = ENOBUFS;
		return -1;
	}
	n = n > left ? left : n;
	n = n > size ? size : n;
	memcpy(buf, answers.at, n);
	answers.at += n;
	return honest_part(buf, n);
}

unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *nl);
unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	static char nothing;

	(void)bus, (void)flags;
	return (struct mnl_socket *)&nothing;
}

int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid);
int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl, (void)groups, (void)pid;
	return 0;
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t size);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t size)
{
	(void)nl, (void)buf;
	return size;
}

int __wrap_mnl_socket_close(struct mnl_socket *nl);
int __wrap_mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

/* "10.1.2.0/24", "2001::/64" or "default", on an interface that there is. */
static int on_route(void *arg, const struct net_route *route)
{
	unsigned char bytes[16];
	char to[128];

	(void)arg;
	CHECK_TEXT(if_nametoindex(route->interface) != 0, route->interface);
	CHECK(strlen(route->to) < sizeof(to));
	strcpy(to, route->to);
	to[strcspn(to, "/")] = '\0';
	CHECK_TEXT(!strcmp(to, "default") || inet_pton(AF_INET, to, bytes) == 1 ||
			   inet_pton(AF_INET6, to, bytes) == 1,
		   route->to);
	return 0;
}

static int on_link(void *arg, const struct net_link *link)
{
	(void)arg;
	CHECK(strlen(link->interface) < 65536);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char interface[IF_NAMESIZE];
	bool local;
	int ret;

	answers = (struct fuzz_input){ data, data + size };
	CHECK(netlink_routes(on_route, NULL) <= 0);
	answers = (struct fuzz_input){ data, data + size };
	CHECK(netlink_links(on_link, NULL) <= 0);
	answers = (struct fuzz_input){ data, data + size };
	memset(interface, 'x', sizeof(interface));
	ret = netlink_route_to("192.0.2.1", interface, &local);
	CHECK(ret <= 0);
	CHECK(ret || local || memchr(interface, '\0', sizeof(interface)));
	return 0;
}
