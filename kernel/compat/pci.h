/* SPDX-License-Identifier: GPL-2.0-only */
/* What only vfio-pci needs. */
#ifndef VFIOCTL_COMPAT_PCI_H
#define VFIOCTL_COMPAT_PCI_H

#include <linux/pci.h>

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

#endif
