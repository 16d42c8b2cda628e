// SPDX-License-Identifier: GPL-2.0-only
/* single MSI-X vectors can be allocated while others are in use (6.2) */
#include <linux/pci.h>

struct msi_map probe(struct pci_dev *pdev)
{
	if (!pci_msix_can_alloc_dyn(pdev))
		return (struct msi_map){ .index = -1 };
	return pci_msix_alloc_irq_at(pdev, 1, NULL);
}
