// SPDX-License-Identifier: GPL-2.0-only
#include "vfio_session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "cleanup.h"
#include "iommufd.h"

#define CONTAINER_NODE "/dev/vfio/vfio"
#define ANSWER_MAX     (1U << 20)
#define RANGES_MAX     4096
#define HITS_FIRST     32
#define HITS_MAX       65536

static int fail(const struct vfio_session *s, int errnum, const char *what, const char *advice,
		struct error *err)
{
	if (errnum == EBUSY)
		return error_set(
			err, EXIT_BUSY, EBUSY,
			"'%s' is in use: the kernel refuses to %s, since somebody has it, or "
			"a neighbour of its group, open ('vfioctl holders %s' may tell who)",
			s->way->device->name, what, s->way->device->name);
	return error_set(err, EXIT_FAILED, errnum, "cannot %s for '%s': %s%s%s", what,
			 s->way->device->name, strerror(errnum), advice ? "; " : "", advice ?: "");
}

static int open_node(const struct vfio_session *s, const char *path, int *fd, const char *missing,
		     struct error *err)
{
	const char *advice = NULL;
	char what[160];

	*fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (*fd >= 0)
		return 0;
	if (errno == ENOENT)
		advice = missing;
	else if (errno == EACCES || errno == EPERM)
		advice = "only who owns the node may";
	snprintf(what, sizeof(what), "open '%s'", path);
	return fail(s, errno, what, advice, err);
}

/* By its group. */

static int check_status(const struct vfio_session *s, struct error *err)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	if (ioctl(s->group, VFIO_GROUP_GET_STATUS, &status))
		return fail(s, errno, "ask whether the group is viable", NULL, err);
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return error_set(
			err, EXIT_NOT_VIABLE, EPERM,
			"group %ld is not viable to the kernel; 'vfioctl viable %s' may tell "
			"why",
			s->way->device->group_id, s->way->device->name);
	if (status.flags & VFIO_GROUP_FLAGS_CONTAINER_SET)
		return fail(s, EBUSY, "attach the group", NULL, err);
	return 0;
}

static int choose_type(struct vfio_session *s, struct error *err)
{
	static const uint32_t types[] = { VFIO_TYPE1v2_IOMMU, VFIO_TYPE1_IOMMU };

	for (size_t i = 0; i < ARRAY_SIZE(types) && !s->type; i++)
		if (ioctl(s->container, VFIO_CHECK_EXTENSION, types[i]) > 0)
			s->type = types[i];
	if (s->type)
		return 0;
	return error_set(err, EXIT_FAILED, ENODEV,
			 "VFIO has no backend for the IOMMU behind '%s': 'modprobe "
			 "vfio_iommu_type1' may help",
			 s->way->device->name);
}

static int attach(const struct vfio_session *s, struct error *err)
{
	static const char remapping[] =
		"the kernel's log may say that interrupts cannot be remapped (allow_unsafe_"
		"interrupts of vfio_iommu_type1)";

	if (ioctl(s->group, VFIO_GROUP_SET_CONTAINER, &s->container))
		return fail(s, errno, "attach the group to a container", NULL, err);
	if (ioctl(s->container, VFIO_SET_IOMMU, s->type))
		return fail(s, errno, "set the container's IOMMU",
			    errno == EPERM ? remapping : NULL, err);
	return 0;
}

static int get_device(struct vfio_session *s, struct error *err)
{
	static const char token[] = "a virtual function wants the token of its physical one";

	s->device = ioctl(s->group, VFIO_GROUP_GET_DEVICE_FD, s->way->device->name);
	if (s->device >= 0)
		return 0;
	return fail(s, errno, "get the device from its group", errno == EACCES ? token : NULL, err);
}

static int open_by_group(struct vfio_session *s, struct error *err)
{
	int ret = open_node(s, CONTAINER_NODE, &s->container, "'modprobe vfio' makes it", err);
	int version = ret ? 0 : ioctl(s->container, VFIO_GET_API_VERSION);

	if (!ret && version != VFIO_API_VERSION)
		ret = error_set(err, EXIT_FAILED, EPROTO,
				"VFIO speaks version %d of its interface, not %d", version,
				VFIO_API_VERSION);
	if (!ret)
		ret = open_node(s, s->way->node.path, &s->group, NULL, err);
	if (!ret)
		ret = check_status(s, err);
	if (!ret)
		ret = choose_type(s, err);
	if (!ret)
		ret = attach(s, err);
	return ret ?: get_device(s, err);
}

