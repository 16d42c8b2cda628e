// SPDX-License-Identifier: GPL-2.0-only
/* Probe and remove, by sysfs. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "operation.h"

#define PCI "/sys/bus/pci"

static long sysfs_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	long ret = 0;

	if (fd < 0)
		die("cannot open '%s'", path);
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static const char *device_file(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), PCI "/devices/%s/%s", here.v.bdf, name);
	return path;
}

static long unbind(void)
{
	return sysfs_write(PCI "/drivers/vfio-pci/unbind", here.v.bdf);
}

static long bind(void)
{
	return sysfs_write(PCI "/drivers/vfio-pci/bind", here.v.bdf);
}

static void bound(void)
{
	IS(bind(), 0);
}

static void unbound(void)
{
	IS(unbind(), 0);
}

static void has_no_driver(void)
{
	IS(access(device_file("driver"), F_OK), -1);
}

/* The group is there, under its right name, and all works. */
static void can_be_used(void)
{
	stage_enter(DEVICE);
	stage_leave();
}

static void held(void)
{
	stage_enter(DEVICE);
	memory_map();
	IS(irq_eventfd(here.v.device, VFIO_PCI_MSI_IRQ_INDEX, here.event), 0);
}

/* The holder learns of it, also when nobody else does. */
static void is_taken_away(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	IS(ask(here.v.device, VFIO_DEVICE_GET_INFO, &info), -ENODEV);
	stage_leave();
}

static long unplug(void)
{
	return sysfs_write(device_file("remove"), "1");
}

static void plugged_in(void)
{
	sysfs_write(PCI "/rescan", "1");
	IS(sysfs_write(device_file("driver_override"), "vfio-pci"), 0);
	bound();
}

static long virtual_functions(const char *number)
{
	return sysfs_write(device_file("sriov_numvfs"), number);
}

static long vfs_come(void)
{
	return virtual_functions("1");
}

static long vfs_go(void)
{
	return virtual_functions("0");
}

static void vfs_came(void)
{
	IS(vfs_come(), 0);
}

static void vfs_gone(void)
{
	IS(vfs_go(), 0);
	IS(access(device_file("virtfn0"), F_OK), -1);
}

/* Whether it has a driver is another matter: whoever made it is not told that a probe failed. */
static void has_vf(void)
{
	IS(access(device_file("virtfn0"), F_OK), 0);
}

const struct operation driver_operations[] = {
	{ .name = "unbind",
	  .stage = NOTHING,
	  .run = unbind,
	  .check = has_no_driver,
	  .after = bound,
	  .spares = GIVE_BACK,
	  .by_worker = true },
	{ .name = "unbind-held",
	  .stage = NOTHING,
	  .before = held,
	  .run = unbind,
	  .check = is_taken_away,
	  .after = bound,
	  .spares = GIVE_BACK,
	  .by_worker = true },
	{ .name = "bind", .stage = NOTHING, .before = unbound, .run = bind, .check = can_be_used },
	{ .name = "unplug",
	  .stage = NOTHING,
	  .run = unplug,
	  .after = plugged_in,
	  .spares = GIVE_BACK,
	  .by_worker = true },
	{ .name = "unplug-held",
	  .stage = NOTHING,
	  .before = held,
	  .run = unplug,
	  .check = is_taken_away,
	  .after = plugged_in,
	  .spares = GIVE_BACK,
	  .by_worker = true },
	{ .name = "vfs-come",
	  .stage = NOTHING,
	  .run = vfs_come,
	  .check = has_vf,
	  .after = vfs_gone,
	  .spares = NEW_FUNCTION },
	{ .name = "vfs-go",
	  .stage = NOTHING,
	  .before = vfs_came,
	  .run = vfs_go,
	  .after = vfs_gone,
	  .spares = GIVE_BACK,
	  .by_worker = true },
	{},
};
