// SPDX-License-Identifier: GPL-2.0-only
/*
 * Containers: /dev/vfio/vfio, the groups attached to it, and the backend that translates for them.
 *
 * Anybody may open a container. It has no power until a group is attached, and loses it (the
 * backend with all mappings) when the last group leaves.
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "core.h"

static void backend_release(struct kref *kref)
{
	struct vfio_backend *backend = container_of(kref, struct vfio_backend, kref);
	struct module *owner = backend->ops->owner;

	backend->ops->release(backend->data);
	kfree(backend);
	vfio_ledger_destroyed(VFIO_LEDGER_BACKENDS, 1);
	module_put(owner);
}

static void backend_put(struct vfio_backend *backend)
{
	kref_put(&backend->kref, backend_release);
}

/* The caller's hold on the module of @ops passes to the backend on success. */
static struct vfio_backend *backend_open(const struct vfio_iommu_driver_ops *ops,
					 unsigned long model)
{
	struct vfio_backend *backend = kzalloc(sizeof(*backend), GFP_KERNEL_ACCOUNT);
	void *data;

	if (!backend)
		return ERR_PTR(-ENOMEM);
	data = ops->open(model);
	if (IS_ERR(data)) {
		kfree(backend);
		return data;
	}
	kref_init(&backend->kref);
	backend->ops = ops;
	backend->data = data;
	vfio_ledger_created(VFIO_LEDGER_BACKENDS, 1);
	return backend;
}

static struct vfio_backend *backend_get(struct vfio_container *container)
{
	struct vfio_backend *backend;

	mutex_lock(&container->lock);
	backend = container->backend;
	if (backend)
		kref_get(&backend->kref);
	mutex_unlock(&container->lock);
	return backend;
}

void vfio_container_free(struct vfio_container *container)
{
	mutex_destroy(&container->lock);
	kfree(container);
	vfio_ledger_destroyed(VFIO_LEDGER_CONTAINERS, 1);
}

static void container_release(struct kref *kref)
{
	vfio_sysfs_remove_container(container_of(kref, struct vfio_container, kref));
}

void vfio_container_get(struct vfio_container *container)
{
	kref_get(&container->kref);
}

void vfio_container_put(struct vfio_container *container)
{
	kref_put(&container->kref, container_release);
}

void vfio_leftover_put(struct vfio_leftover *left)
{
	if (left->backend)
		backend_put(left->backend);
	if (left->container)
		vfio_container_put(left->container);
}

bool vfio_container_use(struct vfio_container *container)
{
	bool has;

	mutex_lock(&container->lock);
	has = container->backend;
	if (has)
		container->users++;
	mutex_unlock(&container->lock);
	return has;
}

void vfio_container_unuse(struct vfio_container *container, unsigned int count)
{
	mutex_lock(&container->lock);
	container->users -= count;
	mutex_unlock(&container->lock);
}

void vfio_container_backend_name(struct vfio_container *container, char *name)
{
	mutex_lock(&container->lock);
	strscpy(name, container->backend ? container->backend->ops->name : "none",
		VFIO_BACKEND_NAME);
	mutex_unlock(&container->lock);
}

/* The mutex is held, so that what is told belongs to the groups and users of this moment. */
void vfio_container_stats(struct vfio_container *container, struct vfio_iommu_stats *stats)
{
	struct vfio_backend *backend;

	memset(stats, 0, sizeof(*stats));
	mutex_lock(&container->lock);
	backend = container->backend;
	if (backend && backend->ops->stats)
		backend->ops->stats(backend->data, stats);
	mutex_unlock(&container->lock);
}

int vfio_container_attach_group(struct vfio_container *container, struct vfio_group *group)
{
	struct vfio_backend *backend;
	int ret = 0;

	lockdep_assert_held(&group->lock);
	mutex_lock(&container->lock);
	backend = container->backend;
	if (backend)
		ret = backend->ops->attach_group(backend->data, group->iommu_group);
	if (!ret) {
		kref_get(&container->kref); /* put with the leftover of the detach */
		list_add_tail(&group->container_next, &container->groups);
		group->container = container;
	}
	mutex_unlock(&container->lock);
	return ret;
}

void vfio_container_detach_group(struct vfio_group *group, struct vfio_leftover *left)
{
	struct vfio_container *container = group->container;
	struct vfio_backend *backend;

	lockdep_assert_held(&group->lock);
	mutex_lock(&container->lock);
	backend = container->backend;
	if (backend)
		backend->ops->detach_group(backend->data, group->iommu_group);
	container->users -= group->users; /* of a dead group: its devices were revoked */
	list_del_init(&group->container_next);
	if (list_empty(&container->groups)) {
		left->backend = backend;
		container->backend = NULL;
	}
	group->container = NULL;
	left->container = container;
	mutex_unlock(&container->lock);
}

static void detach_all_before(struct vfio_container *container, struct vfio_backend *backend,
			      struct vfio_group *stop)
{
	struct vfio_group *group;

	list_for_each_entry (group, &container->groups, container_next) {
		if (group == stop)
			break;
		backend->ops->detach_group(backend->data, group->iommu_group);
	}
}

static int attach_all(struct vfio_container *container, struct vfio_backend *backend)
{
	struct vfio_group *group;
	int ret;

	list_for_each_entry (group, &container->groups, container_next) {
		ret = backend->ops->attach_group(backend->data, group->iommu_group);
		if (ret) {
			detach_all_before(container, backend, group);
			return ret;
		}
	}
	return 0;
}

