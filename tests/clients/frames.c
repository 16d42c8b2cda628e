// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames A B SECONDS WINDOW: numbered frames from each of two network interfaces to the other,
 * through whoever forwards between them. At most WINDOW are on the way at a time, so that nobody
 * has a reason to drop one; each must come, once, in its order and unchanged. Prints how many A
 * sent, B received, B sent and A received, and the milliseconds that it took.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "vfio.h"

/* "Local experimental": nobody else's on a wire. */
#define ETHERTYPE   0x88b5
#define PATIENCE_MS 10000

struct frame {
	struct ether_header eth;
	uint8_t from;
	uint8_t zero;
	uint64_t number;
	uint8_t payload[ETHERMTU - 10];
} __attribute__((packed));

struct end {
	const char *name;
	int fd;
	uint8_t mac[ETH_ALEN];
	uint64_t sent;
	/* Of the other end's. */
	uint64_t received;
};

static struct end ends[2];

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void end_open(struct end *e, const char *name)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(ETHERTYPE),
				       .sll_ifindex = if_nametoindex(name) };
	int room = 8 << 20;
	struct ifreq request = { 0 };

	e->name = name;
	e->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETHERTYPE));
	if (e->fd < 0)
		die("cannot have a packet socket");
	if (setsockopt(e->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		die("cannot have room for what '%s' receives", name);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(e->fd, SIOCGIFHWADDR, &request))
		die("no address of '%s'", name);
	memcpy(e->mac, request.ifr_hwaddr.sa_data, sizeof(e->mac));
	if (bind(e->fd, (struct sockaddr *)&address, sizeof(address)))
		die("cannot listen on '%s'", name);
}

/* Every length from the shortest to the longest, and every byte by its place, number and sender. */
static size_t frame_make(struct frame *f, const struct end *from, const struct end *to,
			 uint64_t number)
{
	size_t length = ETH_ZLEN + number * 7919 % (ETH_FRAME_LEN - ETH_ZLEN + 1), i;

	*f = (struct frame){ .eth.ether_type = htons(ETHERTYPE),
			     .from = from - ends,
			     .number = number };
	memcpy(f->eth.ether_dhost, to->mac, ETH_ALEN);
	memcpy(f->eth.ether_shost, from->mac, ETH_ALEN);
	for (i = offsetof(struct frame, payload); i < length; i++)
		((uint8_t *)f)[i] = i * 31 + number * 17 + f->from;
	return length;
}

static void send_one(struct end *from, const struct end *to)
{
	struct frame frame;
	size_t length = frame_make(&frame, from, to, from->sent);

	if (send(from->fd, &frame, length, 0) != (ssize_t)length)
		die("'%s' cannot send frame %llu", from->name, (unsigned long long)from->sent);
	from->sent++;
}

/* All that has come to @to: how many. */
static int receive(const struct end *from, struct end *to)
{
	struct frame got, wanted;
	ssize_t length;
	int n;

	for (n = 0; (length = recv(to->fd, &got, sizeof(got), MSG_DONTWAIT)) >= 0; n++) {
		size_t due = frame_make(&wanted, from, to, to->received);

		errno = EBADMSG;
		if (got.number != to->received || got.from != wanted.from)
			die("'%s' got frame %llu of '%s' where frame %llu of '%s' was due",
			    to->name, (unsigned long long)got.number, ends[got.from % 2].name,
			    (unsigned long long)to->received, from->name);
		if (length != (ssize_t)due || memcmp(&got, &wanted, due))
			die("frame %llu of '%s' came changed", (unsigned long long)got.number,
			    from->name);
		to->received++;
	}
	if (errno != EAGAIN)
		die("'%s' cannot receive", to->name);
	return n;
}

static void wait_for_any(void)
{
	struct pollfd events[2] = { { .fd = ends[0].fd, .events = POLLIN },
				    { .fd = ends[1].fd, .events = POLLIN } };
	int i;

	if (poll(events, 2, PATIENCE_MS) > 0)
		return;
	for (i = 0; i < 2; i++)
		fprintf(stderr, "'%s' sent %llu, of which %llu arrived\n", ends[i].name,
			(unsigned long long)ends[i].sent, (unsigned long long)ends[!i].received);
	errno = ETIMEDOUT;
	die("nothing came for %d ms", PATIENCE_MS);
}

/* One turn of an end: up to @window on the way while there is time, and what came from the other.
 */
static bool turn(struct end *e, uint64_t window, bool more)
{
	struct end *other = &ends[e == ends];

	while (more && e->sent - other->received < window)
		send_one(e, other);
	return receive(other, e) > 0;
}

static bool on_the_way(void)
{
	return ends[0].sent != ends[1].received || ends[1].sent != ends[0].received;
}

int main(int argc, char **argv)
{
	int64_t start, stop;
	uint64_t window;
	bool more = true;

	if (argc != 5)
		die("usage: frames A B SECONDS WINDOW");
	end_open(&ends[0], argv[1]);
	end_open(&ends[1], argv[2]);
	window = strtoul(argv[4], NULL, 0);
	start = now_ms();
	stop = start + atoi(argv[3]) * 1000LL;
	while (more || on_the_way()) {
		bool any;

		more = more && now_ms() < stop;
		any = turn(&ends[0], window, more);
		any |= turn(&ends[1], window, more);
		if (!any && on_the_way())
			wait_for_any();
	}
	printf("%llu %llu %llu %llu %lld\n", (unsigned long long)ends[0].sent,
	       (unsigned long long)ends[1].received, (unsigned long long)ends[1].sent,
	       (unsigned long long)ends[0].received, (long long)(now_ms() - start));
	return 0;
}
