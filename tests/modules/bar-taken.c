// SPDX-License-Identifier: GPL-2.0-only
/*
 * As long as it is loaded, somebody else on the host has the first "length" bytes of BAR 0 of the
 * function named by its parameter device; with above=1, all that the bridge hands down to it.
 */
#include <linux/ioport.h>
#include <linux/module.h>
#include <linux/pci.h>

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "domain:bus:slot.function");

static unsigned int length = PAGE_SIZE;
module_param(length, uint, 0444);
MODULE_PARM_DESC(length, "in bytes");

static bool above;
module_param(above, bool, 0444);
MODULE_PARM_DESC(above, "more than the BAR");

static struct pci_dev *pdev;

static int __init taken_init(void)
{
	unsigned int domain, bus, slot, function;

	if (!device || sscanf(device, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		return -EINVAL;
	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, function));
	if (!pdev)
		return -ENODEV;
	if (above) {
		pdev->resource[0].parent->flags |= IORESOURCE_BUSY;
		return 0;
	}
	if (request_mem_region(pci_resource_start(pdev, 0), length, "somebody"))
		return 0;
	pci_dev_put(pdev);
	return -EBUSY;
}

static void __exit taken_exit(void)
{
	if (above)
		pdev->resource[0].parent->flags &= ~IORESOURCE_BUSY;
	else
		release_mem_region(pci_resource_start(pdev, 0), length);
	pci_dev_put(pdev);
}

module_init(taken_init);
module_exit(taken_exit);

MODULE_DESCRIPTION("A BAR that is not free, for tests");
MODULE_LICENSE("GPL");
