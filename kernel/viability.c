// SPDX-License-Identifier: GPL-2.0-only
/*
 * Viability: may the group be handed to userspace? Yes if each of its devices has no driver, was
 * added to us, or has a driver that is on the whitelist.
 *
 * This is the explanation. What enforces it is the kernel's DMA ownership, claimed in group.c: a
 * driver that binds between our look and the claim makes the claim fail.
 */
#define pr_fmt(fmt) "vfio: " fmt

#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "core.h"

/* How long to wait for a device whose driver is being changed by somebody at this moment. */
#define SETTLE_TRIES   20
#define SETTLE_STEP_MS 5

struct member {
	struct list_head next;
	struct device *dev;
};

/* Called with the IOMMU group's mutex held: looking at the driver here could deadlock with probe.
 */
static int collect_member(struct device *dev, void *data)
{
	struct list_head *members = data;
	struct member *member = kzalloc(sizeof(*member), GFP_KERNEL);

	if (!member)
		return -ENOMEM;
	member->dev = get_device(dev);
	list_add_tail(&member->next, members);
	return 0;
}

static void free_members(struct list_head *members)
{
	struct member *member, *tmp;

	list_for_each_entry_safe (member, tmp, members, next) {
		put_device(member->dev);
		kfree(member);
	}
}

static bool is_ours(struct vfio_group *group, struct device *dev)
{
	bool ours;

	mutex_lock(&group->lock);
	ours = vfio_group_find(group, dev);
	mutex_unlock(&group->lock);
	return ours;
}

/* A driver that does DMA of its own can be tolerated by no list: the claim would fail. */
static bool driver_owns_dma(struct device *dev)
{
	return dev_is_pci(dev) && !to_pci_driver(dev->driver)->driver_managed_dma;
}

/* device_lock is held. Returns the name of the driver in the way, for the caller to free, or NULL.
 */
static char *driver_in_the_way(struct device *dev, const char *list)
{
	if (!dev->driver || (vfio_whitelisted(list, dev->driver) && !driver_owns_dma(dev)))
		return NULL;
	return kstrdup(dev->driver->name, GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
}

/*
 * Whoever changes the driver of a device holds its device_lock, for the whole grace period if he
 * takes it from a user of ours. So the lock is only tried, for a while.
 */
static char *member_blocker(struct vfio_group *group, const char *list, struct device *dev)
{
	char *name;
	int i;

	for (i = 0; i < SETTLE_TRIES; i++) {
		if (is_ours(group, dev) || !READ_ONCE(dev->driver))
			return NULL;
		if (device_trylock(dev)) {
			name = driver_in_the_way(dev, list);
			device_unlock(dev);
			return name;
		}
		msleep(SETTLE_STEP_MS);
	}
	return kstrdup("(changing)", GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
}

int vfio_viability(struct vfio_group *group, const char *list,
		   void (*blocked)(void *ctx, const char *device, const char *driver), void *ctx)
{
	struct member *member;
	LIST_HEAD(members);
	int ret;

	ret = iommu_group_for_each_dev(group->iommu_group, &members, collect_member);
	if (ret)
		goto out;
	list_for_each_entry (member, &members, next) {
		char *driver = member_blocker(group, list, member->dev);

		if (IS_ERR(driver)) {
			ret = PTR_ERR(driver);
			break;
		}
		if (!driver)
			continue;
		blocked(ctx, dev_name(member->dev), driver);
		kfree(driver);
		ret++;
	}
out:
	free_members(&members);
	return ret;
}

static void explain_blocker(void *ctx, const char *device, const char *driver)
{
	struct vfio_group *group = ctx;

	pr_info_ratelimited("group %s is not viable: %s is bound to '%s'\n", dev_name(&group->dev),
			    device, driver);
}

static void ignore_blocker(void *ctx, const char *device, const char *driver)
{
}

int vfio_group_viable(struct vfio_group *group, bool explain)
{
	int ret = vfio_viability(group, NULL, explain ? explain_blocker : ignore_blocker, group);

	if (ret)
		return ret < 0 ? ret : 0;
	/* Somebody else may own the DMA although no driver is in the way, such as iommufd. */
	return !iommu_group_dma_owner_claimed(group->iommu_group);
}
