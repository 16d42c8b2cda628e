// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups: which exist, which devices and files they have, and when they are attached to a
 * container.
 *
 * A group is the smallest unit that can be handed out. It is attached by VFIO_GROUP_SET_CONTAINER,
 * together with the kernel's DMA ownership of the IOMMU group, which keeps host drivers away. It is
 * detached by VFIO_GROUP_UNSET_CONTAINER or when the last of its files (group and devices) is
 * closed, or at the latest when its last device is taken away.
 */
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/slab.h>

#include "core.h"
#include "groupfile.h"

static LIST_HEAD(groups);
static DEFINE_MUTEX(groups_lock);
static DEFINE_IDA(group_minors);
static dev_t group_devt;
static struct class *group_class;

static void group_free(struct device *dev)
{
	struct vfio_group *group = container_of(dev, struct vfio_group, dev);

	ida_free(&group_minors, MINOR(group->dev.devt));
	iommu_group_put(group->iommu_group);
	mutex_destroy(&group->lock);
	kfree(group);
	vfio_ledger_destroyed(VFIO_LEDGER_GROUPS, 1);
}

static struct vfio_group *group_alloc(struct iommu_group *iommu_group)
{
	struct vfio_group *group = kzalloc(sizeof(*group), GFP_KERNEL);
	int minor;

	if (!group)
		return ERR_PTR(-ENOMEM);
	minor = ida_alloc_max(&group_minors, MINORMASK, GFP_KERNEL);
	if (minor < 0) {
		kfree(group);
		return ERR_PTR(minor);
	}
	mutex_init(&group->lock);
	INIT_LIST_HEAD(&group->devices);
	INIT_LIST_HEAD(&group->container_next);
	vfio_group_look_init(group);
	group->iommu_group = iommu_group_ref_get(iommu_group);
	device_initialize(&group->dev);
	group->dev.devt = MKDEV(MAJOR(group_devt), minor);
	group->dev.class = group_class;
	group->dev.release = group_free;
	cdev_init(&group->cdev, &vfio_group_fops);
	group->cdev.owner = THIS_MODULE;
	vfio_ledger_created(VFIO_LEDGER_GROUPS, 1);
	return group;
}

static struct vfio_group *group_create(struct iommu_group *iommu_group)
{
	struct vfio_group *group = group_alloc(iommu_group);
	int ret;

	if (IS_ERR(group))
		return group;
	ret = dev_set_name(&group->dev, "%d", iommu_group_id(iommu_group));
	if (!ret)
		ret = cdev_device_add(&group->cdev, &group->dev);
	if (ret) {
		put_device(&group->dev);
		return ERR_PTR(ret);
	}
	list_add_tail(&group->next, &groups);
	return group;
}

static struct vfio_group *group_find_locked(struct iommu_group *iommu_group)
{
	struct vfio_group *group;

	list_for_each_entry (group, &groups, next) {
		if (group->iommu_group == iommu_group)
			return group;
	}
	return NULL;
}

struct vfio_group *vfio_group_join(struct iommu_group *iommu_group)
{
	struct vfio_group *group;

	mutex_lock(&groups_lock);
	group = group_find_locked(iommu_group);
	if (!group)
		group = group_create(iommu_group);
	if (!IS_ERR(group))
		group->members++;
	mutex_unlock(&groups_lock);
	return group;
}

/*
 * Called with group->lock held and the group attached. The order undoes that of group_attach(): the
 * devices leave the backend's domain before a host driver may own them.
 */
static void group_detach(struct vfio_group *group, struct vfio_leftover *left)
{
	vfio_container_detach_group(group, left);
	iommu_group_release_dma_owner(group->iommu_group);
	vfio_group_uevent(group, "detached", NULL);
}

/* No uevents any more: the next one is the removal of the class device. */
static void group_die(struct vfio_group *group)
{
	mutex_lock(&group->lock);
	group->dead = true;
	mutex_unlock(&group->lock);
}

static void group_bury(struct vfio_group *group)
{
	struct vfio_leftover left = {};

	mutex_lock(&group->lock);
	if (group->container)
		group_detach(group, &left);
	mutex_unlock(&group->lock);
	vfio_leftover_put(&left);
}

/*
 * The node goes under the registry's lock, so that a successor can have the same name. The IOMMU
 * core wants ownership back before the last device of the group is unplugged, so a dead group
 * detaches even when files of it are still open: they belong to devices that were revoked.
 */
void vfio_group_leave(struct vfio_group *group)
{
	bool last;

	mutex_lock(&groups_lock);
	last = !--group->members;
	if (last) {
		list_del(&group->next);
		group_die(group);
		cdev_device_del(&group->cdev, &group->dev);
	}
	mutex_unlock(&groups_lock);
	if (last) {
		group_bury(group);
		put_device(&group->dev); /* of device_initialize() */
	}
}

struct vfio_group *vfio_group_get_from_dev(struct device *dev)
{
	struct iommu_group *iommu_group = iommu_group_get(dev);
	struct vfio_group *group;

	if (!iommu_group)
		return NULL;
	mutex_lock(&groups_lock);
	group = group_find_locked(iommu_group);
	if (group)
		get_device(&group->dev);
	mutex_unlock(&groups_lock);
	iommu_group_put(iommu_group);
	return group;
}

void vfio_group_put(struct vfio_group *group)
{
	put_device(&group->dev);
}