/* On success the backend keeps the caller's hold on the module of @ops. */
static int container_use(struct vfio_container *container, const struct vfio_iommu_driver_ops *ops,
			 unsigned long model)
{
	struct vfio_backend *backend;
	int ret = -EINVAL;

	mutex_lock(&container->lock);
	if (list_empty(&container->groups) || container->backend)
		goto unlock;
	backend = backend_open(ops, model);
	if (IS_ERR(backend)) {
		ret = PTR_ERR(backend);
		goto unlock;
	}
	ret = attach_all(container, backend);
	if (!ret)
		container->backend = backend;
	mutex_unlock(&container->lock);
	if (ret) {
		__module_get(ops->owner); /* the caller drops his own on an error */
		backend_put(backend);
	}
	return ret;
unlock:
	mutex_unlock(&container->lock);
	return ret;
}

static bool container_may_set_iommu(struct vfio_container *container)
{
	bool may;

	mutex_lock(&container->lock);
	may = !list_empty(&container->groups) && !container->backend;
	mutex_unlock(&container->lock);
	return may;
}

static long container_ioctl_set_iommu(struct vfio_container *container, unsigned long model)
{
	struct vfio_iommu_driver *driver = NULL;
	long ret = -ENODEV;

	if (!container_may_set_iommu(container))
		return -EINVAL;
	vfio_iommu_driver_autoload();
	while ((driver = vfio_iommu_driver_next(driver))) {
		const struct vfio_iommu_driver_ops *ops = vfio_iommu_driver_ops(driver);

		if (ops->check_extension(NULL, model) <= 0)
			continue;
		ret = container_use(container, ops, model);
		if (!ret)
			return 0;
		vfio_iommu_driver_put(driver);
		return ret;
	}
	return ret;
}

long vfio_container_check_extension(struct vfio_container *container, unsigned long ext)
{
	struct vfio_backend *backend = backend_get(container);
	struct vfio_iommu_driver *driver = NULL;
	long ret = 0;

	if (backend) {
		ret = backend->ops->check_extension(backend->data, ext);
		backend_put(backend);
		return ret;
	}
	vfio_iommu_driver_autoload();
	while ((driver = vfio_iommu_driver_next(driver))) {
		ret = vfio_iommu_driver_ops(driver)->check_extension(NULL, ext);
		if (ret > 0) {
			vfio_iommu_driver_put(driver);
			break;
		}
	}
	return ret;
}

static long container_ioctl_backend(struct vfio_container *container, unsigned int cmd,
				    unsigned long arg)
{
	struct vfio_backend *backend;
	long ret;

	if (_IOC_TYPE(cmd) != VFIO_TYPE)
		return -ENOTTY;
	backend = backend_get(container);
	if (!backend)
		return -EINVAL;
	ret = backend->ops->ioctl(backend->data, cmd, arg);
	backend_put(backend);
	return ret;
}

static long container_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vfio_container *container = file->private_data;

	switch (cmd) {
	case VFIO_GET_API_VERSION:
		return VFIO_API_VERSION;
	case VFIO_CHECK_EXTENSION:
		return vfio_container_check_extension(container, arg);
	case VFIO_SET_IOMMU:
		return container_ioctl_set_iommu(container, arg);
	default:
		return container_ioctl_backend(container, cmd, arg);
	}
}

static struct vfio_container *container_alloc(void)
{
	static atomic64_t last_id;
	struct vfio_container *container = kzalloc(sizeof(*container), GFP_KERNEL_ACCOUNT);

	if (!container)
		return NULL;
	kref_init(&container->kref);
	container->id = atomic64_inc_return(&last_id);
	mutex_init(&container->lock);
	INIT_LIST_HEAD(&container->groups);
	vfio_ledger_created(VFIO_LEDGER_CONTAINERS, 1);
	return container;
}

static int container_open(struct inode *inode, struct file *file)
{
	struct vfio_container *container = container_alloc();
	int ret;

	if (!container)
		return -ENOMEM;
	ret = vfio_sysfs_add_container(container);
	if (ret)
		return ret;
	file->private_data = container;
	return 0;
}

static int container_close(struct inode *inode, struct file *file)
{
	vfio_container_put(file->private_data);
	return 0;
}

static void container_fdinfo(struct seq_file *m, struct file *file)
{
	struct vfio_container *container = file->private_data;
	char backend[VFIO_BACKEND_NAME];

	vfio_container_backend_name(container, backend);
	seq_printf(m, "vfio-container: %llu\n", container->id);
	seq_printf(m, "vfio-backend: %s\n", backend);
}

static const struct file_operations container_fops = {
	.owner = THIS_MODULE,
	.open = container_open,
	.release = container_close,
	.show_fdinfo = container_fdinfo,
	.unlocked_ioctl = container_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

struct vfio_container *vfio_container_from_file(struct file *file)
{
	struct vfio_container *container;

	if (file->f_op != &container_fops)
		return ERR_PTR(-EINVAL);
	container = file->private_data;
	kref_get(&container->kref);
	return container;
}

/* The fixed minor and the name let systemd and kmod make the node before we are loaded. */
static struct miscdevice container_node = {
	.minor = VFIO_MINOR,
	.name = "vfio",
	.fops = &container_fops,
	.nodename = "vfio/vfio",
	.mode = 0666,
};

int vfio_container_init(void)
{
	return misc_register(&container_node);
}

void vfio_container_exit(void)
{
	misc_deregister(&container_node);
}

MODULE_ALIAS_MISCDEV(VFIO_MINOR);
MODULE_ALIAS("devname:vfio/vfio");
