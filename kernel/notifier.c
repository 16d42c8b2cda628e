// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that appear while their group, or that of the other functions of their slot, is in use;
 * and changes of drivers, which may change whether a group is viable.
 *
 * Nothing has to be prevented here: the group's DMA is owned by us, so a host driver cannot bind to
 * a newcomer. But the administrator should hear of it, and of a function that landed in a group of
 * its own although its siblings are live (its slot's multifunction bit came too late).
 */
#define pr_fmt(fmt) "vfio: " fmt

#include <linux/pci.h>

#include "core.h"

static bool group_attached(struct vfio_group *group)
{
	bool attached;

	mutex_lock(&group->lock);
	attached = group->container;
	mutex_unlock(&group->lock);
	return attached;
}

static bool in_live_group(struct device *dev, char *name, size_t size)
{
	struct vfio_group *group = vfio_group_get_from_dev(dev);
	bool live;

	if (!group)
		return false;
	live = group_attached(group);
	strscpy(name, dev_name(&group->dev), size);
	vfio_group_put(group);
	return live;
}

static void check_siblings(struct pci_dev *pdev)
{
	unsigned int fn;
	char name[16];

	for (fn = 0; fn < 8; fn++) {
		struct pci_dev *sibling;

		if (fn == PCI_FUNC(pdev->devfn))
			continue;
		sibling = pci_get_slot(pdev->bus, PCI_DEVFN(PCI_SLOT(pdev->devfn), fn));
		if (!sibling)
			continue;
		if (in_live_group(&sibling->dev, name, sizeof(name)))
			pci_warn(pdev, "appeared beside %s, which is in use in group %s\n",
				 pci_name(sibling), name);
		pci_dev_put(sibling);
	}
}

/* The device's lock is held by who changes its driver, so the look waits until he is done. */
static void look_at_group_of(struct device *dev)
{
	struct vfio_group *group = vfio_group_get_from_dev(dev);

	if (!group)
		return;
	vfio_group_look(group);
	vfio_group_put(group);
}

static int bus_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;
	char name[16];

	if (action == BUS_NOTIFY_BOUND_DRIVER || action == BUS_NOTIFY_UNBOUND_DRIVER ||
	    action == BUS_NOTIFY_DRIVER_NOT_BOUND)
		look_at_group_of(dev);
	if (action != BUS_NOTIFY_ADD_DEVICE)
		return NOTIFY_DONE;
	if (in_live_group(dev, name, sizeof(name)))
		dev_info(dev, "appeared in group %s, which is in use: no host driver can bind\n",
			 name);
	else
		check_siblings(to_pci_dev(dev));
	return NOTIFY_DONE;
}

/* After the IOMMU core, whose own notifier puts the device into its group. */
static struct notifier_block bus_nb = {
	.notifier_call = bus_event,
	.priority = -100,
};

int vfio_notifier_init(void)
{
	return bus_register_notifier(&pci_bus_type, &bus_nb);
}

void vfio_notifier_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &bus_nb);
}
