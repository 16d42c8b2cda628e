// SPDX-License-Identifier: GPL-2.0-only
/*
 * uevents: one line for each uevent of a VFIO group's class device, as the kernel sends them:
 * action, group and all variables that begin with VFIO_. Says "listening" first; runs until it is
 * killed.
 */
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfio.h"

static int listen_to_kernel(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("cannot listen to uevents");
	return fd;
}

/* The message is ACTION@PATH and then variables, each ended by a zero byte. */
static void tell(const char *message, size_t len)
{
	const char *path = strchr(message, '@'), *name, *end = message + len;

	if (!path || !strstr(path, "/vfio/"))
		return;
	name = strrchr(path, '/') + 1;
	printf("%.*s %s", (int)(path - message), message, name);
	for (path = message + strlen(message) + 1; path < end; path += strlen(path) + 1) {
		if (!strncmp(path, "VFIO_", 5))
			printf(" %s", path + 5);
	}
	say("");
}

int main(void)
{
	int fd = listen_to_kernel();
	char message[8193];
	ssize_t len;

	say("listening");
	while ((len = recv(fd, message, sizeof(message) - 1, 0)) > 0) {
		message[len] = 0;
		tell(message, len);
	}
	die("cannot receive a uevent");
}
