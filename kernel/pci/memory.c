// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gate in front of the BARs. An access to memory that a function does not decode ends, on some
 * machines, in a machine check: so every access holds memory_lock and looks at memory_on first.
 */
#include "pci/vfio_pci.h"

bool vfio_pci_memory_begin(struct vfio_pci *vdev)
{
	down_write(&vdev->memory_lock);
	if (!vdev->memory_on && vfio_pci_awake(vdev))
		vfio_pci_command_memory(vdev, true);
	return !READ_ONCE(vdev->link_lost);
}

void vfio_pci_memory_end(struct vfio_pci *vdev)
{
	if (!vdev->memory_on && vfio_pci_awake(vdev))
		vfio_pci_command_memory(vdev, false);
	up_write(&vdev->memory_lock);
}

void vfio_pci_memory_zap(struct vfio_pci *vdev)
{
	loff_t bars = (loff_t)PCI_STD_NUM_BARS << VFIO_PCI_REGION_SHIFT;

	lockdep_assert_held_write(&vdev->memory_lock);
	vfio_device_zap(vdev->vfio, 0, bars);
}
