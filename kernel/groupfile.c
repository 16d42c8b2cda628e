// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file /dev/vfio/N and its four ioctls.
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "groupfile.h"

static int group_fop_open(struct inode *inode, struct file *file)
{
	struct vfio_group *group = container_of(inode->i_cdev, struct vfio_group, cdev);
	int ret = vfio_group_open(group);

	if (ret)
		return ret;
	get_device(&group->dev); /* put in group_fop_release() */
	file->private_data = group;
	return 0;
}

static int group_fop_release(struct inode *inode, struct file *file)
{
	struct vfio_group *group = file->private_data;

	vfio_group_close(group);
	put_device(&group->dev);
	return 0;
}

static bool group_attached(struct vfio_group *group, bool *dead)
{
	bool attached;

	mutex_lock(&group->lock);
	attached = group->container;
	*dead = group->dead;
	mutex_unlock(&group->lock);
	return attached;
}

static long group_ioctl_get_status(struct vfio_group *group, void __user *arg)
{
	const size_t min = offsetofend(struct vfio_group_status, flags);
	struct vfio_group_status status = {};
	bool attached, dead;
	int viable;

	if (copy_from_user(&status, arg, min))
		return -EFAULT;
	if (status.argsz < min)
		return -EINVAL;
	status.flags = 0;
	attached = group_attached(group, &dead);
	if (dead)
		return -ENODEV;
	viable = attached ? 1 : vfio_group_viable(group, false);
	if (viable < 0)
		return viable;
	if (attached)
		status.flags |= VFIO_GROUP_FLAGS_CONTAINER_SET;
	if (viable)
		status.flags |= VFIO_GROUP_FLAGS_VIABLE;
	return copy_to_user(arg, &status, min) ? -EFAULT : 0;
}

/*
 * Viability is looked at without a lock, for the sake of the reason that goes to the log: what
 * decides is the claim in vfio_group_attach(), which also asks again whether we are attached. The
 * whitelist is held from one to the other: its change is checked against the groups that are
 * attached.
 */
static long group_try_attach(struct vfio_group *group, struct vfio_container *container)
{
	bool dead;
	long ret;

	if (group_attached(group, &dead))
		return -EINVAL;
	if (dead)
		return -ENODEV;
	vfio_whitelist_hold();
	ret = vfio_group_viable(group, true);
	if (ret > 0)
		ret = vfio_group_attach(group, container);
	else if (!ret)
		ret = -EPERM;
	vfio_whitelist_release();
	return ret;
}

static long group_ioctl_set_container(struct vfio_group *group, int __user *arg)
{
	struct vfio_container *container;
	struct file *file;
	long ret;
	int fd;

	if (get_user(fd, arg))
		return -EFAULT;
	if (fd < 0)
		return -EINVAL;
	file = fget(fd);
	if (!file)
		return -EBADF;
	container = vfio_container_from_file(file);
	fput(file);
	if (IS_ERR(container))
		return PTR_ERR(container);
	ret = group_try_attach(group, container);
	vfio_container_put(container);
	return ret;
}

/* How many devices the group has now; the list may change as soon as the lock is dropped. */
static size_t group_count(struct vfio_group *group)
{
	struct vfio_device *device;
	size_t count = 0;

	mutex_lock(&group->lock);
	list_for_each_entry (device, &group->devices, group_next)
		count++;
	mutex_unlock(&group->lock);
	return count;
}

static size_t group_snapshot(struct vfio_group *group, struct vfio_device **devices, size_t room)
{
	struct vfio_device *device;
	size_t count = 0;

	mutex_lock(&group->lock);
	list_for_each_entry (device, &group->devices, group_next) {
		if (count == room)
			break;
		vfio_device_get(device);
		devices[count++] = device;
	}
	mutex_unlock(&group->lock);
	return count;
}

/* Asks the drivers, so no lock is held. Returns the device with a reference or ERR_PTR(). */
static struct vfio_device *group_match(struct vfio_group *group, const char *name)
{
	size_t room = group_count(group);
	struct vfio_device *found = ERR_PTR(-ENODEV);
	struct vfio_device **devices;
	size_t count, i;

	devices = kcalloc(room, sizeof(*devices), GFP_KERNEL_ACCOUNT);
	if (!devices)
		return ERR_PTR(-ENOMEM);
	count = group_snapshot(group, devices, room);
	for (i = 0; i < count; i++) {
		int ret = found == ERR_PTR(-ENODEV) ? vfio_device_match(devices[i], name) : 0;

		if (ret > 0)
			found = devices[i];
		else if (ret < 0)
			found = ERR_PTR(ret);
		if (ret <= 0)
			vfio_device_put(devices[i]);
	}
	kfree(devices);
	return found;
}

static long group_ioctl_get_device_fd(struct vfio_group *group, char __user *arg)
{
	struct vfio_device *device;
	char *name;
	long ret;

	name = strndup_user(arg, PAGE_SIZE);
	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = vfio_group_use(group);
	if (ret)
		goto free_name;
	device = group_match(group, name);
	if (IS_ERR(device)) {
		ret = PTR_ERR(device);
		goto unuse;
	}
	ret = vfio_device_open_fd(device);
	if (ret >= 0)
		goto free_name;
	vfio_device_put(device);
unuse:
	vfio_group_unuse(group, NULL);
free_name:
	kfree(name);
	return ret;
}

static long group_fop_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vfio_group *group = file->private_data;
	void __user *user = (void __user *)arg;

	if (cmd == VFIO_GROUP_GET_STATUS)
		return group_ioctl_get_status(group, user);
	if (cmd != VFIO_GROUP_SET_CONTAINER && cmd != VFIO_GROUP_UNSET_CONTAINER &&
	    cmd != VFIO_GROUP_GET_DEVICE_FD)
		return -ENOTTY;
	/* The rest changes state. EPERM is what usbfs says in the same place. */
	if (!(file->f_mode & FMODE_WRITE))
		return -EPERM;
	if (cmd == VFIO_GROUP_SET_CONTAINER)
		return group_ioctl_set_container(group, user);
	if (cmd == VFIO_GROUP_UNSET_CONTAINER)
		return vfio_group_unset(group);
	return group_ioctl_get_device_fd(group, user);
}

void vfio_group_fdinfo(struct vfio_group *group, struct seq_file *m)
{
	u64 id = vfio_group_container_id(group);

	seq_printf(m, "vfio-group: %d\n", iommu_group_id(group->iommu_group));
	if (id)
		seq_printf(m, "vfio-container: %llu\n", id);
}

static void group_fop_fdinfo(struct seq_file *m, struct file *file)
{
	vfio_group_fdinfo(file->private_data, m);
}

const struct file_operations vfio_group_fops = {
	.owner = THIS_MODULE,
	.open = group_fop_open,
	.release = group_fop_release,
	.show_fdinfo = group_fop_fdinfo,
	.unlocked_ioctl = group_fop_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

struct vfio_group *vfio_group_from_file(struct file *file)
{
	return file->f_op == &vfio_group_fops ? file->private_data : NULL;
}
