// SPDX-License-Identifier: GPL-2.0-only
/*
 * group-viable GROUP - what the kernel itself says of a group that has a VFIO node: "yes" when
 * VFIO_GROUP_GET_STATUS calls it viable and it can be attached to a container, else "no".
 */
#include <err.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int container, group;
	char path[64];

	if (argc != 2)
		errx(2, "usage: group-viable GROUP");
	snprintf(path, sizeof(path), "/dev/vfio/%s", argv[1]);
	container = open("/dev/vfio/vfio", O_RDWR);
	group = open(path, O_RDWR);
	if (container < 0 || group < 0)
		err(1, "cannot open '%s' and '/dev/vfio/vfio'", path);
	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status))
		err(1, "cannot ask for the status of group %s", argv[1]);
	puts((status.flags & VFIO_GROUP_FLAGS_VIABLE) &&
			     !ioctl(group, VFIO_GROUP_SET_CONTAINER, &container)
		     ? "yes"
		     : "no");
	return 0;
}
