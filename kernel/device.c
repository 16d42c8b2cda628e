// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: added by a bus driver, and opened through their group.
 */
#define pr_fmt(fmt) "vfio: " fmt

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include <linux/slab.h>

#include "core.h"

/* "VFIO" */
#define DEVICE_FS_MAGIC 0x5646494f

/* One inode for each device; its mapping is where the VMAs of all its files are found again. */
static struct vfsmount *device_mnt;

static int device_fs_init_context(struct fs_context *fc)
{
	return init_pseudo(fc, DEVICE_FS_MAGIC) ? 0 : -ENOMEM;
}

/* No owner: our own mount would keep the module loaded. Devices are gone before it is unmounted. */
static struct file_system_type device_fs = {
	.name = "vfio_device",
	.init_fs_context = device_fs_init_context,
	.kill_sb = kill_anon_super,
};

int vfio_device_init(void)
{
	device_mnt = kern_mount(&device_fs);
	return PTR_ERR_OR_ZERO(device_mnt);
}

void vfio_device_exit(void)
{
	kern_unmount(device_mnt);
}

static void device_free(struct kref *kref)
{
	struct vfio_device *device = container_of(kref, struct vfio_device, kref);

	percpu_ref_exit(&device->active);
	iput(device->inode);
	vfio_group_put(device->group);
	put_device(device->dev);
	mutex_destroy(&device->open_lock);
	kfree(device->ioctls);
	kfree(device);
	vfio_ledger_destroyed(VFIO_LEDGER_DEVICES, 1);
}

void vfio_device_get(struct vfio_device *device)
{
	kref_get(&device->kref);
}

void vfio_device_put(struct vfio_device *device)
{
	kref_put(&device->kref, device_free);
}
COMPAT_EXPORT_SYMBOL(vfio_device_put);

static void device_drained(struct percpu_ref *ref)
{
	complete(&container_of(ref, struct vfio_device, active)->drained);
}

static struct vfio_device *device_alloc(struct vfio_group *group, struct device *dev,
					const struct vfio_device_ops *ops, void *data)
{
	struct vfio_device *device = kzalloc(sizeof(*device), GFP_KERNEL);

	if (!device)
		return ERR_PTR(-ENOMEM);
	device->nr_ioctls = ops->nr_ioctls;
	device->ioctls =
		kmemdup(ops->ioctls, array_size(ops->nr_ioctls, sizeof(*ops->ioctls)), GFP_KERNEL);
	if (!device->ioctls)
		goto free;
	if (percpu_ref_init(&device->active, device_drained, 0, GFP_KERNEL))
		goto free;
	device->inode = alloc_anon_inode(device_mnt->mnt_sb);
	if (IS_ERR(device->inode))
		goto exit_ref;
	kref_init(&device->kref);
	init_completion(&device->drained);
	mutex_init(&device->open_lock);
	init_waitqueue_head(&device->released);
	get_device(&group->dev);
	device->group = group;
	device->dev = get_device(dev);
	device->ops = ops;
	device->data = data;
	vfio_ledger_created(VFIO_LEDGER_DEVICES, 1);
	return device;
exit_ref:
	percpu_ref_exit(&device->active);
free:
	kfree(device->ioctls);
	kfree(device);
	return ERR_PTR(-ENOMEM);
}

static int group_add(struct vfio_group *group, struct vfio_device *device)
{
	int ret = 0;

	mutex_lock(&group->lock);
	if (vfio_group_find(group, device->dev))
		ret = -EEXIST;
	else
		list_add_tail(&device->group_next, &group->devices);
	mutex_unlock(&group->lock);
	return ret;
}

/* What is needed is there, and each ioctl's fixed part can hold an argsz and be held. */
static bool ops_complete(const struct vfio_device_ops *ops)
{
	size_t i, min;

	for (i = 0; i < ops->nr_ioctls; i++) {
		min = ops->ioctls[i].min;
		if (min > VFIO_ARG_FIXED_MAX || (min && min < sizeof(u32)) ||
		    !ops->ioctls[i].handler)
			return false;
	}
	return ops->name && ops->open && ops->release && (!ops->mmap || ops->fault);
}

