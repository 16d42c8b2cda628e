// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backends that containers can choose from.
 *
 * An entry is on the list as long as its module lives; whoever holds the module may therefore keep
 * a pointer to the entry, and walk on from it, without the lock.
 */
#include <linux/kmod.h>
#include <linux/slab.h>

#include "core.h"

struct vfio_iommu_driver {
	struct list_head next;
	const struct vfio_iommu_driver_ops *ops;
};

static LIST_HEAD(iommu_drivers);
static DEFINE_MUTEX(iommu_drivers_lock);

static struct vfio_iommu_driver *find_locked(const struct vfio_iommu_driver_ops *ops)
{
	struct vfio_iommu_driver *driver;

	list_for_each_entry (driver, &iommu_drivers, next) {
		if (driver->ops == ops)
			return driver;
	}
	return NULL;
}

int vfio_register_iommu_driver(const struct vfio_iommu_driver_ops *ops)
{
	struct vfio_iommu_driver *driver;

	if (!ops || !ops->name || !ops->open || !ops->release || !ops->check_extension ||
	    !ops->ioctl || !ops->attach_group || !ops->detach_group)
		return -EINVAL;
	driver = kzalloc(sizeof(*driver), GFP_KERNEL);
	if (!driver)
		return -ENOMEM;
	driver->ops = ops;
	mutex_lock(&iommu_drivers_lock);
	if (find_locked(ops)) {
		mutex_unlock(&iommu_drivers_lock);
		kfree(driver);
		return -EINVAL;
	}
	list_add_tail(&driver->next, &iommu_drivers);
	mutex_unlock(&iommu_drivers_lock);
	return 0;
}
COMPAT_EXPORT_SYMBOL(vfio_register_iommu_driver);

void vfio_unregister_iommu_driver(const struct vfio_iommu_driver_ops *ops)
{
	struct vfio_iommu_driver *driver;

	mutex_lock(&iommu_drivers_lock);
	driver = find_locked(ops);
	if (driver)
		list_del(&driver->next);
	mutex_unlock(&iommu_drivers_lock);
	kfree(driver);
}
COMPAT_EXPORT_SYMBOL(vfio_unregister_iommu_driver);

struct vfio_iommu_driver *vfio_iommu_driver_next(struct vfio_iommu_driver *prev)
{
	struct list_head *pos;
	struct vfio_iommu_driver *found = NULL;

	mutex_lock(&iommu_drivers_lock);
	pos = prev ? prev->next.next : iommu_drivers.next;
	for (; pos != &iommu_drivers; pos = pos->next) {
		struct vfio_iommu_driver *driver = list_entry(pos, struct vfio_iommu_driver, next);

		if (try_module_get(driver->ops->owner)) {
			found = driver;
			break;
		}
	}
	mutex_unlock(&iommu_drivers_lock);
	if (prev)
		vfio_iommu_driver_put(prev);
	return found;
}

void vfio_iommu_driver_put(struct vfio_iommu_driver *driver)
{
	module_put(driver->ops->owner);
}

const struct vfio_iommu_driver_ops *vfio_iommu_driver_ops(struct vfio_iommu_driver *driver)
{
	return driver->ops;
}

void vfio_iommu_driver_autoload(void)
{
	bool none;

	mutex_lock(&iommu_drivers_lock);
	none = list_empty(&iommu_drivers);
	mutex_unlock(&iommu_drivers_lock);
	if (none)
		request_module("vfio_iommu_type1");
}
