// SPDX-License-Identifier: GPL-2.0-only
/*
 * group BDF [iommu]: what the group of the device says: "viable" or "not viable", and then
 * "attached" or the error of VFIO_GROUP_SET_CONTAINER; with iommu, also "translated" or the error
 * of VFIO_SET_IOMMU.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "vfio.h"

int main(int argc, char **argv)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int group, container;
	long ret;

	if (argc != 2 && (argc != 3 || strcmp(argv[2], "iommu")))
		die("usage: group BDF [iommu]");
	group = group_open(argv[1], O_RDWR | O_CLOEXEC);
	errno = -group;
	if (group < 0)
		die("cannot open the group of '%s'", argv[1]);
	IS(ask(group, VFIO_GROUP_GET_STATUS, &status), 0);
	puts(status.flags & VFIO_GROUP_FLAGS_VIABLE ? "viable" : "not viable");
	container = container_open();
	ret = group_attach(group, container);
	puts(ret ? strerror(-ret) : "attached");
	if (argc == 3) {
		ret = ask(container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU);
		puts(ret ? strerror(-ret) : "translated");
	}
	return checks_status();
}