int vfio_add_group_dev(struct device *dev, const struct vfio_device_ops *ops, void *data)
{
	struct iommu_group *iommu_group;
	struct vfio_device *device;
	struct vfio_group *group;
	int ret;

	if (!ops_complete(ops))
		return -EINVAL;
	iommu_group = iommu_group_get(dev);
	if (!iommu_group)
		return -ENODEV;
	group = vfio_group_join(iommu_group);
	iommu_group_put(iommu_group);
	if (IS_ERR(group))
		return PTR_ERR(group);
	device = device_alloc(group, dev, ops, data);
	if (IS_ERR(device)) {
		ret = PTR_ERR(device);
		goto leave;
	}
	ret = group_add(group, device);
	if (!ret)
		return 0;
	vfio_device_put(device);
leave:
	vfio_group_leave(group);
	return ret;
}
COMPAT_EXPORT_SYMBOL(vfio_add_group_dev);

struct vfio_device *vfio_device_get_from_dev(struct device *dev)
{
	struct vfio_group *group = vfio_group_get_from_dev(dev);
	struct vfio_device *device;

	if (!group)
		return NULL;
	mutex_lock(&group->lock);
	device = vfio_group_find(group, dev);
	if (device)
		vfio_device_get(device);
	mutex_unlock(&group->lock);
	vfio_group_put(group);
	return device;
}
COMPAT_EXPORT_SYMBOL(vfio_device_get_from_dev);

void *vfio_device_data(struct vfio_device *device)
{
	return device->data;
}
COMPAT_EXPORT_SYMBOL(vfio_device_data);

void vfio_device_zap(struct vfio_device *device, loff_t start, loff_t len)
{
	unmap_mapping_range(device->inode->i_mapping, start, len, true);
}
COMPAT_EXPORT_SYMBOL(vfio_device_zap);

int vfio_device_match(struct vfio_device *device, const char *name)
{
	int ret;

	/* ops are in the driver's module, which may be gone after the removal. */
	if (!vfio_device_enter(device))
		return 0;
	if (device->ops->match)
		ret = device->ops->match(device->data, name);
	else
		ret = !strcmp(dev_name(device->dev), name);
	vfio_device_leave(device);
	return ret;
}

/* open_lock is held, and the driver's callbacks may be called. */
static int device_open_first(struct vfio_device *device)
{
	int ret;

	if (!try_module_get(device->ops->owner))
		return -ENODEV;
	ret = device->ops->open(device, device->data);
	if (ret)
		module_put(device->ops->owner);
	return ret;
}

static int device_open(struct vfio_device *device)
{
	int ret = 0;

	mutex_lock(&device->open_lock);
	if (device->leaving || !vfio_device_enter(device)) {
		ret = -ENODEV;
		goto unlock;
	}
	if (!device->open_count)
		ret = device_open_first(device);
	if (!ret)
		WRITE_ONCE(device->open_count, device->open_count + 1);
	vfio_device_leave(device);
unlock:
	mutex_unlock(&device->open_lock);
	return ret;
}

void vfio_device_shut(struct vfio_device *device)
{
	device->ops->release(device->data);
	module_put(device->ops->owner);
}

static void device_close(struct vfio_device *device)
{
	mutex_lock(&device->open_lock);
	if (device->open_count == 1 && !device->revoked)
		vfio_device_shut(device);
	WRITE_ONCE(device->open_count, device->open_count - 1);
	mutex_unlock(&device->open_lock);
	wake_up(&device->released);
}

void vfio_device_close(struct vfio_device *device)
{
	device_close(device);
	vfio_ledger_destroyed(VFIO_LEDGER_DEVICE_FILES, 1);
	vfio_group_unuse(device->group, device);
	vfio_device_put(device);
}

static void device_tell_opened(struct vfio_device *device)
{
	mutex_lock(&device->group->lock);
	vfio_group_uevent(device->group, "device-opened", device);
	mutex_unlock(&device->group->lock);
}

int vfio_device_open_fd(struct vfio_device *device)
{
	struct file *file;
	int fd, ret;

	ret = device_open(device);
	if (ret)
		return ret;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		ret = fd;
		goto close;
	}
	file = anon_inode_getfile("[vfio-device]", &vfio_device_fops, device, O_RDWR);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		put_unused_fd(fd);
		goto close;
	}
	file->f_mode |= FMODE_PREAD | FMODE_PWRITE;
	file->f_mapping = device->inode->i_mapping;
	vfio_ledger_created(VFIO_LEDGER_DEVICE_FILES, 1);
	device_tell_opened(device);
	fd_install(fd, file);
	return fd;
close:
	device_close(device);
	return ret;
}
