// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors on the bus, as the kernel's recovery tells of them (Documentation/PCI/
 * pci-error-recovery.rst). The user is told by his eventfd; what he does about it is his to decide,
 * but a function whose link was reset has none of its registers left, and gets them back from here.
 *
 * The kernel calls for all functions below the port that saw the error, and holds their list
 * (pci_bus_sem) and the device_lock. A reset, and a change of the power state, takes that list's
 * lock under ours. So the handlers only note what happened, and a worker does the rest.
 */
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "pci/vfio_pci.h"

/*
 * The kernel resets the link a moment after it has told of the error: what is restored before that
 * is lost again.
 */
#define SETTLES_MS 1000

/* The link is back, and the function as it is after a reset. */
static void link_back(struct vfio_pci *vdev)
{
	if (vdev->layout)
		vfio_pci_config_awake(vdev);
	else
		pci_set_power_state(vdev->pdev, PCI_D0);
	vfio_pci_state_restore(vdev);
}

void vfio_pci_errors_run(struct work_struct *work)
{
	struct vfio_pci *vdev = container_of(work, struct vfio_pci, error_work);

	mutex_lock(&vdev->config_lock);
	down_write(&vdev->memory_lock);
	if (READ_ONCE(vdev->link_lost)) {
		if (xchg(&vdev->link_reset, false))
			link_back(vdev);
		if (vdev->layout)
			vfio_pci_command_apply_locked(vdev);
	}
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->config_lock);
	/* Whoever is told of it finds it so. */
	if (xchg(&vdev->error_untold, false))
		vfio_pci_notify_error(vdev);
}

/* @settles_ms: for so long the reset of the link may be still to come. */
static void link_lost(struct vfio_pci *vdev, unsigned int settles_ms)
{
	vdev->settled_at = jiffies + msecs_to_jiffies(settles_ms);
	WRITE_ONCE(vdev->link_reset, false);
	WRITE_ONCE(vdev->error_untold, true);
	/* From now on nobody begins to touch it. */
	WRITE_ONCE(vdev->link_lost, true);
	schedule_work(&vdev->error_work);
}

static pci_ers_result_t error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct vfio_pci *vdev = pci_get_drvdata(pdev);

	switch (state) {
	case pci_channel_io_frozen:
		link_lost(vdev, SETTLES_MS);
		return PCI_ERS_RESULT_NEED_RESET;
	case pci_channel_io_perm_failure:
		/* The kernel has tried, or will not. */
		link_lost(vdev, 0);
		return PCI_ERS_RESULT_DISCONNECT;
	default:
		vfio_pci_notify_error(vdev);
		return PCI_ERS_RESULT_CAN_RECOVER;
	}
}

/*
 * Also when a neighbour's driver wanted it after an error that cost nobody the link. Older kernels
 * reset nothing then, newer ones do, and do not say so before.
 */
static pci_ers_result_t slot_reset(struct pci_dev *pdev)
{
	struct vfio_pci *vdev = pci_get_drvdata(pdev);

	if (!READ_ONCE(vdev->link_lost) && vfio_pci_state_is_there(vdev))
		return PCI_ERS_RESULT_RECOVERED;
	vdev->settled_at = jiffies;
	WRITE_ONCE(vdev->link_reset, true);
	WRITE_ONCE(vdev->link_lost, true);
	schedule_work(&vdev->error_work);
	return PCI_ERS_RESULT_RECOVERED;
}

const struct pci_error_handlers vfio_pci_error_handlers = {
	.error_detected = error_detected,
	.slot_reset = slot_reset,
};
