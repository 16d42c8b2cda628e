/* SPDX-License-Identifier: GPL-2.0-only */
/* The parameter device, of modules that do something to one function. */
#ifndef TESTS_MODULES_DEVICE_H
#define TESTS_MODULES_DEVICE_H

#include <linux/moduleparam.h>
#include <linux/pci.h>

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "domain:bus:slot.function");

/* With a reference; -EINVAL for what is no address, -ENODEV if nothing is there. */
static inline struct pci_dev *device_get_named(void)
{
	unsigned int domain, bus, slot, function;
	struct pci_dev *pdev;

	if (!device || sscanf(device, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		return ERR_PTR(-EINVAL);
	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, function));
	return pdev ?: ERR_PTR(-ENODEV);
}

#endif
