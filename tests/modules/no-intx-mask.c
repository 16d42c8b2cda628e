// SPDX-License-Identifier: GPL-2.0-only
/*
 * As long as it is loaded, the function named by its parameter device counts as one that cannot
 * mask its own pin. QEMU has no such function.
 */
#include <linux/module.h>
#include <linux/pci.h>

#include "device.h"

static struct pci_dev *pdev;

static int __init mask_init(void)
{
	pdev = device_get_named();
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
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
