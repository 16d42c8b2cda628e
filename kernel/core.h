/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of the core: its objects, and what its files offer each other.
 *
 * Lock order, outer first:
 *
 *	device_lock(dev)	the driver core's, held by our callers in probe and remove
 *	vfio_device.open_lock	first open and last release of a device
 *	registry of groups	which groups exist (group.c)
 *	vfio_group.lock		container pointer, users, device list of one group
 *	vfio_container.lock	groups and backend of one container
 *
 * None of them is held while user memory is touched, and none while waiting for userspace. Nothing
 * that holds one of ours takes a device_lock.
 */
#ifndef VFIOCTL_CORE_H
#define VFIOCTL_CORE_H

#include <linux/cdev.h>
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/wait.h>

#include "vfio.h"

/* One open instance of a backend. Calls that use it hold a reference, so it outlives them. */
struct vfio_backend {
	struct kref kref;
	const struct vfio_iommu_driver_ops *ops;
	void *data;
};

/* What stands behind an open /dev/vfio/vfio. Referenced by the file and by each attached group. */
struct vfio_container {
	struct kref kref;
	struct mutex lock;
	struct list_head groups;      /* of vfio_group.container_next */
	struct vfio_backend *backend; /* NULL before SET_IOMMU and after the last group left */
};

/*
 * One IOMMU group with at least one device that was added to us, and /dev/vfio/N. The struct device
 * counts references: each file of the group or of one of its devices, and each added device. When
 * the last device is taken away the group is dead: it leaves its container and stays so, and a
 * device that comes later makes a new one.
 */
struct vfio_group {
	struct device dev;
	struct cdev cdev;
	struct iommu_group *iommu_group;
	struct list_head next; /* under the registry's lock */
	unsigned int members;  /* under the registry's lock: devices added or being added */

	struct mutex lock;
	struct list_head devices; /* of vfio_device.group_next */
	struct vfio_container *container;
	struct list_head container_next; /* also under container->lock */
	unsigned int users; /* files of devices; while there are any we stay attached */
	bool opened;	    /* somebody has the group file */
	bool dead;
	struct kvm *kvm;
};

/* One device that a bus driver added. Referenced by that driver and by each file of the device. */
struct vfio_device {
	struct kref kref;
	struct device *dev;
	const struct vfio_device_ops *ops;
	void *data;
	struct vfio_group *group;
	struct list_head group_next; /* under group->lock */

	struct percpu_ref active;  /* calls into ops; killed for good on removal */
	struct completion drained; /* the last such call has returned */
	struct inode *inode;	   /* its mapping holds every VMA of the device */
	struct mutex open_lock;
	unsigned int open_count; /* files; under open_lock */
	bool leaving;		 /* no more opens; under open_lock */
	bool revoked;		 /* released over the heads of its files; under open_lock */
	wait_queue_head_t released;
};

/* What a group leaves behind when it detaches: put it after all locks are dropped. */
struct vfio_leftover {
	struct vfio_container *container;
	struct vfio_backend *backend;
};

/* registry.c: the backends that are there */

struct vfio_iommu_driver;

/*
 * vfio_iommu_driver_next() - walk the backends; each is held while the caller has it. Gives back
 * @prev (NULL to begin) and returns the next one or NULL. A walk that stops early ends with
 * vfio_iommu_driver_put().
 */
struct vfio_iommu_driver *vfio_iommu_driver_next(struct vfio_iommu_driver *prev);
void vfio_iommu_driver_put(struct vfio_iommu_driver *driver);
const struct vfio_iommu_driver_ops *vfio_iommu_driver_ops(struct vfio_iommu_driver *driver);
/* Load the usual backend if there is none. Sleeps, runs modprobe. */
void vfio_iommu_driver_autoload(void);

/* container.c */

int vfio_container_init(void);
void vfio_container_exit(void);
/* The container of @file with a reference, or ERR_PTR(-EINVAL) for another kind of file. */
struct vfio_container *vfio_container_from_file(struct file *file);
/* Both with group->lock held. Attaching takes a reference on @container, detaching leaves it over.
 */
int vfio_container_attach_group(struct vfio_container *container, struct vfio_group *group);
void vfio_container_detach_group(struct vfio_group *group, struct vfio_leftover *left);
/* Is there a backend? With group->lock held for an attached group the answer stays true. */
bool vfio_container_has_backend(struct vfio_container *container);
/* VFIO_CHECK_EXTENSION, asked of the container's backend, or of all before there is one. */
long vfio_container_check_extension(struct vfio_container *container, unsigned long ext);
void vfio_container_get(struct vfio_container *container);
void vfio_container_put(struct vfio_container *container);
void vfio_leftover_put(struct vfio_leftover *left);

/* group.c */

int vfio_group_init(void);
void vfio_group_exit(void);
/* The group of @iommu_group, made if need be, with one more member; ERR_PTR() on failure. */
struct vfio_group *vfio_group_join(struct iommu_group *iommu_group);
/* The reverse. The last member takes the group away from its container. */
void vfio_group_leave(struct vfio_group *group);
/* The living group of @dev with a reference (vfio_group_put()), or NULL. */
struct vfio_group *vfio_group_get_from_dev(struct device *dev);
void vfio_group_put(struct vfio_group *group);
/* group->lock is held. */
struct vfio_device *vfio_group_find(struct vfio_group *group, struct device *dev);
/* One file of a device of the group is gone. */
void vfio_group_unuse(struct vfio_group *group);
/* The group of @file, or NULL; lives as long as the file. */
struct vfio_group *vfio_group_from_file(struct file *file);

/* device.c */

int vfio_device_init(void);
void vfio_device_exit(void);
void vfio_device_get(struct vfio_device *device);
/* Is @device the one that @name means? 1, 0 or an error. No lock held. */
int vfio_device_match(struct vfio_device *device, const char *name);
/*
 * A new file for @device, whose group the caller has marked as used: on success the file takes over
 * that mark and the caller's reference on @device. Returns the descriptor or an error.
 */
int vfio_device_open_fd(struct vfio_device *device);

/*
 * Callbacks of @device may be called between these two. false: the device is being removed and none
 * may be called any more.
 */
static inline bool vfio_device_enter(struct vfio_device *device)
{
	return percpu_ref_tryget_live(&device->active);
}

static inline void vfio_device_leave(struct vfio_device *device)
{
	percpu_ref_put(&device->active);
}

/* devfile.c: the file of a device */

extern const struct file_operations vfio_device_fops;
/* device.c, for devfile.c: a file of the device was closed. */
void vfio_device_close(struct vfio_device *device);

/* whitelist.c */

/* May a device stay bound to @drv while others of its group are used? device_lock is held. */
bool vfio_whitelisted(struct device_driver *drv);

/* viability.c */

/*
 * vfio_viability() - how many devices of the group stand in the way of its use; 0 means viable.
 * For each, @blocked is told the device's and the driver's name. Returns an error if the question
 * could not be answered. No lock may be held, except for the device_lock of devices of other
 * groups.
 */
int vfio_viability(struct vfio_group *group,
		   void (*blocked)(void *ctx, const char *device, const char *driver), void *ctx);
/* The same as 1 for yes, 0 for no or an error; @explain: a line in the log for each in the way. */
int vfio_group_viable(struct vfio_group *group, bool explain);

/* notifier.c */

int vfio_notifier_init(void);
void vfio_notifier_exit(void);

/* ledger.c */

void vfio_ledger_init(void);
void vfio_ledger_exit(void);

#endif