struct vfio_device *vfio_group_find(struct vfio_group *group, struct device *dev)
{
	struct vfio_device *device;

	lockdep_assert_held(&group->lock);
	list_for_each_entry (device, &group->devices, group_next) {
		if (device->dev == dev)
			return device;
	}
	return NULL;
}

int vfio_group_attach(struct vfio_group *group, struct vfio_container *container)
{
	int ret;

	mutex_lock(&group->lock);
	ret = -ENODEV;
	if (group->dead)
		goto unlock;
	ret = -EINVAL;
	if (group->container)
		goto unlock;
	ret = iommu_group_claim_dma_owner(group->iommu_group, group);
	if (ret)
		goto unlock;
	ret = vfio_container_attach_group(container, group);
	if (ret)
		iommu_group_release_dma_owner(group->iommu_group);
	else
		vfio_group_uevent(group, "attached", NULL);
unlock:
	mutex_unlock(&group->lock);
	return ret;
}

int vfio_group_unset(struct vfio_group *group)
{
	struct vfio_leftover left = {};
	int ret = 0;

	mutex_lock(&group->lock);
	if (group->dead)
		ret = -ENODEV;
	else if (!group->container)
		ret = -EINVAL;
	else if (group->users)
		ret = -EBUSY;
	else
		group_detach(group, &left);
	mutex_unlock(&group->lock);
	vfio_leftover_put(&left);
	return ret;
}

int vfio_group_use(struct vfio_group *group)
{
	int ret = 0;

	mutex_lock(&group->lock);
	if (group->dead)
		ret = -ENODEV;
	else if (!group->container || !vfio_container_use(group->container))
		ret = -EINVAL;
	else
		group->users++;
	mutex_unlock(&group->lock);
	return ret;
}

/* group->lock is held. */
static void group_detach_if_unused(struct vfio_group *group, struct vfio_leftover *left)
{
	if (!group->users && !group->opened && group->container)
		group_detach(group, left);
}

void vfio_group_unuse(struct vfio_group *group, struct vfio_device *device)
{
	struct vfio_leftover left = {};

	mutex_lock(&group->lock);
	group->users--;
	if (group->container)
		vfio_container_unuse(group->container, 1);
	if (device)
		vfio_group_uevent(group, "device-closed", device);
	group_detach_if_unused(group, &left);
	mutex_unlock(&group->lock);
	vfio_leftover_put(&left);
}

int vfio_group_open(struct vfio_group *group)
{
	int ret = 0;

	mutex_lock(&group->lock);
	if (group->dead)
		ret = -ENODEV;
	else if (group->opened || group->container)
		ret = -EBUSY; /* devices of an earlier opener keep the container */
	else
		group->opened = true;
	if (!ret)
		vfio_group_uevent(group, "opened", NULL);
	mutex_unlock(&group->lock);
	return ret;
}

void vfio_group_close(struct vfio_group *group)
{
	struct vfio_leftover left = {};

	mutex_lock(&group->lock);
	group->opened = false;
	group->kvm = NULL;
	vfio_group_uevent(group, "closed", NULL);
	group_detach_if_unused(group, &left);
	mutex_unlock(&group->lock);
	vfio_leftover_put(&left);
}

u64 vfio_group_container_id(struct vfio_group *group)
{
	u64 id = 0;

	mutex_lock(&group->lock);
	if (group->container)
		id = group->container->id;
	mutex_unlock(&group->lock);
	return id;
}

/* All groups with a reference on each; the caller frees the array. NULL without memory. */
static struct vfio_group **groups_snapshot(size_t *count)
{
	struct vfio_group **snapshot, *group;
	size_t room = 0;

	mutex_lock(&groups_lock);
	list_for_each_entry (group, &groups, next)
		room++;
	snapshot = kcalloc(room + 1, sizeof(*snapshot), GFP_KERNEL);
	*count = 0;
	list_for_each_entry (group, &groups, next) {
		if (!snapshot)
			break;
		get_device(&group->dev);
		snapshot[(*count)++] = group;
	}
	mutex_unlock(&groups_lock);
	return snapshot;
}

int vfio_groups_each(int (*fn)(struct vfio_group *group, void *ctx), void *ctx)
{
	size_t count, i;
	struct vfio_group **snapshot = groups_snapshot(&count);
	int ret = 0;

	if (!snapshot)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		if (!ret)
			ret = fn(snapshot[i], ctx);
		vfio_group_put(snapshot[i]);
	}
	kfree(snapshot);
	return ret;
}

static char *group_devnode(compat_devnode_device *dev, umode_t *mode)
{
	/* Nobody hears of a failure: the node would be there under another name. */
	return kasprintf(GFP_KERNEL | __GFP_NOFAIL, "vfio/%s", dev_name(dev));
}

int vfio_group_init(void)
{
	int ret;

	group_class = compat_class_create("vfio");
	if (IS_ERR(group_class))
		return PTR_ERR(group_class);
	group_class->devnode = group_devnode;
	group_class->dev_groups = vfio_group_attributes;
	ret = alloc_chrdev_region(&group_devt, 0, MINORMASK + 1, "vfio");
	if (ret)
		class_destroy(group_class);
	return ret;
}

void vfio_group_exit(void)
{
	unregister_chrdev_region(group_devt, MINORMASK + 1);
	class_destroy(group_class);
	ida_destroy(&group_minors);
}
