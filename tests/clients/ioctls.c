// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctls BDF: the answers of container, group and device files to good, short, long and wrong
 * arguments. The device's group must be viable.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio.h"

#define UNKNOWN_VFIO  _IO(VFIO_TYPE, VFIO_BASE + 99)
#define UNKNOWN_OTHER _IO('x', 1)

static const char *bdf;

static void *unmapped(void)
{
	void *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (hole == MAP_FAILED)
		die("cannot map");
	return hole;
}

static void container_alone(void)
{
	int container = container_open();
	struct vfio_iommu_type1_dma_map map = { .argsz = sizeof(map) };

	IS(ask(container, VFIO_GET_API_VERSION, NULL), VFIO_API_VERSION);
	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1_IOMMU), 1);
	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1v2_IOMMU), 1);
	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)VFIO_SPAPR_TCE_IOMMU), 0);
	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)999999UL), 0);
	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)ULONG_MAX), 0);
	IS(ask(container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1_IOMMU), -EINVAL);
	IS(ask(container, VFIO_IOMMU_MAP_DMA, &map), -EINVAL);
	IS(ask(container, UNKNOWN_OTHER, NULL), ours() ? -ENOTTY : -EINVAL);
	TRUE(read(container, &map, 1) < 0);
	close(container);
}

static void group_status(int group)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	IS(ask(group, VFIO_GROUP_GET_STATUS, &status), 0);
	IS(status.flags, VFIO_GROUP_FLAGS_VIABLE);
	status.argsz = sizeof(status) - 1;
	IS(ask(group, VFIO_GROUP_GET_STATUS, &status), -EINVAL);
	status.argsz = 0;
	IS(ask(group, VFIO_GROUP_GET_STATUS, &status), -EINVAL);
	status.argsz = UINT_MAX;
	IS(ask(group, VFIO_GROUP_GET_STATUS, &status), 0);
	IS(ask(group, VFIO_GROUP_GET_STATUS, NULL), -EFAULT);
	IS(ask(group, VFIO_GROUP_GET_STATUS, unmapped()), -EFAULT);
}

static bool is_no_container(long answer)
{
	return answer == -EINVAL || (answer == -EBADFD && !ours());
}

static void group_wrong_containers(int group)
{
	int fd = -1, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	TRUE(ask(group, VFIO_GROUP_SET_CONTAINER, &fd) < 0);
	fd = 9999;
	IS(ask(group, VFIO_GROUP_SET_CONTAINER, &fd), -EBADF);
	/* The seed's answer; a stock core that knows iommufd says EBADFD. */
	TRUE(is_no_container(ask(group, VFIO_GROUP_SET_CONTAINER, &null)));
	TRUE(is_no_container(ask(group, VFIO_GROUP_SET_CONTAINER, &group)));
	IS(ask(group, VFIO_GROUP_SET_CONTAINER, NULL), -EFAULT);
	IS(ask(group, VFIO_GROUP_UNSET_CONTAINER, NULL), -EINVAL);
	IS(device_get(group, bdf), -EINVAL);
	IS(ask(group, UNKNOWN_VFIO, NULL), -ENOTTY);
	IS(ask(group, UNKNOWN_OTHER, NULL), -ENOTTY);
	close(null);
}

static void group_names(int group)
{
	char longest[8192];

	memset(longest, 'x', sizeof(longest));
	IS(device_get(group, "no-such-device"), -ENODEV);
	IS(device_get(group, ""), -ENODEV);
	TRUE(device_get(group, longest) < 0);
	IS(device_get(group, NULL), -EFAULT);
}

static void group_attached(int group)
{
	int container = container_open(), other = container_open(), device, second;
	struct vfio_group_status status = { .argsz = sizeof(status) };

	IS(group_attach(group, container), 0);
	IS(group_attach(group, container), -EINVAL);
	IS(group_attach(group, other), -EINVAL);
	IS(ask(group, VFIO_GROUP_GET_STATUS, &status), 0);
	IS(status.flags, VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET);
	IS(device_get(group, bdf), -EINVAL);
	IS(ask(container, VFIO_SET_IOMMU, (void *)999999UL), -ENODEV);
	IS(ask(container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU), 0);
	IS(ask(container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU), -EINVAL);
	IS(ask(container, UNKNOWN_VFIO, NULL), -ENOTTY);
	IS(ask(container, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1_IOMMU), 1);
	group_names(group);
	device = device_get(group, bdf);
	second = device_get(group, bdf);
	TRUE(device >= 0);
	TRUE(second >= 0);
	IS(fcntl(device, F_GETFD), FD_CLOEXEC);
	IS(ask(group, VFIO_GROUP_UNSET_CONTAINER, NULL), -EBUSY);
	close(device);
	IS(ask(group, VFIO_GROUP_UNSET_CONTAINER, NULL), -EBUSY);
	close(second);
	IS(ask(group, VFIO_GROUP_UNSET_CONTAINER, NULL), 0);
	IS(ask(group, VFIO_GROUP_UNSET_CONTAINER, NULL), -EINVAL);
	/* The container has lost its backend and can be used again, with another model. */
	IS(ask(container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1_IOMMU), -EINVAL);
	IS(group_attach(group, container), 0);
	IS(ask(container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1_IOMMU), 0);
	close(container);
	close(other);
}

