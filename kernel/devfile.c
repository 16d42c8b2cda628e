// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of a device: user memory ends here. Drivers get kernel buffers, so that a page fault
 * that never ends (userfaultfd, a dead network filesystem) cannot keep a device from being removed.
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/pm_runtime.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "groupfile.h"

static int devfile_release(struct inode *inode, struct file *file)
{
	vfio_device_close(file->private_data);
	return 0;
}

/* A device that its driver lets sleep is awake while it is spoken to. */
static int device_wake(struct vfio_device *device)
{
	int ret;

	pm_runtime_get_noresume(device->dev);
	ret = pm_runtime_resume(device->dev);
	/* EACCES: nobody manages its power. */
	if (ret >= 0 || ret == -EACCES)
		return 0;
	pm_runtime_put_noidle(device->dev);
	return ret;
}

static void device_rest(struct vfio_device *device)
{
	pm_runtime_put(device->dev);
}

static ssize_t device_xfer_awake(struct vfio_device *device, void *buf, size_t count, loff_t pos,
				 bool write)
{
	if (write)
		return device->ops->write ? device->ops->write(device->data, buf, count, pos)
					  : -EINVAL;
	return device->ops->read ? device->ops->read(device->data, buf, count, pos) : -EINVAL;
}

/* Moves at most one page between the driver and @buf, which is kernel memory. */
static ssize_t device_xfer(struct vfio_device *device, void *buf, size_t count, loff_t pos,
			   bool write)
{
	ssize_t ret;

	if (!vfio_device_enter(device))
		return -ENODEV;
	ret = device_wake(device);
	if (!ret) {
		ret = device_xfer_awake(device, buf, count, pos, write);
		device_rest(device);
	}
	vfio_device_leave(device);
	return ret;
}

/* 0 where user memory of that width would have to be aligned. */
#define REGISTER_WIDTH(count) (IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS) ? (count) : 0)

/*
 * What registers are read and written by. A size that the compiler knows needs neither the loop nor
 * the checks of the general copy.
 */
static int copy_out(void __user *user, const void *buf, size_t count)
{
	switch (REGISTER_WIDTH(count)) {
	case 1:
		return put_user(*(const u8 *)buf, (u8 __user *)user);
	case 2:
		return put_user(*(const u16 *)buf, (u16 __user *)user);
	case 4:
		return put_user(*(const u32 *)buf, (u32 __user *)user);
	case 8:
		return put_user(*(const u64 *)buf, (u64 __user *)user);
	default:
		return copy_to_user(user, buf, count) ? -EFAULT : 0;
	}
}

static int copy_in(void *buf, const void __user *user, size_t count)
{
	switch (REGISTER_WIDTH(count)) {
	case 1:
		return get_user(*(u8 *)buf, (const u8 __user *)user);
	case 2:
		return get_user(*(u16 *)buf, (const u16 __user *)user);
	case 4:
		return get_user(*(u32 *)buf, (const u32 __user *)user);
	case 8:
		return get_user(*(u64 *)buf, (const u64 __user *)user);
	default:
		return copy_from_user(buf, user, count) ? -EFAULT : 0;
	}
}

static ssize_t read_chunk(struct vfio_device *device, char __user *user, void *buf, size_t count,
			  loff_t pos)
{
	ssize_t ret = device_xfer(device, buf, count, pos, false);

	if (ret > 0 && copy_out(user, buf, ret))
		return -EFAULT;
	return ret;
}

static ssize_t write_chunk(struct vfio_device *device, const char __user *user, void *buf,
			   size_t count, loff_t pos)
{
	if (copy_in(buf, user, count))
		return -EFAULT;
	return device_xfer(device, buf, count, pos, true);
}

/* Between two chunks. false: nobody waits for the next one any more. */
static bool may_go_on(void)
{
	cond_resched();
	return !fatal_signal_pending(current);
}

/*
 * Exactly one of @in and @out is set. The buffer begins as zeroes, so that nobody sees any but the
 * device's bytes, whatever its driver does.
 */
static ssize_t devfile_rw(struct file *file, char __user *out, const char __user *in, size_t count,
			  loff_t *ppos)
{
	struct vfio_device *device = file->private_data;
	u64 small = 0;
	void *buf = &small;
	size_t done = 0;
	ssize_t ret = 0;

	if (*ppos < 0)
		return -EINVAL;
	if (count > sizeof(small)) {
		buf = kzalloc(min_t(size_t, count, PAGE_SIZE), GFP_KERNEL_ACCOUNT);
		if (!buf)
			return -ENOMEM;
	}
	while (done < count && (!done || may_go_on())) {
		size_t chunk = min_t(size_t, count - done, PAGE_SIZE - offset_in_page(*ppos));

		if (out)
			ret = read_chunk(device, out + done, buf, chunk, *ppos);
		else
			ret = write_chunk(device, in + done, buf, chunk, *ppos);
		if (ret <= 0)
			break;
		done += ret;
		*ppos += ret;
	}
	if (buf != &small)
		kfree(buf);
	return done ? done : ret;
}

static ssize_t devfile_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	return devfile_rw(file, buf, NULL, count, ppos);
}

static ssize_t devfile_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	return devfile_rw(file, NULL, buf, count, ppos);
}