/* By its own node. */

/* EINVAL is the kernel's word for a device that somebody else has by its node, but not only. */
static int fail_to_bind(const struct vfio_session *s, int errnum, struct error *err)
{
	static const char not_owned[] =
		"somebody has a neighbour of its group, or interrupts cannot be remapped";

	if (errnum == EINVAL)
		return error_set(
			err, EXIT_BUSY, EBUSY,
			"'%s' is in use: the kernel refuses to bind its node to an iommufd, since "
			"somebody has it open ('vfioctl holders %s' may tell who), or because the "
			"device cannot be enabled (the kernel log may say why)",
			s->way->device->name, s->way->device->name);
	return fail(s, errnum, "bind its node to an iommufd", errnum == EPERM ? not_owned : NULL,
		    err);
}

static int open_by_node(struct vfio_session *s, struct error *err)
{
	struct iommufd_device_bind bind = { .size = sizeof(bind) };
	struct iommufd_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct iommufd_device_attach attached = { .size = sizeof(attached) };
	int ret = open_node(s, IOMMUFD_NODE, &s->iommufd, "'modprobe iommufd' makes it", err);

	if (!ret)
		ret = open_node(s, s->way->node.path, &s->device, NULL, err);
	if (ret)
		return ret;
	bind.iommufd = s->iommufd;
	if (ioctl(s->device, IOMMUFD_DEVICE_BIND, &bind))
		return fail_to_bind(s, errno, err);
	if (ioctl(s->iommufd, IOMMUFD_IOAS_ALLOC, &alloc))
		return fail(s, errno, "make an address space", NULL, err);
	s->ioas = alloc.ioas;
	attached.ioas = alloc.ioas;
	if (ioctl(s->device, IOMMUFD_DEVICE_ATTACH, &attached))
		return fail(s, errno, "attach it to an address space", NULL, err);
	return 0;
}

int vfio_session_open(struct vfio_session *s, const struct vfio_way *way, struct error *err)
{
	int ret;

	*s = (struct vfio_session){
		.way = way, .container = -1, .group = -1, .iommufd = -1, .device = -1
	};
	ret = way->kind == VFIO_WAY_CDEV ? open_by_node(s, err) : open_by_group(s, err);
	if (ret)
		vfio_session_close(s);
	return ret;
}

void vfio_session_close(struct vfio_session *s)
{
	cleanup_closep(&s->device);
	cleanup_closep(&s->group);
	cleanup_closep(&s->container);
	cleanup_closep(&s->iommufd);
	s->device = s->group = s->container = s->iommufd = -1;
}

/* Questions. */

/* How much of the answer there is: what the kernel says, but no more than there was room for. */
static size_t length_of(const void *buf, size_t room)
{
	uint32_t argsz;

	memcpy(&argsz, buf, sizeof(argsz));
	return argsz < room ? argsz : room;
}

int vfio_ask(int fd, unsigned long request, const void *head, size_t size, void **answer,
	     size_t *answer_size)
{
	size_t room = size;
	void *buf = NULL;

	/* The first answer may say how long it would like to be; what grows once more is odd. */
	for (int round = 0; round < 3; round++) {
		uint32_t argsz = (uint32_t)room;
		int ret;

		free(buf);
		buf = calloc(1, room);
		if (!buf)
			return -ENOMEM;
		memcpy(buf, head, size);
		memcpy(buf, &argsz, sizeof(argsz));
		ret = ioctl(fd, request, buf) ? -errno : 0;
		memcpy(&argsz, buf, sizeof(argsz));
		if (ret && !(ret == -ENOSPC && argsz > room)) {
			free(buf);
			return ret;
		}
		if (argsz <= room) {
			*answer_size = length_of(buf, room);
			*answer = buf;
			return 0;
		}
		room = argsz;
		if (room > ANSWER_MAX)
			break;
	}
	free(buf);
	return -E2BIG;
}

