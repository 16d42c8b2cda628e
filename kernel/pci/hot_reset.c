// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reset of the slot or the bus, with everything on it. Who asks for it proves with the files of
 * their groups that all of these functions are his; and all of them have to be ours, so that no
 * host driver has a device reset beneath it.
 *
 * bound_lock keeps the functions from leaving while others are reset with them. It is the only lock
 * under which the locks of several functions are held.
 */
#include <linux/file.h>
#include <linux/list.h>
#include <linux/slab.h>

#include "pci/vfio_pci.h"

static DEFINE_MUTEX(bound_lock);
static LIST_HEAD(bound_list);

void vfio_pci_bound_add(struct vfio_pci *vdev)
{
	mutex_lock(&bound_lock);
	list_add_tail(&vdev->bound_next, &bound_list);
	mutex_unlock(&bound_lock);
}

static void bound_remove(void *arg)
{
	struct vfio_pci *vdev = arg;

	mutex_lock(&bound_lock);
	list_del(&vdev->bound_next);
	mutex_unlock(&bound_lock);
}

/* While others are reset, which can take seconds, the lock is waited for in state D. */
void vfio_pci_bound_remove(struct vfio_pci *vdev)
{
	vfio_run_elsewhere(bound_remove, vdev);
}

/**
 * struct affected - the functions that are reset together
 * @pdev: who asks
 * @slot: the reset is that of his slot, not of the whole bus
 * @room: of @devs; while it is 0 they are only counted
 * @nr: how many there are
 * @devs: with a reference
 */
struct affected {
	struct pci_dev *pdev;
	bool slot;
	unsigned int room;
	unsigned int nr;
	struct pci_dev **devs;
};

static int affected_visit(struct pci_dev *dev, void *data)
{
	struct affected *set = data;
	struct pci_dev *top = dev;

	/* Functions behind a bridge go with the bridge. */
	while (top->bus != set->pdev->bus && top->bus->self)
		top = top->bus->self;
	if (set->slot && top->slot != set->pdev->slot)
		return 0;
	if (set->nr < set->room)
		set->devs[set->nr] = pci_dev_get(dev);
	set->nr++;
	return 0;
}

static void affected_free(struct affected *set)
{
	unsigned int i;

	for (i = 0; i < min(set->nr, set->room); i++)
		pci_dev_put(set->devs[i]);
	kfree(set->devs);
}

/* 0, or -ENODEV if neither slot nor bus can be reset. Ended by affected_free(). */
static int affected_find(struct affected *set, struct pci_dev *pdev)
{
	memset(set, 0, sizeof(*set));
	set->pdev = pdev;
	set->slot = !pci_probe_reset_slot(pdev->slot);
	if (!set->slot && pci_probe_reset_bus(pdev->bus))
		return -ENODEV;
	pci_walk_bus(pdev->bus, affected_visit, set);
	set->devs = kcalloc(set->nr, sizeof(*set->devs), GFP_KERNEL_ACCOUNT);
	if (!set->devs) {
		set->nr = 0;
		return -ENOMEM;
	}
	set->room = set->nr;
	set->nr = 0;
	pci_walk_bus(pdev->bus, affected_visit, set);
	if (set->nr <= set->room)
		return 0;
	/* One was plugged in meanwhile. */
	affected_free(set);
	return -EAGAIN;
}

static int describe(struct pci_dev *dev, struct vfio_pci_dependent_device *info)
{
	struct iommu_group *group = iommu_group_get(&dev->dev);

	if (!group)
		return -EPERM;
	info->group_id = iommu_group_id(group);
	iommu_group_put(group);
	info->segment = pci_domain_nr(dev->bus);
	info->bus = dev->bus->number;
	info->devfn = dev->devfn;
	return 0;
}

long vfio_pci_get_hot_reset_info(void *data, struct vfio_arg *arg)
{
	struct vfio_pci_hot_reset_info *info = arg->buf;
	struct vfio_pci *vdev = data;
	struct affected set;
	unsigned int i;
	size_t need;
	int ret;

	ret = affected_find(&set, vdev->pdev);
	if (ret)
		return ret;
	need = struct_size(info, devices, set.nr);
	info->flags = 0;
	info->count = set.nr;
	arg->reply = sizeof(*info);
	if (arg->size < need) {
		info->argsz = need;
		ret = -ENOSPC;
	}
	for (i = 0; i < set.nr && !ret; i++)
		ret = describe(set.devs[i], &info->devices[i]);
	if (!ret)
		arg->reply = need;
	affected_free(&set);
	return ret;
}

/* The files of the groups that the user shows; each slot a file with a reference. */
struct proof {
	struct file **files;
	unsigned int nr;
};

