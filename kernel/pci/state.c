// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function's registers as they are while no user has it: taken when it is bound and before each
 * open. The copy that the kernel has will not do, as each sleep and each reset overwrites that,
 * also with those of a function that had just lost them.
 */
#include <linux/slab.h>

#include "pci/vfio_pci.h"

int vfio_pci_state_keep(struct vfio_pci *vdev)
{
	struct pci_saved_state *state;

	pci_save_state(vdev->pdev);
	state = pci_store_saved_state(vdev->pdev);
	if (!state)
		return -ENOMEM;
	kfree(vdev->kept_state);
	vdev->kept_state = state;
	return 0;
}

void vfio_pci_state_restore(struct vfio_pci *vdev)
{
	vdev->link_lost = false;
	pci_load_saved_state(vdev->pdev, vdev->kept_state);
	pci_restore_state(vdev->pdev);
}

void vfio_pci_state_regain(struct vfio_pci *vdev)
{
	mutex_lock(&vdev->config_lock);
	down_write(&vdev->memory_lock);
	if (vdev->link_lost)
		vfio_pci_state_restore(vdev);
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->config_lock);
}
