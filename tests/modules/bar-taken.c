// SPDX-License-Identifier: GPL-2.0-only
/*
 * As long as it is loaded, somebody else on the host has the first "length" bytes of BAR 0 of the
 * function named by its parameter device.
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

static resource_size_t start;

static int __init taken_init(void)
{
	unsigned int domain, bus, slot, function;
	struct pci_dev *pdev;

	if (!device || sscanf(device, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		return -EINVAL;
	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, function));
	if (!pdev)
		return -ENODEV;
	start = pci_resource_start(pdev, 0);
	pci_dev_put(pdev);
	return request_mem_region(start, length, "somebody") ? 0 : -EBUSY;
}

static void __exit taken_exit(void)
{
	release_mem_region(start, length);
}

module_init(taken_init);
module_exit(taken_exit);

MODULE_DESCRIPTION("A BAR that is not free, for tests");
MODULE_LICENSE("GPL");
