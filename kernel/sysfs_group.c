// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of a group's class device, /sys/class/vfio/N. sysfs-abi.txt describes them.
 *
 * They go with the class device, whose removal waits for readers. A reader may have to wait for
 * devices whose drivers are being changed, each a tenth of a second at most.
 */
#include <linux/sysfs.h>

#include "core.h"

static struct vfio_group *of_dev(struct device *dev)
{
	return container_of(dev, struct vfio_group, dev);
}

static ssize_t viable_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vfio_group *group = of_dev(dev);

	/* The claim of an attached group has decided. */
	int viable = vfio_group_container_id(group) ? 1 : vfio_group_viable(group, false);

	return viable < 0 ? viable : sysfs_emit(buf, "%d\n", viable);
}
static DEVICE_ATTR_RO(viable);

static void add_blocker(void *ctx, const char *device, const char *driver)
{
	vfio_sysfs_list_add(ctx, "%s %s\n", device, driver);
}

static ssize_t blockers_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vfio_sysfs_list list = { .buf = buf };
	struct vfio_group *group = of_dev(dev);
	int ret;

	if (vfio_group_container_id(group))
		return 0;
	ret = vfio_viability(group, NULL, add_blocker, &list);
	return ret < 0 ? ret : list.len;
}
static DEVICE_ATTR_RO(blockers);

static ssize_t container_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u64 id = vfio_group_container_id(of_dev(dev));

	return id ? sysfs_emit(buf, "%llu\n", id) : sysfs_emit(buf, "none\n");
}
static DEVICE_ATTR_RO(container);

static ssize_t users_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vfio_group *group = of_dev(dev);
	unsigned int users;

	mutex_lock(&group->lock);
	users = group->users;
	mutex_unlock(&group->lock);
	return sysfs_emit(buf, "%u\n", users);
}
static DEVICE_ATTR_RO(users);

static ssize_t opened_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vfio_group *group = of_dev(dev);
	bool opened;

	mutex_lock(&group->lock);
	opened = group->opened;
	mutex_unlock(&group->lock);
	return sysfs_emit(buf, "%d\n", opened);
}
static DEVICE_ATTR_RO(opened);

static struct attribute *vfio_group_attrs[] = {
	&dev_attr_viable.attr, &dev_attr_blockers.attr, &dev_attr_container.attr,
	&dev_attr_users.attr,  &dev_attr_opened.attr,	NULL,
};

static const struct attribute_group vfio_group_attribute_group = {
	.attrs = vfio_group_attrs,
};

const struct attribute_group *vfio_group_attributes[] = {
	&vfio_group_attribute_group,
	NULL,
};
