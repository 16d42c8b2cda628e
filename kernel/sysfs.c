// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/vfio/containers: what each container is and has. sysfs-abi.txt describes the files.
 *
 * A file has no reference on its container. The directory goes before the container is freed, and
 * waits for readers; what they may take is said by the lock order in core.h.
 */
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "core.h"

static struct kobject *vfio_dir, *containers_dir;

#define LIST_TAIL "...\n"

void vfio_sysfs_list_add(struct vfio_sysfs_list *list, const char *format, ...)
{
	int room = PAGE_SIZE - list->len - sizeof(LIST_TAIL);
	va_list args;
	int len;

	if (list->full)
		return;
	va_start(args, format);
	len = vsnprintf(list->buf + list->len, room, format, args);
	va_end(args);
	list->full = len >= room;
	if (list->full)
		len = sysfs_emit_at(list->buf, list->len, LIST_TAIL);
	list->len += len;
}

static struct vfio_container *of_kobj(struct kobject *kobj)
{
	return container_of(kobj, struct vfio_container, kobj);
}

static struct vfio_iommu_stats stats_of(struct kobject *kobj)
{
	struct vfio_iommu_stats stats;

	vfio_container_stats(of_kobj(kobj), &stats);
	return stats;
}

static ssize_t backend_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	char name[VFIO_BACKEND_NAME];

	vfio_container_backend_name(of_kobj(kobj), name);
	return sysfs_emit(buf, "%s\n", name);
}

static ssize_t groups_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct vfio_container *container = of_kobj(kobj);
	struct vfio_sysfs_list list = { .buf = buf };
	struct vfio_group *group;

	mutex_lock(&container->lock);
	list_for_each_entry (group, &container->groups, container_next)
		vfio_sysfs_list_add(&list, "%d\n", iommu_group_id(group->iommu_group));
	mutex_unlock(&container->lock);
	return list.len;
}

static ssize_t users_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct vfio_container *container = of_kobj(kobj);
	unsigned int users;

	mutex_lock(&container->lock);
	users = container->users;
	mutex_unlock(&container->lock);
	return sysfs_emit(buf, "%u\n", users);
}

static ssize_t mappings_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", stats_of(kobj).mappings);
}

static ssize_t mapped_bytes_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", stats_of(kobj).mapped_bytes);
}

static ssize_t pinned_bytes_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", stats_of(kobj).pinned_pages << PAGE_SHIFT);
}

static struct kobj_attribute backend = __ATTR_RO(backend);
static struct kobj_attribute groups = __ATTR_RO(groups);
static struct kobj_attribute users = __ATTR_RO(users);
static struct kobj_attribute mappings = __ATTR_RO(mappings);
static struct kobj_attribute mapped_bytes = __ATTR_RO(mapped_bytes);
static struct kobj_attribute pinned_bytes = __ATTR_RO(pinned_bytes);

static struct attribute *container_attrs[] = {
	&backend.attr,	    &groups.attr,	&users.attr, &mappings.attr,
	&mapped_bytes.attr, &pinned_bytes.attr, NULL,
};
ATTRIBUTE_GROUPS(container);

static void container_kobj_release(struct kobject *kobj)
{
	vfio_container_free(of_kobj(kobj));
}

static struct kobj_type container_type = {
	.release = container_kobj_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = container_groups,
};

int vfio_sysfs_add_container(struct vfio_container *container)
{
	int ret = kobject_init_and_add(&container->kobj, &container_type, containers_dir, "%llu",
				       container->id);

	if (ret)
		kobject_put(&container->kobj);
	return ret;
}

void vfio_sysfs_remove_container(struct vfio_container *container)
{
	kobject_del(&container->kobj);
	kobject_put(&container->kobj);
}

int vfio_sysfs_init(void)
{
	vfio_dir = kobject_create_and_add("vfio", kernel_kobj);
	if (!vfio_dir)
		return -ENOMEM;
	containers_dir = kobject_create_and_add("containers", vfio_dir);
	if (!containers_dir) {
		kobject_put(vfio_dir);
		return -ENOMEM;
	}
	return 0;
}

void vfio_sysfs_exit(void)
{
	kobject_put(containers_dir);
	kobject_put(vfio_dir);
}
