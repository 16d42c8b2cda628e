// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold-cdev NODE - binds the device of this node below /dev/vfio/devices to an iommufd, as a client
 * would, says "held" and sits on it until it is killed. Linked statically: it runs in guests.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "iommufd.h"

int main(int argc, char **argv)
{
	struct iommufd_device_bind bind = { .size = sizeof(bind) };
	struct iommufd_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct iommufd_device_attach attach = { .size = sizeof(attach) };
	int device;

	if (argc != 2)
		errx(2, "usage: hold-cdev NODE");
	device = open(argv[1], O_RDWR);
	bind.iommufd = open(IOMMUFD_NODE, O_RDWR);
	if (device < 0 || bind.iommufd < 0)
		err(1, "cannot open '%s' and '" IOMMUFD_NODE "'", argv[1]);
	if (ioctl(device, IOMMUFD_DEVICE_BIND, &bind))
		err(1, "cannot bind '%s'", argv[1]);
	if (ioctl(bind.iommufd, IOMMUFD_IOAS_ALLOC, &alloc))
		err(1, "cannot make an address space");
	attach.ioas = alloc.ioas;
	if (ioctl(device, IOMMUFD_DEVICE_ATTACH, &attach))
		err(1, "cannot attach '%s'", argv[1]);
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}
