// SPDX-License-Identifier: GPL-2.0-only
/*
 * group BDF: what the group of the device says: "viable" or "not viable", and then "attached" or
 * the error of VFIO_GROUP_SET_CONTAINER.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "vfio.h"

int main(int argc, char **argv)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int group;
	long ret;

	if (argc != 2)
		die("usage: group BDF");
	group = group_open(argv[1], O_RDWR | O_CLOEXEC);
	errno = -group;
	if (group < 0)
		die("cannot open the group of '%s'", argv[1]);
	IS(ask(group, VFIO_GROUP_GET_STATUS, &status), 0);
	puts(status.flags & VFIO_GROUP_FLAGS_VIABLE ? "viable" : "not viable");
	ret = group_attach(group, container_open());
	puts(ret ? strerror(-ret) : "attached");
	return checks_status();
}
