/* SPDX-License-Identifier: GPL-2.0-only */
/* What only vfio-pci needs. */
#ifndef VFIOCTL_COMPAT_PCI_H
#define VFIOCTL_COMPAT_PCI_H

#include <linux/pci.h>
#include <linux/string.h>

#include "compat.h"

/*
 * compat_msix_dynamic() - may vectors be added while MSI-X is enabled?
 * compat_msix_add() - the interrupt number of a vector that has none yet, or an error
 */
#ifdef HAVE_MSIX_DYNAMIC
static inline bool compat_msix_dynamic(struct pci_dev *pdev)
{
	return pci_msix_can_alloc_dyn(pdev);
}

static inline int compat_msix_add(struct pci_dev *pdev, unsigned int vector)
{
	struct msi_map map = pci_msix_alloc_irq_at(pdev, vector, NULL);

	return map.index < 0 ? map.index : map.virq;
}
#else
static inline bool compat_msix_dynamic(struct pci_dev *pdev)
{
	return false;
}

static inline int compat_msix_add(struct pci_dev *pdev, unsigned int vector)
{
	return -EINVAL;
}
#endif

/* compat_set_override() - no driver but @name takes the function; 0 or an error */
static inline int compat_set_override(struct pci_dev *pdev, const char *name)
{
#ifdef HAVE_DEVICE_SET_DRIVER_OVERRIDE
	return device_set_driver_override(&pdev->dev, name);
#else
	return driver_set_override(&pdev->dev, &pdev->driver_override, name, strlen(name));
#endif
}

#endif
