// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-hot-reset BDF COUNT ANSWER OTHER: the slot or bus of BDF has COUNT functions, all in its
 * group; a reset of all of them is answered with ANSWER (0 or a negative errno). OTHER is in
 * another group.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

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
	IS(all->argsz, sizeof(*all) + count * sizeof(all->devices[0]));
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
	/* Whether what is missing reads as 0 or as what an earlier request had there. */
	if (dup2(v->group, 0))
		die("no descriptor 0");
	IS(reset(v->device, 1, 1, v->group), -EINVAL);
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

/* The last of those that are reset, which is another one than who asks if there is any. */
static int last_of(const struct vfio *v)
{
	struct vfio_pci_hot_reset_info *all =
		calloc(1, sizeof(*all) + MOST * sizeof(*all->devices));
	struct vfio_pci_dependent_device *last;
	char name[32];
	int device;

	IS(info(v->device, MOST, all), 0);
	last = &all->devices[all->count - 1];
	snprintf(name, sizeof(name), "%04x:%02x:%02x.%x", last->segment, last->bus,
		 last->devfn >> 3, last->devfn & 7);
	device = device_get(v->group, name);
	TRUE(device >= 0);
	free(all);
	return device;
}

static atomic_bool done;
static atomic_long wrong, looks;

static void *look(void *map)
{
	while (!atomic_load(&done)) {
		atomic_fetch_add(&wrong, touch(map) != EDU_ID);
		atomic_fetch_add(&looks, 1);
	}
	return NULL;
}

/* Nobody sees the registers of any of them while they are reset: he waits. */
static void watched(const struct vfio *v)
{
	int device = last_of(v);
	pthread_t thread;
	void *map;

	pci_enable(device);
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, device,
		   region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL));
	if (map == MAP_FAILED || pthread_create(&thread, NULL, look, map))
		die("cannot look at registers");
	while (!atomic_load(&looks))
		usleep(1000);
	IS(reset(v->device, 0, 1, v->group), 0);
	atomic_store(&done, true);
	pthread_join(thread, NULL);
	IS(wrong, 0);
	munmap(map, 4096);
	close(device);
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
	if (!strcmp(argv[3], "0"))
		watched(&v);
	/* It is where it was, and decodes. */
	IS(read32(v.device, region(v.device, VFIO_PCI_BAR0_REGION_INDEX, NULL)), EDU_ID);
	vfio_close(&v);
	return checks_status();
}