static void group_file(void)
{
	int group = group_open(bdf, O_RDWR | O_CLOEXEC);

	TRUE(group >= 0);
	IS(group_open(bdf, O_RDWR | O_CLOEXEC), -EBUSY);
	IS(group_open(bdf, O_RDONLY | O_CLOEXEC), -EBUSY);
	group_status(group);
	group_wrong_containers(group);
	group_attached(group);
	close(group);
}

/* A file without write access shows, and changes nothing. */
static void group_read_only(void)
{
	int group = group_open(bdf, O_RDONLY | O_CLOEXEC), container = container_open();
	struct vfio_group_status status = { .argsz = sizeof(status) };

	TRUE(group >= 0);
	IS(group_attach(group, container), -EPERM);
	IS(ask(group, VFIO_GROUP_UNSET_CONTAINER, NULL), -EPERM);
	IS(device_get(group, bdf), -EPERM);
	IS(ask(group, UNKNOWN_VFIO, NULL), -ENOTTY);
	IS(ask(group, VFIO_GROUP_GET_STATUS, &status), 0);
	IS(status.flags, VFIO_GROUP_FLAGS_VIABLE);
	close(group);
	close(container);
}

static void device_file(void)
{
	struct vfio v = vfio_open(bdf);
	struct vfio_device_info info = { .argsz = sizeof(info) };
	const uint32_t least = offsetof(struct vfio_device_info, cap_offset);

	IS(ask(v.device, VFIO_DEVICE_GET_INFO, &info), 0);
	TRUE(info.flags & VFIO_DEVICE_FLAGS_PCI);
	TRUE(info.num_regions >= VFIO_PCI_NUM_REGIONS);
	TRUE(info.num_irqs >= VFIO_PCI_NUM_IRQS);
	info.argsz = least;
	IS(ask(v.device, VFIO_DEVICE_GET_INFO, &info), 0);
	info.argsz = least - 1;
	IS(ask(v.device, VFIO_DEVICE_GET_INFO, &info), -EINVAL);
	info.argsz = 0;
	IS(ask(v.device, VFIO_DEVICE_GET_INFO, &info), -EINVAL);
	info.argsz = UINT_MAX;
	IS(ask(v.device, VFIO_DEVICE_GET_INFO, &info), 0);
	IS(ask(v.device, VFIO_DEVICE_GET_INFO, NULL), -EFAULT);
	IS(ask(v.device, VFIO_DEVICE_GET_INFO, unmapped()), -EFAULT);
	IS(ask(v.device, VFIO_DEVICE_SET_IRQS, NULL), -EFAULT);
	IS(ask(v.device, UNKNOWN_VFIO, NULL), -ENOTTY);
	IS(ask(v.device, UNKNOWN_OTHER, NULL), -ENOTTY);
	TRUE(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, v.device, 0) == MAP_FAILED);
	vfio_close(&v);
}

/* An answer at the very end of a page: no more may be read than the structure has. */
static void device_info_at_page_end(void)
{
	struct vfio v = vfio_open(bdf);
	const uint32_t least = offsetof(struct vfio_device_info, cap_offset);
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t *argsz;

	if (pages == MAP_FAILED)
		die("cannot map");
	munmap(pages + 4096, 4096);
	argsz = (uint32_t *)(pages + 4096 - least);
	*argsz = least;
	IS(ask(v.device, VFIO_DEVICE_GET_INFO, argsz), 0);
	vfio_close(&v);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: ioctls BDF");
	bdf = argv[1];
	container_alone();
	group_file();
	/* The stock core lets any descriptor change the group. */
	if (ours())
		group_read_only();
	device_file();
	device_info_at_page_end();
	return checks_status();
}
