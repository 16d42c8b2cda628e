/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of the core: its objects, and what its files offer each other.
 *
 * Lock order, outer first:
 *
 *	device_lock(dev)	the driver core's, held by our callers in probe and remove, where a
 *				worker takes the others for them (removal.c)
 *	vfio_device.open_lock	first open and last release of a device
 *	whitelist in use	no group attaches while the list changes (whitelist.c)
 *	registry of groups	which groups exist (group.c)
 *	(a file in sysfs)	its removal waits for who reads it: a group's goes under the
 *				registry's lock, a container's under none of ours
 *	vfio_group.lock		container pointer, users, device list of one group
 *	vfio_container.lock	groups and backend of one container
 *
 * None of them is held while user memory is touched, and none while waiting for userspace. Nothing
 * that holds one of ours takes a device_lock; it may be tried. What reads a file in sysfs takes at
 * most the two locks below it, and ends in bounded time.
 */
#ifndef VFIOCTL_CORE_H
#define VFIOCTL_CORE_H

#include <linux/cdev.h>
#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "vfio.h"

/* One open instance of a backend. Calls that use it hold a reference, so it outlives them. */
struct vfio_backend {
	struct kref kref;
	const struct vfio_iommu_driver_ops *ops;
	void *data;
};

/*
 * What stands behind an open /dev/vfio/vfio. Referenced by the file and by each attached group; the
 * kobject, /sys/kernel/vfio/containers/ID, goes with the last reference and then frees the memory.
 */
struct vfio_container {
	struct kref kref;
	struct kobject kobj;
	u64 id; /* never used again */
	struct mutex lock;
	struct list_head groups;      /* of vfio_group.container_next */
	struct vfio_backend *backend; /* NULL before SET_IOMMU and after the last group left */
	unsigned int users;	      /* sum of vfio_group.users of the groups */
};

/* What uevents have said of a group's viability. */
enum vfio_verdict {
	VFIO_VERDICT_NONE,
	VFIO_VERDICT_NOT_VIABLE,
	VFIO_VERDICT_VIABLE,
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

	struct work_struct look;   /* at the viability; holds a reference while it is queued */
	enum vfio_verdict verdict; /* what was told last; under lock */
};

/* One device that a bus driver added. Referenced by that driver and by each file of the device. */
struct vfio_device {
	struct kref kref;
	struct device *dev;
	const struct vfio_device_ops *ops; /* the driver's, which may be gone after the removal */
	void *data;
	struct vfio_device_ioctl *ioctls; /* a copy of those in ops, which stays */
	size_t nr_ioctls;
	struct vfio_group *group;
	struct list_head group_next; /* under group->lock */

	struct percpu_ref active;  /* calls into ops; killed for good on removal */
	struct completion drained; /* the last such call has returned */
	struct inode *inode;	   /* its mapping holds every VMA of the device */
	struct mutex open_lock;
	unsigned int open_count;     /* files; under open_lock */
	bool leaving;		     /* no more opens; under open_lock */
	unsigned long leaving_since; /* jiffies: when its grace period began */
	bool revoked;		     /* released over the heads of its files; under open_lock */
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
/*
 * One device file more of an attached group; false without a backend. group->lock is held, and as
 * long as the group counts the file the container has a backend. The reverse is for @count files.
 */
bool vfio_container_use(struct vfio_container *container);
void vfio_container_unuse(struct vfio_container *container, unsigned int count);
/* The name of the backend to @name, of VFIO_BACKEND_NAME bytes; "none" without one. */
void vfio_container_backend_name(struct vfio_container *container, char *name);
/* All zero without a backend, or with one that does not count. */
void vfio_container_stats(struct vfio_container *container, struct vfio_iommu_stats *stats);
#define VFIO_BACKEND_NAME 32
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
/* One file of a device of the group is gone; @device is NULL if it never came to one. */
void vfio_group_unuse(struct vfio_group *group, struct vfio_device *device);
/* The id of the container that the group is attached to, or 0. */
u64 vfio_group_container_id(struct vfio_group *group);
/*
 * vfio_groups_each() - call @fn for each living group, without a lock, until it returns something
 * else than 0. Returns that, or -ENOMEM.
 */
int vfio_groups_each(int (*fn)(struct vfio_group *group, void *ctx), void *ctx);
/* The group of @file, or NULL; lives as long as the file. */
struct vfio_group *vfio_group_from_file(struct file *file);

/* removal.c */

int vfio_removal_init(void);
void vfio_removal_exit(void);

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

/* The driver's release and its module's; the counterpart of a first open. open_lock is held. */
void vfio_device_shut(struct vfio_device *device);

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

/* None may be called, and none ever will. */
static inline bool vfio_device_gone(struct vfio_device *device)
{
	return percpu_ref_is_dying(&device->active);
}

/* devfile.c: the file of a device */

extern const struct file_operations vfio_device_fops;
/* device.c, for devfile.c: a file of the device was closed. */
void vfio_device_close(struct vfio_device *device);

/* whitelist.c */

/*
 * May a device stay bound to @drv while others of its group are used? Asked of @list, or of the
 * one in force when that is NULL. device_lock is held.
 */
bool vfio_whitelisted(const char *list, struct device_driver *drv);
/* Between these two the list does not change. Not to be nested. */
void vfio_whitelist_hold(void);
void vfio_whitelist_release(void);

/* viability.c */

/*
 * vfio_viability() - how many devices of the group stand in the way of its use; 0 means viable.
 * For each, @blocked is told the device's and the driver's name. @list is the whitelist to go by,
 * or NULL for the one in force. Returns an error if the question could not be answered. No lock may
 * be held, except for the device_lock of devices of other groups and the hold on the whitelist.
 */
int vfio_viability(struct vfio_group *group, const char *list,
		   void (*blocked)(void *ctx, const char *device, const char *driver), void *ctx);
/* The same as 1 for yes, 0 for no or an error; @explain: a line in the log for each in the way. */
int vfio_group_viable(struct vfio_group *group, bool explain);

/* uevent.c */

int vfio_uevent_init(void);
/* Waits for all looks at a group's viability. */
void vfio_uevent_exit(void);
/*
 * A uevent "change" of the group's class device that says @event, and of which device if @device
 * is not NULL. group->lock is held, so that the order of events is that of the changes.
 */
void vfio_group_uevent(struct vfio_group *group, const char *event, struct vfio_device *device);
void vfio_group_look_init(struct vfio_group *group);
/* Look soon whether the viability of the group has changed, and tell. The group is referenced. */
void vfio_group_look(struct vfio_group *group);

/* sysfs.c */

int vfio_sysfs_init(void);
void vfio_sysfs_exit(void);
/*
 * vfio_sysfs_add_container() - show @container. From here on vfio_sysfs_remove_container() must
 * free it, also after an error, by way of @release. It waits for readers, so none of our locks may
 * be held.
 */
int vfio_sysfs_add_container(struct vfio_container *container);
void vfio_sysfs_remove_container(struct vfio_container *container);
/* container.c, for sysfs.c */
void vfio_container_free(struct vfio_container *container);

/* A file that has a line for each of something. What has no room is told by a last line "...". */
struct vfio_sysfs_list {
	char *buf; /* a page */
	int len;
	bool full;
};

__printf(2, 3) void vfio_sysfs_list_add(struct vfio_sysfs_list *list, const char *format, ...);

/* sysfs_group.c */

extern const struct attribute_group *vfio_group_attributes[];

/* notifier.c */

int vfio_notifier_init(void);
void vfio_notifier_exit(void);

/* ledger.c */

void vfio_ledger_init(void);
void vfio_ledger_exit(void);

#endif
