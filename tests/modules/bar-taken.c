// SPDX-License-Identifier: GPL-2.0-only
/*
 * As long as it is loaded, somebody else on the host has the first "length" bytes of BAR 0 of the
 * function named by its parameter device; with above=1, all that the bridge hands down to it.
 */
#include <linux/ioport.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "device.h"

static unsigned int length = PAGE_SIZE;
module_param(length, uint, 0444);
MODULE_PARM_DESC(length, "in bytes");

static bool above;
module_param(above, bool, 0444);
MODULE_PARM_DESC(above, "more than the BAR");

static struct pci_dev *pdev;

static int __init taken_init(void)
{
	pdev = device_get_named();
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
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
