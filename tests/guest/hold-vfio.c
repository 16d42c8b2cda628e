// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold-vfio GROUP DEVICE - opens the device through VFIO, as a client would, says "held" and sits
 * on it until it is killed. Linked statically: it runs in guests.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int container, group;
	char path[64];

	if (argc != 3)
		errx(2, "usage: hold-vfio GROUP DEVICE");
	snprintf(path, sizeof(path), "/dev/vfio/%s", argv[1]);
	container = open("/dev/vfio/vfio", O_RDWR);
	group = open(path, O_RDWR);
	if (container < 0 || group < 0)
		err(1, "cannot open '%s' and '/dev/vfio/vfio'", path);
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container))
		err(1, "cannot attach group %s", argv[1]);
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		err(1, "cannot set the IOMMU");
	if (ioctl(group, VFIO_GROUP_GET_DEVICE_FD, argv[2]) < 0)
		err(1, "cannot open '%s'", argv[2]);
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}