/* Here it is not argsz that says how much is missing, but the count. */
int vfio_session_hits(const struct vfio_session *s, void **answer, size_t *size)
{
	struct vfio_pci_hot_reset_info *info;
	uint32_t n = HITS_FIRST;

	while (n <= HITS_MAX) {
		*size = sizeof(*info) + n * sizeof(info->devices[0]);
		info = calloc(1, *size);
		if (!info)
			return -ENOMEM;
		info->argsz = (uint32_t)*size;
		if (!ioctl(s->device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, info)) {
			*answer = info;
			return 0;
		}
		n = info->count > n ? info->count : HITS_MAX + 1;
		free(info);
		if (errno != ENOSPC)
			return -errno;
	}
	return -E2BIG;
}

int vfio_session_ioas_ranges(const struct vfio_session *s, struct vfio_span **ranges, size_t *n,
			     uint64_t *alignment)
{
	_cleanup_free_ struct vfio_span *v = calloc(RANGES_MAX, sizeof(*v));
	struct iommufd_ioas_ranges ask = {
		.size = sizeof(ask),
		.ioas = s->ioas,
		.n = RANGES_MAX,
		.ranges = (uintptr_t)v,
	};

	if (!v)
		return -ENOMEM;
	if (ioctl(s->iommufd, IOMMUFD_IOAS_RANGES, &ask))
		return -errno;
	*n = ask.n < RANGES_MAX ? ask.n : RANGES_MAX;
	*alignment = ask.alignment;
	*ranges = take_ptr(v);
	return 0;
}

/* A buffer, mapped and unmapped. */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int map(const struct vfio_session *s, void *memory, const struct vfio_dma_trial *trial)
{
	struct vfio_iommu_type1_dma_map by_group = {
		.argsz = sizeof(by_group),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.iova = trial->iova,
		.size = trial->size,
	};
	struct iommufd_ioas_map by_node = {
		.size = sizeof(by_node),
		.flags = IOMMUFD_MAP_AT_THAT_IOVA | IOMMUFD_MAP_DEVICE_READS |
			 IOMMUFD_MAP_DEVICE_WRITES,
		.ioas = s->ioas,
		.memory = (uintptr_t)memory,
		.length = trial->size,
		.iova = trial->iova,
	};

	if (s->iommufd >= 0)
		return ioctl(s->iommufd, IOMMUFD_IOAS_MAP, &by_node) ? errno : 0;
	return ioctl(s->container, VFIO_IOMMU_MAP_DMA, &by_group) ? errno : 0;
}

/* An unmap that leaves something behind has failed, whatever it says. */
static int unmap(const struct vfio_session *s, const struct vfio_dma_trial *trial)
{
	struct vfio_iommu_type1_dma_unmap by_group = {
		.argsz = sizeof(by_group),
		.iova = trial->iova,
		.size = trial->size,
	};
	struct iommufd_ioas_unmap by_node = {
		.size = sizeof(by_node),
		.ioas = s->ioas,
		.iova = trial->iova,
		.length = trial->size,
	};

	if (s->iommufd >= 0) {
		if (ioctl(s->iommufd, IOMMUFD_IOAS_UNMAP, &by_node))
			return errno;
		return by_node.length == trial->size ? 0 : EIO;
	}
	if (ioctl(s->container, VFIO_IOMMU_UNMAP_DMA, &by_group))
		return errno;
	return by_group.size == trial->size ? 0 : EIO;
}

void vfio_session_try_dma(const struct vfio_session *s, struct vfio_dma_trial *trial)
{
	void *memory =
		mmap(NULL, trial->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t begin;

	if (memory == MAP_FAILED) {
		trial->map_errnum = trial->unmap_errnum = errno;
		return;
	}
	/* A client's memory is there already: what is measured is not the faults. */
	memset(memory, 0, trial->size);
	begin = now_ns();
	trial->map_errnum = map(s, memory, trial);
	trial->map_ns = now_ns() - begin;
	begin = now_ns();
	trial->unmap_errnum = trial->map_errnum ?: unmap(s, trial);
	trial->unmap_ns = now_ns() - begin;
	munmap(memory, trial->size);
}
