// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-hot-reset BDF COUNT ANSWER OTHER: the slot or bus of BDF has COUNT functions, all in its
 * group; a reset of all of them is answered with ANSWER (0 or a negative errno). OTHER is in
 * another group.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio.h"

#define MOST 8

static long info(int device, unsigned int room, struct vfio_pci_hot_reset_info *info)
{
	memset(info, 0, sizeof(*info) + MOST * sizeof(info->devices[0]));
	info->argsz = sizeof(*info) + room * sizeof(info->devices[0]);
	return ask(device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, info);
}

static void infos(const struct vfio *v, unsigned int count)
{
	struct vfio_pci_hot_reset_info *all =
		calloc(1, sizeof(*all) + MOST * sizeof(*all->devices));
	unsigned int i, bus, slot, function, found = 0;

	all->argsz = sizeof(*all) - 1;
	IS(ask(v->device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, all), -EINVAL);
	IS(info(v->device, count - 1, all), -ENOSPC);
	IS(all->count, count);
	IS(info(v->device, MOST, all), 0);
	IS(all->count, count);
	bus = strtoul(v->bdf + 5, NULL, 16);
	slot = strtoul(v->bdf + 8, NULL, 16);
	function = strtoul(v->bdf + 11, NULL, 16);
	for (i = 0; i < all->count; i++) {
		IS(all->devices[i].group_id, group_of(v->bdf));
		IS(all->devices[i].segment, 0);
		found += all->devices[i].bus == bus && all->devices[i].devfn == slot * 8 + function;
	}
	IS(found, 1);
	free(all);
}

static long reset(int device, uint32_t flags, uint32_t count, int fd)
{
	struct {
		struct vfio_pci_hot_reset reset;
		int32_t fds[MOST];
	} request = { .reset = { .argsz = sizeof(request), .flags = flags, .count = count } };
	int i;

	for (i = 0; i < MOST; i++)
		request.fds[i] = fd;
	return ask(device, VFIO_DEVICE_PCI_HOT_RESET, &request);
}

static void refusals(const struct vfio *v, unsigned int count)
{
	struct {
		struct vfio_pci_hot_reset reset;
		int32_t fd;
	} short_of_one = { .reset = { .argsz = sizeof(short_of_one.reset), .count = 1 },
			   .fd = v->group };

	IS(reset(v->device, 0, 0, v->group), -EINVAL);
	IS(reset(v->device, 1, 1, v->group), -EINVAL);
	IS(reset(v->device, 0, count + 1, v->group), -EINVAL);
	IS(reset(v->device, 0, 0x40000001, v->group), -EINVAL);
	IS(reset(v->device, 0, 1, -1), -EBADF);
	IS(reset(v->device, 0, 1, v->container), -EINVAL);
	IS(reset(v->device, 0, 1, v->device), -EINVAL);
	IS(ask(v->device, VFIO_DEVICE_PCI_HOT_RESET, &short_of_one), -EINVAL);
}

/* Another group proves nothing, and one that was opened to look at it is not even asked. */
static void others(const struct vfio *v, const char *other)
{
	int group = group_open(other, O_RDWR | O_CLOEXEC);

	TRUE(group >= 0);
	IS(reset(v->device, 0, 1, group), -EPERM);
	close(group);
	group = group_open(other, O_RDONLY | O_CLOEXEC);
	TRUE(group >= 0);
	IS(reset(v->device, 0, 1, group), -EINVAL);
	close(group);
}

int main(int argc, char **argv)
{
	unsigned int count;
	struct vfio v;

	if (argc != 5)
		die("usage: pci-hot-reset BDF COUNT ANSWER OTHER");
	v = vfio_open(argv[1]);
	count = strtoul(argv[2], NULL, 10);
	infos(&v, count);
	refusals(&v, count);
	others(&v, argv[4]);
	pci_enable(v.device);
	IS(reset(v.device, 0, 1, v.group), strtol(argv[3], NULL, 10));
	/* It is where it was, and decodes. */
	IS(read32(v.device, region(v.device, VFIO_PCI_BAR0_REGION_INDEX, NULL)), 0x010000ed);
	vfio_close(&v);
	return checks_status();
}
