// SPDX-License-Identifier: GPL-2.0-only
#include "bus_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "cleanup.h"
#include "vfio_session.h"

#define TRIES	     10
#define TRY_PAUSE_NS 100000000

/* Whoever has them owns the bus: the session's group first, then each other group once. */
struct owner {
	const struct device *device;
	struct device *const *others;
	size_t n_others;
	struct vfio_session session;
	struct vfio_pci_hot_reset *proof; /* its fds beyond the first are this one's to close */
};

static void owner_clear(struct owner *owner)
{
	for (uint32_t i = 1; owner->proof && i < owner->proof->count; i++)
		close(owner->proof->group_fds[i]);
	free(owner->proof);
	vfio_session_close(&owner->session);
}

static bool has_group(const struct owner *owner, size_t before, long group)
{
	if (owner->device->group_id == group)
		return true;
	for (size_t i = 0; i < before; i++)
		if (owner->others[i]->group_id == group)
			return true;
	return false;
}

static int take_group(struct owner *owner, const struct device *other, struct error *err)
{
	struct node node;
	int fd;

	node_of_group(other->group_id, &node);
	fd = open(node.path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == EBUSY)
		return error_set(err, EXIT_BUSY, EBUSY,
				 "the bus of '%s' is in use: somebody has '%s', or a neighbour of "
				 "its group, open ('vfioctl holders %s' may tell who)",
				 owner->device->name, other->name, other->name);
	if (fd < 0)
		return error_set(err, EXIT_FAILED, errno,
				 "cannot open '%s' for '%s', which is on the bus of '%s': %s",
				 node.path, other->name, owner->device->name, strerror(errno));
	owner->proof->group_fds[owner->proof->count++] = fd;
	return 0;
}

static int take_groups(struct owner *owner, struct error *err)
{
	size_t size = sizeof(*owner->proof) + (owner->n_others + 1) * sizeof(int32_t);
	int ret = 0;

	owner->proof = calloc(1, size);
	if (!owner->proof)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	owner->proof->argsz = (uint32_t)size;
	owner->proof->group_fds[owner->proof->count++] = owner->session.group;
	for (size_t i = 0; !ret && i < owner->n_others; i++)
		if (!has_group(owner, i, owner->others[i]->group_id))
			ret = take_group(owner, owner->others[i], err);
	return ret;
}

static bool is_known(const struct owner *owner, const struct vfio_hit *hit)
{
	if (vfio_hit_is(hit, &owner->device->addr))
		return true;
	for (size_t i = 0; i < owner->n_others; i++)
		if (vfio_hit_is(hit, &owner->others[i]->addr))
			return true;
	return false;
}

static int read_hits(const struct owner *owner, struct vfio_hits *hits, struct error *err)
{
	_cleanup_free_ void *answer = NULL;
	size_t size;
	int ret = vfio_session_hits(&owner->session, &answer, &size);

	if (!ret)
		ret = vfio_hits_parse(hits, answer, size);
	if (!ret)
		return 0;
	return error_set(err, EXIT_FAILED, -ret, "the bus of '%s' cannot be reset: %s",
			 owner->device->name,
			 ret == -EBADMSG  ? "the kernel's answer makes no sense"
			 : ret == -ENODEV ? "the kernel knows no way"
					  : strerror(-ret));
}

/* What came to the bus meanwhile was judged by nobody. */
static int check_none_new(const struct owner *owner, const struct vfio_hits *hits,
			  struct error *err)
{
	for (size_t i = 0; i < hits->n; i++)
		if (!is_known(owner, &hits->v[i]))
			return error_set(err, EXIT_BUSY, EBUSY,
					 "a reset of the bus of '%s' would hit "
					 "'%04x:%02x:%02x.%x', which was not there before",
					 owner->device->name, hits->v[i].domain, hits->v[i].bus,
					 hits->v[i].slot, hits->v[i].function);
	return 0;
}

static int check_is_hit(const struct owner *owner, const struct vfio_hits *hits,
			const struct device *device, struct error *err)
{
	for (size_t i = 0; i < hits->n; i++)
		if (vfio_hit_is(&hits->v[i], &device->addr))
			return 0;
	return error_set(err, EXIT_FAILED, ENOTTY,
			 "the kernel would reset only a part of the bus of '%s': not '%s'",
			 owner->device->name, device->name);
}

/*
 * Behind a port for cards that come and go a kernel may reset the slot, and take only the functions
 * of device 0 for it: others on the bus would lose their registers with nobody to restore them.
 */
static int check_hits(const struct owner *owner, struct error *err)
{
	_cleanup_(vfio_hits_clear) struct vfio_hits hits = { 0 };
	int ret = read_hits(owner, &hits, err);

	if (!ret)
		ret = check_none_new(owner, &hits, err);
	if (!ret)
		ret = check_is_hit(owner, &hits, owner->device, err);
	for (size_t i = 0; !ret && i < owner->n_others; i++)
		ret = check_is_hit(owner, &hits, owner->others[i], err);
	return ret;
}

/* A lock that somebody has, on one of the devices, is not waited for by the kernel. */
static int try_reset(const struct owner *owner)
{
	const struct timespec pause = { .tv_nsec = TRY_PAUSE_NS };
	int ret = -EAGAIN;

	for (int i = 0; ret == -EAGAIN && i < TRIES; i++) {
		if (i)
			nanosleep(&pause, NULL);
		ret = ioctl(owner->session.device, VFIO_DEVICE_PCI_HOT_RESET, owner->proof) ? -errno
											    : 0;
	}
	return ret;
}

static int reset(const struct owner *owner, struct error *err)
{
	int ret = try_reset(owner);

	if (!ret)
		return 0;
	if (ret == -EAGAIN || ret == -EBUSY)
		return error_set(err, EXIT_BUSY, -ret,
				 "the bus of '%s' is in use: the kernel itself is at work on one "
				 "of its devices; try again",
				 owner->device->name);
	return error_set(err, EXIT_FAILED, -ret, "VFIO does not reset the bus of '%s': %s (%s)",
			 owner->device->name, strerror(-ret),
			 ret == -EINVAL ? "kernels of today refuse it as long as a physical "
					  "function there has virtual ones"
					: "the kernel log may say why");
}

int bus_owner_reset(const struct device *device, struct device *const *others, size_t n,
		    struct error *err)
{
	struct vfio_way way = { .device = device, .kind = VFIO_WAY_GROUP };
	struct owner owner = { .device = device, .others = others, .n_others = n };
	int ret;

	node_of_group(device->group_id, &way.node);
	ret = vfio_session_open(&owner.session, &way, err);
	if (ret)
		return ret;
	ret = take_groups(&owner, err);
	if (!ret)
		ret = check_hits(&owner, err);
	if (!ret)
		ret = reset(&owner, err);
	owner_clear(&owner);
	return ret;
}
