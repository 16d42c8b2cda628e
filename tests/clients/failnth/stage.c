// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../type1.h"
#include "stage.h"

struct here here;

void here_init(const char *bdf, const char *beside)
{
	here.v = (struct vfio){ .container = -1, .group = -1, .device = -1, .bdf = bdf };
	here.beside = beside;
	here.memory = memory_new(MEMORY_SIZE);
	memset(here.memory, 1, MEMORY_SIZE);
	here.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (here.event < 0)
		die("cannot have an eventfd");
}

void stage_enter(enum stage stage)
{
	if (stage >= OPENED) {
		here.v.container = container_open();
		here.v.group = group_open(here.v.bdf, O_RDWR | O_CLOEXEC);
		TRUE(here.v.group >= 0);
	}
	if (stage >= ATTACHED)
		IS(group_attach(here.v.group, here.v.container), 0);
	if (stage >= MODEL)
		IS(ask(here.v.container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU), 0);
	if (stage >= DEVICE)
		device_open();
}

void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void stage_leave(void)
{
	close_file(&here.v.device);
	close_file(&here.v.group);
	close_file(&here.v.container);
}

void device_open(void)
{
	here.v.device = device_get(here.v.group, here.v.bdf);
	TRUE(here.v.device >= 0);
	if (here.v.device >= 0)
		pci_enable(here.v.device);
}

void device_close(void)
{
	close_file(&here.v.device);
}

void memory_map(void)
{
	IS(dma_map(here.v.container, here.memory, MEMORY_SIZE, IOVA), 0);
}

void memory_unmap(void)
{
	IS(unmapped(here.v.container, 0, IOVA, MEMORY_SIZE), MEMORY_SIZE);
}
