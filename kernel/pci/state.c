// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function's registers as they are while no user has it: taken when it is bound and before each
 * open. The copy that the kernel has will not do, as each sleep and each reset overwrites that,
 * also with those of a function that had just lost them.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "pci/vfio_pci.h"

static void bars_read(struct pci_dev *pdev, u32 *bars)
{
	unsigned int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		pci_read_config_dword(pdev, PCI_BASE_ADDRESS_0 + 4 * i, &bars[i]);
}

/* What is read from a dead link is all ones, which no command register is; a vendor may be. */
static bool answers(struct pci_dev *pdev)
{
	u16 command;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	return command != 0xffff;
}

int vfio_pci_state_keep(struct vfio_pci *vdev)
{
	struct pci_saved_state *state;
	u32 bars[PCI_STD_NUM_BARS];

	pci_save_state(vdev->pdev);
	state = pci_store_saved_state(vdev->pdev);
	if (!state)
		return -ENOMEM;
	bars_read(vdev->pdev, bars);
	/* If they were lost meanwhile, those are no others than before. */
	if (READ_ONCE(vdev->link_lost) || !answers(vdev->pdev)) {
		kfree(state);
		return -EIO;
	}
	kfree(vdev->kept_state);
	vdev->kept_state = state;
	memcpy(vdev->kept_bars, bars, sizeof(bars));
	return 0;
}

static bool bars_are_kept(struct vfio_pci *vdev)
{
	u32 bars[PCI_STD_NUM_BARS];

	bars_read(vdev->pdev, bars);
	return !memcmp(bars, vdev->kept_bars, sizeof(bars));
}

void vfio_pci_state_bars_back(struct vfio_pci *vdev)
{
	struct pci_dev *pdev = vdev->pdev;
	unsigned int i;

	if (!answers(pdev) || bars_are_kept(vdev))
		return;
	dev_info_ratelimited(&pdev->dev, "was reset without us: its BARs are put back\n");
	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		pci_write_config_dword(pdev, PCI_BASE_ADDRESS_0 + 4 * i, vdev->kept_bars[i]);
}

bool vfio_pci_state_is_there(struct vfio_pci *vdev)
{
	return answers(vdev->pdev) && bars_are_kept(vdev);
}

void vfio_pci_state_restore(struct vfio_pci *vdev)
{
	pci_load_saved_state(vdev->pdev, vdev->kept_state);
	pci_restore_state(vdev->pdev);
	if (READ_ONCE(vdev->link_lost) && !time_before(jiffies, vdev->settled_at) &&
	    vfio_pci_state_is_there(vdev))
		WRITE_ONCE(vdev->link_lost, false);
}

int vfio_pci_state_regain(struct vfio_pci *vdev)
{
	lockdep_assert_held(&vdev->config_lock);
	if (READ_ONCE(vdev->link_lost))
		vfio_pci_state_restore(vdev);
	return READ_ONCE(vdev->link_lost) ? -EAGAIN : 0;
}
