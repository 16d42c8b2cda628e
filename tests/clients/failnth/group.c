// SPDX-License-Identifier: GPL-2.0-only
/* Containers and groups. */
#include <fcntl.h>
#include <unistd.h>

#include "operation.h"

static struct vfio_group_status status;
static int group_beside = -1;

static long open_container(void)
{
	here.v.container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	return here.v.container < 0 ? -errno : 0;
}

static void close_container(void)
{
	close_file(&here.v.container);
}

static long open_group(void)
{
	return here.v.group = group_open(here.v.bdf, O_RDWR | O_CLOEXEC);
}

static void close_group(void)
{
	close_file(&here.v.group);
}

static long get_status(void)
{
	status = (struct vfio_group_status){ .argsz = sizeof(status) };
	return ask(here.v.group, VFIO_GROUP_GET_STATUS, &status);
}

/* Whoever could not find out must not say that it is not viable. */
static void is_viable(void)
{
	IS(status.flags, VFIO_GROUP_FLAGS_VIABLE);
}

static void is_attached(void)
{
	IS(get_status(), 0);
	IS(status.flags, VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET);
}

static void is_detached(void)
{
	IS(get_status(), 0);
	IS(status.flags, VFIO_GROUP_FLAGS_VIABLE);
}

static long api_version(void)
{
	return ask(here.v.container, VFIO_GET_API_VERSION, NULL);
}

static long extension;

static long check_extension(void)
{
	return extension = ask(here.v.container, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1v2_IOMMU);
}

static void is_yes(void)
{
	IS(extension, 1);
}

static long set_container(void)
{
	return group_attach(here.v.group, here.v.container);
}

static long set_iommu(void)
{
	return ask(here.v.container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU);
}

static long unset_container(void)
{
	return ask(here.v.group, VFIO_GROUP_UNSET_CONTAINER, NULL);
}

static void attached(void)
{
	IS(set_container(), 0);
}

static void translated(void)
{
	attached();
	IS(set_iommu(), 0);
}

static void detached(void)
{
	IS(unset_container(), 0);
}

/* Without a backend it could not be. */
static void has_backend(void)
{
	memory_map();
	memory_unmap();
}

static void beside_opened(void)
{
	memory_map();
	group_beside = group_open(here.beside, O_RDWR | O_CLOEXEC);
	TRUE(group_beside >= 0);
}

static long set_container_beside(void)
{
	return group_attach(group_beside, here.v.container);
}

static long unset_container_beside(void)
{
	return ask(group_beside, VFIO_GROUP_UNSET_CONTAINER, NULL);
}

static void beside_attached(void)
{
	beside_opened();
	IS(set_container_beside(), 0);
}

static void beside_detached(void)
{
	IS(unset_container_beside(), 0);
	close_file(&group_beside);
	memory_unmap();
}

/* What is mapped for the first group stays when the second one leaves. */
static void beside_gone(void)
{
	close_file(&group_beside);
	memory_unmap();
}

static long get_device(void)
{
	return here.v.device = device_get(here.v.group, here.v.bdf);
}

static void device_works(void)
{
	pci_enable(here.v.device);
	read32(here.v.device, region(here.v.device, VFIO_PCI_BAR0_REGION_INDEX, NULL));
}

static int second_file = -1;

static long get_device_again(void)
{
	return second_file = device_get(here.v.group, here.v.bdf);
}

static void second_works(void)
{
	read32(second_file, region(second_file, VFIO_PCI_CONFIG_REGION_INDEX, NULL));
}

static void second_closed(void)
{
	close_file(&second_file);
}

const struct operation group_operations[] = {
	{ .name = "open-container",
	  .stage = NOTHING,
	  .run = open_container,
	  .after = close_container },
	{ .name = "open-group",
	  .stage = NOTHING,
	  .run = open_group,
	  .after = close_group,
	  .quiet = true },
	{ .name = "api-version", .stage = OPENED, .run = api_version, .quiet = true },
	{ .name = "check-extension",
	  .stage = OPENED,
	  .run = check_extension,
	  .check = is_yes,
	  .quiet = true },
	{ .name = "check-extension-model",
	  .stage = MODEL,
	  .run = check_extension,
	  .check = is_yes,
	  .quiet = true },
	{ .name = "group-status", .stage = OPENED, .run = get_status, .check = is_viable },
	{ .name = "group-status-attached",
	  .stage = ATTACHED,
	  .run = get_status,
	  .check = is_attached },
	{ .name = "set-container",
	  .stage = OPENED,
	  .run = set_container,
	  .check = is_attached,
	  .after = detached },
	{ .name = "set-container-beside",
	  .stage = MODEL,
	  .before = beside_opened,
	  .run = set_container_beside,
	  .after = beside_detached,
	  .spares = GIVE_BACK },
	{ .name = "unset-container",
	  .stage = OPENED,
	  .before = attached,
	  .run = unset_container,
	  .check = is_detached,
	  .spares = GIVE_BACK,
	  .quiet = true },
	{ .name = "unset-container-model",
	  .stage = OPENED,
	  .before = translated,
	  .run = unset_container,
	  .check = is_detached,
	  .spares = GIVE_BACK,
	  .quiet = true },
	{ .name = "unset-container-beside",
	  .stage = MODEL,
	  .before = beside_attached,
	  .run = unset_container_beside,
	  .after = beside_gone,
	  .spares = GIVE_BACK },
	{ .name = "set-iommu",
	  .stage = OPENED,
	  .before = attached,
	  .run = set_iommu,
	  .check = has_backend,
	  .after = detached },
	{ .name = "get-device",
	  .stage = MODEL,
	  .run = get_device,
	  .check = device_works,
	  .after = device_close },
	{ .name = "get-device-again",
	  .stage = DEVICE,
	  .run = get_device_again,
	  .check = second_works,
	  .after = second_closed },
	{},
};
