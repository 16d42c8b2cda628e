// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM asks of a VFIO file, by symbol_get(): therefore without our namespace.
 */
#include "core.h"

struct iommu_group *vfio_file_iommu_group(struct file *file)
{
	struct vfio_group *group = vfio_group_from_file(file);

	return group ? group->iommu_group : NULL;
}
EXPORT_SYMBOL_GPL(vfio_file_iommu_group);

bool vfio_file_is_group(struct file *file)
{
	return vfio_group_from_file(file);
}
EXPORT_SYMBOL_GPL(vfio_file_is_group);

/* Only group files are ever passed to KVM: we have no device files outside of groups. */
bool vfio_file_is_valid(struct file *file)
{
	return vfio_group_from_file(file);
}
EXPORT_SYMBOL_GPL(vfio_file_is_valid);

static struct vfio_container *attached_container(struct vfio_group *group)
{
	struct vfio_container *container;

	mutex_lock(&group->lock);
	container = group->container;
	if (container)
		vfio_container_get(container);
	mutex_unlock(&group->lock);
	return container;
}

/*
 * Does the IOMMU ignore the device's wish for non-coherent DMA? Then KVM need not emulate cache
 * flushes. The backend knows. Without one nobody has shown a right to slow the guest down, so the
 * answer is true, as it is for a file that is none of ours.
 */
bool vfio_file_enforced_coherent(struct file *file)
{
	struct vfio_group *group = vfio_group_from_file(file);
	struct vfio_container *container;
	bool enforced;

	container = group ? attached_container(group) : NULL;
	if (!container)
		return true;
	enforced = vfio_container_check_extension(container, VFIO_DMA_CC_IOMMU) > 0;
	vfio_container_put(container);
	return enforced;
}
EXPORT_SYMBOL_GPL(vfio_file_enforced_coherent);

/* The pointer is KVM's: it comes and goes with calls of this function, and is never followed here.
 */
void vfio_file_set_kvm(struct file *file, struct kvm *kvm)
{
	struct vfio_group *group = vfio_group_from_file(file);

	if (!group)
		return;
	mutex_lock(&group->lock);
	group->kvm = kvm;
	mutex_unlock(&group->lock);
}
EXPORT_SYMBOL_GPL(vfio_file_set_kvm);
