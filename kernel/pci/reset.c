// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reset of the function alone. The device_lock is only ever tried: a remover holds it while it
 * waits for us.
 */
#include "pci/vfio_pci.h"

int vfio_pci_function_reset(struct vfio_pci *vdev)
{
	int ret;

	lockdep_assert_held(&vdev->config_lock);
	if (!vdev->can_reset)
		return -ENOTTY;
	down_write(&vdev->memory_lock);
	vfio_pci_memory_zap(vdev);
	vfio_pci_config_awake(vdev);
	ret = pci_try_reset_function(vdev->pdev);
	up_write(&vdev->memory_lock);
	/* The registers came back as they were saved, perhaps asleep. */
	vfio_pci_command_apply(vdev);
	return ret;
}

long vfio_pci_reset(void *data, struct vfio_arg *arg)
{
	struct vfio_pci *vdev = data;
	int ret;

	if (!vdev->can_reset)
		return -EINVAL;
	mutex_lock(&vdev->config_lock);
	ret = vfio_pci_function_reset(vdev);
	mutex_unlock(&vdev->config_lock);
	return ret;
}

void vfio_pci_reset_owed(struct vfio_pci *vdev)
{
	if (!vdev->reset_owed)
		return;
	vdev->reset_owed = false;
	if (pci_reset_function_locked(vdev->pdev))
		pci_warn(vdev->pdev, "could not be reset after its last use\n");
}
