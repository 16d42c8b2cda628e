// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors on the bus, as the kernel's recovery tells of them (Documentation/PCI/
 * pci-error-recovery.rst). The user is told by his eventfd; what he does about it is his to decide,
 * but a function whose link was reset has none of its registers left, and gets them back from here.
 *
 * The kernel holds the device_lock, and calls for all functions below the port that saw the error.
 */
#include "pci/vfio_pci.h"

/* From now on nobody touches the function, until its registers are back. */
static void link_lost(struct vfio_pci *vdev)
{
	mutex_lock(&vdev->config_lock);
	down_write(&vdev->memory_lock);
	vdev->link_lost = true;
	if (vdev->layout)
		vfio_pci_command_apply_locked(vdev);
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->config_lock);
}

static pci_ers_result_t error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct vfio_pci *vdev = pci_get_drvdata(pdev);

	/* Whoever is told of it finds it so. */
	if (state == pci_channel_io_frozen)
		link_lost(vdev);
	vfio_pci_notify_error(vdev);
	switch (state) {
	case pci_channel_io_frozen:
		return PCI_ERS_RESULT_NEED_RESET;
	case pci_channel_io_perm_failure:
		return PCI_ERS_RESULT_DISCONNECT;
	default:
		return PCI_ERS_RESULT_CAN_RECOVER;
	}
}

/* Perhaps without link_lost(), if it was a neighbour whose driver wanted the reset. */
static pci_ers_result_t slot_reset(struct pci_dev *pdev)
{
	struct vfio_pci *vdev = pci_get_drvdata(pdev);

	mutex_lock(&vdev->config_lock);
	down_write(&vdev->memory_lock);
	if (vdev->layout)
		vfio_pci_config_awake(vdev);
	vfio_pci_state_restore(vdev);
	if (vdev->layout)
		vfio_pci_command_apply_locked(vdev);
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->config_lock);
	return PCI_ERS_RESULT_RECOVERED;
}

const struct pci_error_handlers vfio_pci_error_handlers = {
	.error_detected = error_detected,
	.slot_reset = slot_reset,
};
