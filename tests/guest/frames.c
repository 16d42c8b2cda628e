// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames INTERFACE ADDRESS COUNT - calls the system with this Ethernet address COUNT times, with
 * frames of every length, waits for the answers, and prints how many calls went and how many whole
 * answers came: "called 100, answered 100". A few calls are under way at a time; where no answer
 * comes for 30 s, that is all. Linked statically: it runs in guests.
 */
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../inner/frame.h"

#define WINDOW	    8
#define PATIENCE_MS 30000

static int wire_open(const char *interface, uint8_t *own_address)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(FRAME_PROTOCOL) };
	struct ifreq request = { 0 };
	int fd;

	address.sll_ifindex = (int)if_nametoindex(interface);
	if (!address.sll_ifindex)
		err(1, "no interface '%s'", interface);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "cannot open a packet socket on '%s'", interface);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		err(1, "cannot read the address of '%s'", interface);
	memcpy(own_address, request.ifr_hwaddr.sa_data, ETH_ALEN);
	return fd;
}

static void call(int fd, struct frame *frame, uint32_t number)
{
	size_t length = frame_length(number);

	frame_fill(frame, number, false);
	if (send(fd, frame, length, 0) != (ssize_t)length)
		err(1, "cannot send frame %u", number);
}

/* Waits for a frame; false when none comes in time. */
static bool answered(int fd, bool *good)
{
	struct pollfd from = { .fd = fd, .events = POLLIN };
	struct frame frame;
	ssize_t got;

	if (poll(&from, 1, PATIENCE_MS) <= 0)
		return false;
	got = recv(fd, &frame, sizeof(frame), 0);
	if (got < 0)
		err(1, "cannot receive");
	*good = got >= FRAME_MIN && frame_good(&frame, (size_t)got, true);
	return true;
}

int main(int argc, char **argv)
{
	uint32_t count, called = 0, good_answers = 0, answers = 0;
	struct frame frame = { 0 };
	struct ether_addr *other;
	bool good;
	int fd;

	if (argc != 4)
		errx(2, "usage: frames INTERFACE ADDRESS COUNT");
	other = ether_aton(argv[2]);
	if (!other)
		errx(2, "not an Ethernet address: '%s'", argv[2]);
	count = (uint32_t)strtoul(argv[3], NULL, 10);
	fd = wire_open(argv[1], frame.header.ether_shost);
	memcpy(frame.header.ether_dhost, other, ETH_ALEN);
	frame.header.ether_type = htons(FRAME_PROTOCOL);
	while (answers < count) {
		while (called < count && called < answers + WINDOW)
			call(fd, &frame, called++);
		if (!answered(fd, &good))
			break;
		answers++;
		good_answers += good;
	}
	printf("called %u, answered %u\n", called, good_answers);
	return 0;
}