static const struct vfio_device_ioctl *find_ioctl(const struct vfio_device *device,
						  unsigned int cmd)
{
	size_t i;

	for (i = 0; i < device->nr_ioctls; i++) {
		if (device->ioctls[i].cmd == cmd)
			return &device->ioctls[i];
	}
	return NULL;
}

/* An argument that is small needs no memory; under KASAN it has some, which is watched closer. */
#define ARG_SMALL    VFIO_ARG_FIXED_MAX
#define ARG_ON_STACK (IS_ENABLED(CONFIG_KASAN) ? 0 : ARG_SMALL)

/*
 * Fills @arg from the user's structure, which begins with its argsz. @small is ARG_SMALL bytes that
 * become arg->buf if they are enough; else that is the caller's to free, also after an error. Each
 * byte is read once.
 */
static long get_arg(const struct vfio_device_ioctl *ioctl, void __user *user, struct vfio_arg *arg,
		    void *small)
{
	size_t fixed = ioctl->min;
	u32 argsz;

	if (copy_from_user(small, user, fixed))
		return -EFAULT;
	argsz = *(u32 *)small;
	if (argsz < fixed || (ioctl->payload && argsz > VFIO_ARG_MAX))
		return -EINVAL;
	arg->size = min_t(size_t, argsz, VFIO_ARG_MAX);
	if (arg->size <= ARG_ON_STACK) {
		arg->buf = small;
		memset(small + fixed, 0, arg->size - fixed);
	} else {
		arg->buf = kvzalloc(arg->size, GFP_KERNEL_ACCOUNT);
		if (!arg->buf)
			return -ENOMEM;
		memcpy(arg->buf, small, fixed);
	}
	if (ioctl->payload && copy_from_user(arg->buf + fixed, user + fixed, arg->size - fixed))
		return -EFAULT;
	return 0;
}

static long call_ioctl(struct vfio_device *device, const struct vfio_device_ioctl *ioctl,
		       struct vfio_arg *arg)
{
	long ret;

	if (!vfio_device_enter(device))
		return -ENODEV;
	ret = device_wake(device);
	if (!ret) {
		ret = ioctl->handler(device->data, arg);
		device_rest(device);
	}
	vfio_device_leave(device);
	return ret;
}

static long devfile_ioctl(struct file *file, unsigned int cmd, unsigned long user)
{
	struct vfio_device *device = file->private_data;
	const struct vfio_device_ioctl *ioctl = find_ioctl(device, cmd);
	u64 small[ARG_SMALL / sizeof(u64)];
	struct vfio_arg arg = {};
	long ret = 0;

	if (vfio_device_gone(device))
		return -ENODEV;
	if (!ioctl)
		return -ENOTTY;
	if (ioctl->min)
		ret = get_arg(ioctl, (void __user *)user, &arg, small);
	if (!ret)
		ret = call_ioctl(device, ioctl, &arg);
	if (arg.reply && copy_to_user((void __user *)user, arg.buf, min(arg.reply, arg.size)))
		ret = -EFAULT;
	if (arg.buf != small)
		kvfree(arg.buf);
	return ret;
}

static vm_fault_t device_fault(struct vm_fault *vmf, unsigned int order)
{
	struct vfio_device *device = vmf->vma->vm_private_data;
	vm_fault_t ret;

	if (!vfio_device_enter(device))
		return VM_FAULT_SIGBUS;
	ret = device->ops->fault(device->data, vmf, order);
	vfio_device_leave(device);
	return ret;
}

static vm_fault_t devfile_fault(struct vm_fault *vmf)
{
	return device_fault(vmf, 0);
}

/* VMAs hold their file, and the file holds the device. */
static const struct vm_operations_struct devfile_vm_ops = { .fault = devfile_fault,
							    COMPAT_HUGE_FAULT(device_fault) };

static int devfile_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vfio_device *device = file->private_data;
	int ret;

	if (!vfio_device_enter(device))
		return -ENODEV;
	ret = -EINVAL;
	if (device->ops->mmap && (vma->vm_flags & VM_SHARED)) {
		vma->vm_private_data = device;
		vma->vm_ops = &devfile_vm_ops;
		ret = device->ops->mmap(device->data, vma);
	}
	vfio_device_leave(device);
	return ret;
}

/* The path is safe to ask for only inside: as long, the device and what is above it cannot go. */
static void show_device(struct vfio_device *device, struct seq_file *m)
{
	char *path;

	if (!vfio_device_enter(device)) {
		seq_puts(m, "vfio-revoked: 1\n");
		return;
	}
	path = kobject_get_path(&device->dev->kobj, GFP_KERNEL);
	if (path)
		seq_printf(m, "vfio-device-syspath: /sys%s\n", path);
	kfree(path);
	if (device->ops->fdinfo)
		device->ops->fdinfo(device->data, m);
	vfio_device_leave(device);
}

static void devfile_fdinfo(struct seq_file *m, struct file *file)
{
	struct vfio_device *device = file->private_data;

	seq_printf(m, "vfio-device: %s\n", dev_name(device->dev));
	vfio_group_fdinfo(device->group, m);
	show_device(device, m);
}

const struct file_operations vfio_device_fops = {
	.owner = THIS_MODULE,
	.release = devfile_release,
	.read = devfile_read,
	.write = devfile_write,
	.unlocked_ioctl = devfile_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = devfile_mmap,
	.show_fdinfo = devfile_fdinfo,
};
