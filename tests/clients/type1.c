// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "type1.h"
#include "vfio.h"

struct vfio type1_open(const char *bdf, unsigned long model)
{
	struct vfio v = { .bdf = bdf, .container = container_open() };

	v.group = group_open(bdf, 2);
	if (v.group < 0)
		die("cannot open the group of '%s'", bdf);
	if (group_attach(v.group, v.container))
		die("cannot attach the group of '%s'", bdf);
	if (ioctl(v.container, VFIO_SET_IOMMU, model))
		die("cannot set the IOMMU");
	v.device = device_get(v.group, bdf);
	if (v.device < 0)
		die("cannot get '%s'", bdf);
	return v;
}

long unmapped(int container, uint32_t flags, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .flags = flags, .iova = iova, .size = size
	};
	long ret = ask(container, VFIO_IOMMU_UNMAP_DMA, &unmap);

	return ret ? ret : (long)unmap.size;
}

void *info_capability(int container, uint16_t id)
{
	struct vfio_iommu_type1_info probe = { .argsz = sizeof(probe) }, *info;
	struct vfio_info_cap_header *header;
	uint32_t at;

	if (ask(container, VFIO_IOMMU_GET_INFO, &probe))
		die("cannot get the IOMMU's info");
	info = calloc(1, probe.argsz);
	if (!info)
		die("no memory");
	info->argsz = probe.argsz;
	if (ask(container, VFIO_IOMMU_GET_INFO, info))
		die("cannot get the IOMMU's info");
	for (at = info->cap_offset; at; at = header->next) {
		header = (void *)((char *)info + at);
		if (header->id == id)
			return header;
	}
	return NULL;
}

long dma_avail(int container)
{
	struct vfio_iommu_type1_info_dma_avail *cap =
		info_capability(container, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL);

	return cap ? (long)cap->avail : -1;
}

long locked_kib_of(int pid)
{
	char path[64], line[256];
	long kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "VmLck: %ld", &kib) == 1)
			break;
	}
	fclose(f);
	return kib;
}

long locked_kib(void)
{
	return locked_kib_of(getpid());
}

long wrap_answer(void)
{
	struct utsname name;
	int major, minor;

	if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2)
		die("what kernel is this");
	return major > 6 || (major == 6 && minor >= 19) ? -EOVERFLOW : -EINVAL;
}
