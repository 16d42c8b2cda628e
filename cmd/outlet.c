// SPDX-License-Identifier: GPL-2.0-only
#include "outlet.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int outlet_add(struct outlet *outlet, const char *text, size_t len)
{
	if (outlet->begin) {
		memmove(outlet->data, outlet->data + outlet->begin, outlet_waiting(outlet));
		outlet->end -= outlet->begin;
		outlet->begin = 0;
	}
	if (outlet->end + len > outlet->room) {
		size_t room = (outlet->end + len) * 2;
		char *data = realloc(outlet->data, room);

		if (!data)
			return -ENOMEM;
		outlet->data = data;
		outlet->room = room;
	}
	memcpy(outlet->data + outlet->end, text, len);
	outlet->end += len;
	return 0;
}

void outlet_clear(struct outlet *outlet)
{
	free(outlet->data);
	*outlet = (struct outlet){ 0 };
}

/* Without anything to write it still tells that the reader has gone. */
struct pollfd outlet_poll(const struct outlet *outlet)
{
	return (struct pollfd){ .fd = STDOUT_FILENO,
				.events = outlet_waiting(outlet) ? POLLOUT : 0 };
}

/* A pipe that can be written at all has room for PIPE_BUF bytes. */
static int write_some(struct outlet *outlet)
{
	size_t waiting = outlet_waiting(outlet);
	ssize_t n = write(STDOUT_FILENO, outlet->data + outlet->begin,
			  waiting < PIPE_BUF ? waiting : PIPE_BUF);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	outlet->begin += (size_t)n;
	return 0;
}

int outlet_write(struct outlet *outlet, const struct pollfd *polled)
{
	if (polled->revents & (POLLERR | POLLHUP))
		return -EPIPE;
	return polled->revents & POLLOUT && outlet_waiting(outlet) ? write_some(outlet) : 0;
}

int outlet_finish(struct outlet *outlet)
{
	int ret = 0;

	while (!ret && outlet_waiting(outlet)) {
		struct pollfd polled = outlet_poll(outlet);

		if (poll(&polled, 1, 0) <= 0)
			return -EAGAIN;
		ret = outlet_write(outlet, &polled);
	}
	return ret;
}
