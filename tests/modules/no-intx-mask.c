// SPDX-License-Identifier: GPL-2.0-only
/*
 * As long as it is loaded, the function named by its parameter device counts as one that cannot
 * mask its own pin. QEMU has no such function.
 */
#include <linux/module.h>
#include <linux/pci.h>

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "domain:bus:slot.function");

static struct pci_dev *pdev;

static int __init mask_init(void)
{
	unsigned int domain, bus, slot, function;

	if (!device || sscanf(device, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		return -EINVAL;
	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, function));
	if (!pdev)
		return -ENODEV;
	pdev->broken_intx_masking = 1;
	return 0;
}

static void __exit mask_exit(void)
{
	pdev->broken_intx_masking = 0;
	pci_dev_put(pdev);
}

module_init(mask_init);
module_exit(mask_exit);

MODULE_DESCRIPTION("A PCI function that cannot mask its pin, for tests");
MODULE_LICENSE("GPL");
