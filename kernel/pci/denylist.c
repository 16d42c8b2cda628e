// SPDX-License-Identifier: GPL-2.0-only
/* Functions that no user may have, because an IOMMU does not make them safe. */
#include <linux/module.h>

#include "pci/vfio_pci.h"

static bool disable_denylist;
module_param(disable_denylist, bool, 0444);
MODULE_PARM_DESC(disable_denylist,
		 "take functions that are known to harm the host in a user's hands (default n)");

/*
 * A user of one function of the first six can hang the whole device, and with it the host; the rest
 * can be made to write where their user may not (CVE-2024-21823).
 */
static const struct pci_device_id denied[] = {
	{ PCI_VDEVICE(INTEL, 0x0435) }, /* QuickAssist DH895xCC */
	{ PCI_VDEVICE(INTEL, 0x0443) }, /* and its virtual functions */
	{ PCI_VDEVICE(INTEL, 0x19e2) }, /* QuickAssist C3xxx */
	{ PCI_VDEVICE(INTEL, 0x19e3) },
	{ PCI_VDEVICE(INTEL, 0x37c8) }, /* QuickAssist C62x */
	{ PCI_VDEVICE(INTEL, 0x37c9) },
	{ PCI_VDEVICE(INTEL, 0x0b25) }, /* Data Streaming Accelerator, first generation */
	{ PCI_VDEVICE(INTEL, 0x0cfe) }, /* In-Memory Analytics Accelerator, likewise */
	{},
};

bool vfio_pci_denied(struct pci_dev *pdev)
{
	if (!pci_match_id(denied, pdev))
		return false;
	if (disable_denylist) {
		pci_warn(pdev, "is on the list of unsafe devices, taken by disable_denylist\n");
		return false;
	}
	pci_warn(pdev, "is on the list of unsafe devices: not taken without disable_denylist\n");
	return true;
}