static void proof_free(struct proof *proof)
{
	while (proof->nr)
		fput(proof->files[--proof->nr]);
	kfree(proof->files);
}

static int proof_take(struct proof *proof, const s32 *fds, unsigned int count)
{
	struct file *file;
	unsigned int i;

	proof->nr = 0;
	proof->files = kcalloc(count, sizeof(*proof->files), GFP_KERNEL_ACCOUNT);
	if (!proof->files)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		file = fget(fds[i]);
		if (!file)
			return -EBADF;
		proof->files[proof->nr++] = file;
		/* A file that was opened to look at the group does not own it. */
		if (!vfio_file_is_group(file) || !(file->f_mode & FMODE_WRITE))
			return -EINVAL;
	}
	return 0;
}

static bool proof_covers(const struct proof *proof, struct pci_dev *dev)
{
	struct iommu_group *group = iommu_group_get(&dev->dev);
	bool found = false;
	unsigned int i;

	for (i = 0; i < proof->nr && group && !found; i++)
		found = vfio_file_iommu_group(proof->files[i]) == group;
	iommu_group_put(group);
	return found;
}

static struct vfio_pci *bound_find(struct pci_dev *dev)
{
	struct vfio_pci *vdev;

	list_for_each_entry (vdev, &bound_list, bound_next)
		if (vdev->pdev == dev)
			return vdev;
	return NULL;
}

struct vfio_pci *vfio_pci_bound_find(struct pci_dev *pdev)
{
	struct vfio_pci *vdev;

	mutex_lock(&bound_lock);
	vdev = bound_find(pdev);
	mutex_unlock(&bound_lock);
	return vdev;
}

/* bound_lock is held from here to the end. */
static int check_owned(const struct affected *set, const struct proof *proof)
{
	unsigned int i;

	for (i = 0; i < set->nr; i++) {
		if (!proof_covers(proof, set->devs[i]))
			return -EPERM;
		if (!bound_find(set->devs[i]))
			return -EBUSY;
	}
	return 0;
}

static void stop_one(struct vfio_pci *vdev)
{
	mutex_lock_nest_lock(&vdev->config_lock, &bound_lock);
	down_write_nest_lock(&vdev->memory_lock, &bound_lock);
	if (!vdev->layout)
		return;
	vfio_pci_memory_zap(vdev);
	vfio_pci_config_awake(vdev);
	vfio_pci_state_regain(vdev);
}

static void restart_one(struct vfio_pci *vdev, bool was_reset)
{
	if (was_reset)
		vfio_pci_state_regain(vdev);
	/* In one go with the reset: while those of others are held, none could be taken again. */
	if (vdev->layout)
		vfio_pci_command_apply_locked(vdev);
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->config_lock);
}

/* Before the locks: a function that wakes up wants its own. */
static int wake_all(const struct affected *set)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < set->nr && !ret; i++)
		ret = vfio_pci_power_get(bound_find(set->devs[i]));
	if (!ret)
		return 0;
	while (--i)
		vfio_pci_power_put(bound_find(set->devs[i - 1]));
	return ret;
}

static void rest_all(const struct affected *set)
{
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		vfio_pci_power_put(bound_find(set->devs[i]));
}

static int reset_all(const struct affected *set)
{
	unsigned int i;
	int ret;

	ret = wake_all(set);
	if (ret)
		return ret;
	for (i = 0; i < set->nr; i++)
		stop_one(bound_find(set->devs[i]));
	ret = pci_reset_bus(set->pdev);
	for (i = 0; i < set->nr; i++)
		restart_one(bound_find(set->devs[i]), !ret);
	rest_all(set);
	return ret;
}

long vfio_pci_hot_reset(void *data, struct vfio_arg *arg)
{
	struct vfio_pci_hot_reset *req = arg->buf;
	struct vfio_pci *vdev = data;
	struct affected set;
	struct proof proof;
	long ret;

	if (req->flags || !req->count)
		return -EINVAL;
	if ((arg->size - sizeof(*req)) / sizeof(s32) < req->count)
		return -EINVAL;
	ret = affected_find(&set, vdev->pdev);
	if (ret)
		return ret;
	/* More groups than functions prove nothing more. */
	if (req->count > set.nr) {
		affected_free(&set);
		return -EINVAL;
	}
	ret = proof_take(&proof, req->group_fds, req->count);
	if (!ret) {
		mutex_lock(&bound_lock);
		ret = check_owned(&set, &proof);
		if (!ret)
			ret = reset_all(&set);
		mutex_unlock(&bound_lock);
	}
	proof_free(&proof);
	affected_free(&set);
	return ret;
}
