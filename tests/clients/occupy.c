// SPDX-License-Identifier: GPL-2.0-only
/*
 * occupy COUNT SIZE BDF...: open the devices, all in one container, map COUNT buffers of SIZE
 * bytes, say "held" and stay until killed. What it did can be told from its arguments.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vfio.h"

#define IOVA_BASE 0x1000000UL

static void attach(int container, const char *bdf, int *group)
{
	*group = group_open(bdf, O_RDWR | O_CLOEXEC);
	errno = -*group;
	if (*group < 0)
		die("cannot open the group of '%s'", bdf);
	errno = -group_attach(*group, container);
	if (errno)
		die("cannot attach the group of '%s'", bdf);
}

/* Buffers are apart from each other, so that no two can be taken for one. */
static void map(int container, unsigned long count, unsigned long size)
{
	char *memory = memory_new(size);
	unsigned long i;

	for (i = 0; i < count; i++) {
		errno = -dma_map(container, memory, size, IOVA_BASE + i * 2 * size);
		if (errno)
			die("cannot map buffer %lu", i);
	}
}

int main(int argc, char **argv)
{
	int container, i, *group, device;

	if (argc < 4)
		die("usage: occupy COUNT SIZE BDF...");
	group = calloc(argc, sizeof(*group));
	if (!group)
		die("cannot remember %d groups", argc);
	container = container_open();
	for (i = 3; i < argc; i++)
		attach(container, argv[i], &group[i]);
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		die("cannot set the IOMMU");
	for (i = 3; i < argc; i++) {
		device = device_get(group[i], argv[i]);
		errno = -device;
		if (device < 0)
			die("cannot get '%s'", argv[i]);
	}
	map(container, strtoul(argv[1], NULL, 0), strtoul(argv[2], NULL, 0));
	say("held");
	pause();
	return 0;
}
