// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function's own command register. It has two writers: the user, through the layout, and the
 * interrupt handler, which masks the pin. intx_lock keeps their read-modify-writes apart.
 */
#include "pci/intx.h"
#include "pci/vfio_pci.h"

/* What reaches the function from the user. Fatal errors on the bus (SERR) stay the host's choice.
 */
#define USER_BITS                                                                            \
	(PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INVALIDATE | \
	 PCI_COMMAND_PARITY)

static void command_update(struct pci_dev *pdev, u16 mask, u16 value)
{
	u16 before, after;

	pci_read_config_word(pdev, PCI_COMMAND, &before);
	after = (before & ~mask) | (value & mask);
	if (after != before)
		pci_write_config_word(pdev, PCI_COMMAND, after);
}

void vfio_pci_command_intx(struct vfio_pci *vdev, bool intx_off)
{
	lockdep_assert_held(&vdev->intx_lock);
	command_update(vdev->pdev, PCI_COMMAND_INTX_DISABLE,
		       intx_off ? PCI_COMMAND_INTX_DISABLE : 0);
}

void vfio_pci_command_memory(struct vfio_pci *vdev, bool on)
{
	unsigned long flags;

	lockdep_assert_held_write(&vdev->memory_lock);
	spin_lock_irqsave(&vdev->intx_lock, flags);
	command_update(vdev->pdev, PCI_COMMAND_MEMORY, on ? PCI_COMMAND_MEMORY : 0);
	spin_unlock_irqrestore(&vdev->intx_lock, flags);
}

/*
 * config_lock is held, or nobody else can be there yet, and memory_lock: before memory decoding
 * ends all mappings do, and no access runs.
 */
void vfio_pci_command_apply_locked(struct vfio_pci *vdev)
{
	u16 command = cfg_get(vdev->layout->shadow, PCI_COMMAND, 2);
	bool awake = vfio_pci_awake(vdev);
	unsigned long flags;

	lockdep_assert_held_write(&vdev->memory_lock);
	vdev->memory_on = awake && (vdev->pdev->no_command_memory || command & PCI_COMMAND_MEMORY);
	vdev->io_on = awake && command & PCI_COMMAND_IO;
	if (!vdev->memory_on)
		vfio_pci_memory_zap(vdev);
	/* Where it decodes is unknown. */
	if (READ_ONCE(vdev->link_lost))
		return;
	spin_lock_irqsave(&vdev->intx_lock, flags);
	command_update(vdev->pdev, USER_BITS, command);
	/* Registers that were just restored may have opened it. */
	vfio_pci_intx_keep_shut(vdev);
	spin_unlock_irqrestore(&vdev->intx_lock, flags);
}

/*
 * Drivers reset their function in ways of its own, and put its registers back; but the BARs that
 * they see are not those. A decoder is not turned on that points at address 0.
 */
void vfio_pci_command_apply(struct vfio_pci *vdev)
{
	down_write(&vdev->memory_lock);
	if (vfio_pci_awake(vdev))
		vfio_pci_state_bars_back(vdev);
	vfio_pci_command_apply_locked(vdev);
	up_write(&vdev->memory_lock);
}

u16 vfio_pci_command_lost(struct vfio_pci *vdev)
{
	u16 lost = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	u16 command = 0;

	if (!vfio_pci_awake(vdev))
		return 0;
	if (vdev->pdev->no_command_memory)
		lost &= ~PCI_COMMAND_MEMORY;
	pci_user_read_config_word(vdev->pdev, PCI_COMMAND, &command);
	return lost & ~command;
}
