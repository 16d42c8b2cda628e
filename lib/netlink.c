// SPDX-License-Identifier: GPL-2.0-only
#include "netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Addresses. */

static int tell_address(const struct ifaddrs *ifa,
			int (*fn)(void *arg, const struct net_address *address), void *arg)
{
	char text[INET6_ADDRSTRLEN] = "?";
	struct net_address address = { .interface = ifa->ifa_name, .text = text };
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ifa->ifa_addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)ifa->ifa_addr;

	if (!ifa->ifa_addr)
		return 0;
	address.up = ifa->ifa_flags & IFF_UP;
	if (ifa->ifa_addr->sa_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
	} else if (ifa->ifa_addr->sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		address.link_local = IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr);
	} else {
		return 0;
	}
	return fn(arg, &address);
}

int netlink_addresses(int (*fn)(void *arg, const struct net_address *address), void *arg)
{
	struct ifaddrs *list = NULL;
	int ret = 0;

	if (getifaddrs(&list))
		return -errno;
	for (const struct ifaddrs *ifa = list; ifa && !ret; ifa = ifa->ifa_next)
		ret = tell_address(ifa, fn, arg);
	freeifaddrs(list);
	return ret;
}

/* Routes. */

struct dump {
	int (*fn)(void *arg, const struct net_route *route);
	void *arg;
	int ret;
};

static bool is_of_no_account(const struct rtmsg *rtm, const unsigned char *to)
{
	/* The kernel makes these by itself for any interface that is up. */
	if (rtm->rtm_type != RTN_UNICAST || rtm->rtm_table == RT_TABLE_LOCAL)
		return true;
	return rtm->rtm_family == AF_INET6 && to && to[0] == 0xfe && (to[1] & 0xc0) == 0x80;
}

static void tell_route(struct dump *dump, unsigned int index, const char *to)
{
	char name[IF_NAMESIZE];
	struct net_route route = { .interface = name, .to = to };

	if (!dump->ret && if_indextoname(index, name))
		dump->ret = dump->fn(dump->arg, &route);
}

static void tell_hops(struct dump *dump, const struct nlattr *attr, const char *to)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	int left = mnl_attr_get_payload_len(attr);

	while (RTNH_OK(hop, left)) {
		tell_route(dump, hop->rtnh_ifindex, to);
		left -= RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
}

static int on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct dump *dump = data;
	const struct nlattr *attr, *hops = NULL;
	const void *dst = NULL;
	unsigned int index = 0;
	char address[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN + 8] = "default";

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
	{
		if (mnl_attr_get_type(attr) == RTA_DST)
			dst = mnl_attr_get_payload(attr);
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			index = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == RTA_MULTIPATH)
			hops = attr;
	}
	if (is_of_no_account(rtm, dst))
		return MNL_CB_OK;
	if (dst && inet_ntop(rtm->rtm_family, dst, address, sizeof(address)))
		snprintf(to, sizeof(to), "%s/%u", address, rtm->rtm_dst_len);
	if (index)
		tell_route(dump, index, to);
	if (hops)
		tell_hops(dump, hops, to);
	return dump->ret ? MNL_CB_ERROR : MNL_CB_OK;
}

static struct mnl_socket *open_socket(void)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (nl && mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(nl);
		nl = NULL;
	}
	return nl;
}

/* Sends @nlh and feeds what comes back to @fn. 0 or -errno, which is the kernel's own answer. */
static int ask(struct nlmsghdr *nlh, mnl_cb_t fn, void *arg)
{
	struct mnl_socket *nl = open_socket();
	char buf[16384];
	ssize_t n;
	int more = MNL_CB_OK, ret = 0;

	if (!nl)
		return -errno;
	nlh->nlmsg_seq = 1;
	errno = 0;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		ret = -errno;
	while (!ret && more > MNL_CB_STOP) {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		more = n < 0 ? MNL_CB_ERROR
			     : mnl_cb_run(buf, n, 1, mnl_socket_get_portid(nl), fn, arg);
		if (more < 0)
			ret = errno ? -errno : -EIO;
		/* An answer that is not one of several has no end of its own. */
		if (!(nlh->nlmsg_flags & NLM_F_DUMP))
			break;
	}
	mnl_socket_close(nl);
	return ret;
}

/* Of every family: that is what a header of zeros asks for (AF_UNSPEC). */
static int ask_for_all(uint16_t type, size_t header, mnl_cb_t fn, void *arg)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(nlh, header);
	return ask(nlh, fn, arg);
}

int netlink_routes(int (*fn)(void *arg, const struct net_route *route), void *arg)
{
	struct dump dump = { .fn = fn, .arg = arg };
	int ret = ask_for_all(RTM_GETROUTE, sizeof(struct rtmsg), on_route, &dump);

	return dump.ret ?: ret;
}

/* Links. */

struct links {
	int (*fn)(void *arg, const struct net_link *link);
	void *arg;
	int ret;
};

static bool has_xdp(const struct nlattr *xdp)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, xdp)
	{
		if (mnl_attr_get_type(attr) == IFLA_XDP_ATTACHED &&
		    mnl_attr_validate(attr, MNL_TYPE_U8) >= 0)
			return mnl_attr_get_u8(attr) != XDP_ATTACHED_NONE;
	}
	return false;
}

static int on_link(const struct nlmsghdr *nlh, void *data)
{
	struct links *links = data;
	struct net_link link = { 0 };
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attr) == IFLA_IFNAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			link.interface = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == IFLA_XDP)
			link.xdp = has_xdp(attr);
	}
	if (link.interface)
		links->ret = links->fn(links->arg, &link);
	return links->ret ? MNL_CB_ERROR : MNL_CB_OK;
}

int netlink_links(int (*fn)(void *arg, const struct net_link *link), void *arg)
{
	struct links links = { .fn = fn, .arg = arg };
	int ret = ask_for_all(RTM_GETLINK, sizeof(struct ifinfomsg), on_link, &links);

	return links.ret ?: ret;
}

/* The way to one address. */

struct way {
	unsigned int index;
	bool local;
};

static int on_way(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct way *way = data;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	way->local = rtm->rtm_type == RTN_LOCAL;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
	{
		if (mnl_attr_get_type(attr) == RTA_OIF)
			way->index = mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

static int parse_address(const char *text, unsigned char *bytes, size_t *size)
{
	if (inet_pton(AF_INET, text, bytes) == 1) {
		*size = 4;
		return AF_INET;
	}
	if (inet_pton(AF_INET6, text, bytes) == 1) {
		*size = 16;
		return AF_INET6;
	}
	return -EINVAL;
}

int netlink_route_to(const char *address, char interface[IF_NAMESIZE], bool *local)
{
	char buf[256], plain[INET6_ADDRSTRLEN];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct way way = { 0 };
	unsigned char bytes[16];
	const char *zone = strchr(address, '%');
	size_t size = 0, length = strcspn(address, "%");
	struct rtmsg *rtm;
	int family, ret;

	*local = false;
	if (length >= sizeof(plain))
		return -EINVAL;
	memcpy(plain, address, length);
	plain[length] = '\0';
	family = parse_address(plain, bytes, &size);
	if (family < 0)
		return family;
	if (zone && zone[1]) {
		snprintf(interface, IF_NAMESIZE, "%s", zone + 1);
		return 0;
	}
	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = family;
	rtm->rtm_dst_len = size * 8;
	mnl_attr_put(nlh, RTA_DST, size, bytes);
	ret = ask(nlh, on_way, &way);
	if (ret)
		return ret;
	*local = way.local;
	return way.local || if_indextoname(way.index, interface) ? 0 : -ENODEV;
}
