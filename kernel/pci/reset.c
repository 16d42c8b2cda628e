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
	/* If it can be, before: the kernel keeps its vectors where its memory is. */
	vfio_pci_state_regain(vdev);
	ret = pci_try_reset_function(vdev->pdev);
	if (!ret)
		ret = vfio_pci_state_regain(vdev);
	/* The registers came back as they were saved, perhaps asleep. */
	vfio_pci_command_apply_locked(vdev);
	up_write(&vdev->memory_lock);
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

struct owed_reset {
	struct pci_dev *pdev;
	int ret;
};

static void owed_reset_run(void *arg)
{
	struct owed_reset *owed = arg;

	owed->ret = pci_reset_function_locked(owed->pdev);
}

/* A reset sleeps in state D, a second long if it has to be that of the bus. */
void vfio_pci_reset_owed(struct vfio_pci *vdev)
{
	struct owed_reset owed = { .pdev = vdev->pdev };

	if (!vdev->reset_owed || !pci_device_is_present(vdev->pdev))
		return;
	vdev->reset_owed = false;
	vfio_run_elsewhere(owed_reset_run, &owed);
	if (owed.ret)
		pci_warn(vdev->pdev, "could not be reset after its last use\n");
}
