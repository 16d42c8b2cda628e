// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "inner.h"

#define LINK_S 60

static int net_fd = -1;
static uint8_t net_mac[ETH_ALEN];
static unsigned long net_received, net_bad, net_sent;

int net_descriptor(void)
{
	return net_fd;
}

static void net_down(void)
{
	if (net_fd >= 0)
		close(net_fd);
	net_fd = -1;
}

static bool net_link(struct ifreq *request)
{
	int i;

	if (ioctl(net_fd, SIOCGIFFLAGS, request))
		return false;
	request->ifr_flags |= IFF_UP;
	if (ioctl(net_fd, SIOCSIFFLAGS, request))
		return false;
	for (i = 0; i < LINK_S * 20; i++) {
		if (ioctl(net_fd, SIOCGIFFLAGS, request))
			return false;
		if (request->ifr_flags & IFF_RUNNING)
			return true;
		usleep(50000);
	}
	errno = ENOLINK;
	return false;
}

static bool net_bind(const char *name)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(FRAME_PROTOCOL),
				       .sll_ifindex = (int)if_nametoindex(name) };

	return address.sll_ifindex && !bind(net_fd, (struct sockaddr *)&address, sizeof(address));
}

void net_up(void)
{
	struct ifreq request = { 0 };
	const uint8_t *mac = net_mac;
	char path[256];

	net_down();
	net_received = net_bad = net_sent = 0;
	net_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (net_fd < 0) {
		answer_error("cannot open a packet socket: %s", strerror(errno));
		return;
	}
	if (!pci_find(PCI_NET, "net/*", path, sizeof(path)))
		return;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%.*s", IFNAMSIZ - 1,
		 strrchr(path, '/') + 1);
	if (!net_link(&request) || !net_bind(request.ifr_name) ||
	    ioctl(net_fd, SIOCGIFHWADDR, &request)) {
		answer_error("cannot bring '%s' up: %s", request.ifr_name, strerror(errno));
		return;
	}
	memcpy(net_mac, request.ifr_hwaddr.sa_data, sizeof(net_mac));
	answer("net %02x:%02x:%02x:%02x:%02x:%02x", net_mac[0], mac[1], mac[2], mac[3], mac[4],
	       mac[5]);
}

void net_echo(void)
{
	struct ether_header *header;
	struct frame frame;
	ssize_t got;

	while ((got = recv(net_fd, &frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
		if (!frame_good(&frame, (size_t)got, false)) {
			net_bad++;
			continue;
		}
		net_received++;
		header = &frame.header;
		memcpy(header->ether_dhost, header->ether_shost, ETH_ALEN);
		memcpy(header->ether_shost, net_mac, ETH_ALEN);
		frame_fill(&frame, ntohl(frame.number), true);
		if (send(net_fd, &frame, (size_t)got, 0) == got)
			net_sent++;
	}
	/* A card that was taken away leaves an error that would wake us for ever. */
	if (got < 0 && errno != EAGAIN)
		net_down();
}

void net_counts(void)
{
	answer("frames %lu, answered %lu, bad %lu", net_received, net_sent, net_bad);
}
