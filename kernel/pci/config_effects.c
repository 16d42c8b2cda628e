// SPDX-License-Identifier: GPL-2.0-only
/* Registers whose writes do more than change bits. */
#include <linux/slab.h>

#include "pci/intx.h"
#include "pci/vfio_pci.h"

static bool touches(unsigned int pos, unsigned int width, unsigned int reg, unsigned int reg_width)
{
	return pos < reg + reg_width && reg < pos + width;
}

static void command_written(struct vfio_pci *vdev)
{
	u16 command = cfg_get(vdev->layout->shadow, PCI_COMMAND, 2);

	vfio_pci_command_apply(vdev);
	vfio_pci_intx_disable_bit(vdev, command & PCI_COMMAND_INTX_DISABLE);
}

static bool keeps_registers(struct vfio_pci *vdev)
{
	u16 pmcsr = 0;

	pci_read_config_word(vdev->pdev, vdev->layout->pos[CFG_OWNER_PM] + PCI_PM_CTRL, &pmcsr);
	return pmcsr & PCI_PM_CTRL_NO_SOFT_RESET;
}

/*
 * The function is awake, so nothing is kept yet. Ended by power_up() or vfio_pci_config_forget().
 * With the registers come the vectors, which only a function that decodes its memory takes.
 */
static bool keep_registers(struct vfio_pci *vdev)
{
	vfio_pci_command_memory(vdev, true);
	pci_save_state(vdev->pdev);
	vdev->power_state = pci_store_saved_state(vdev->pdev);
	if (vdev->power_state)
		vfio_ledger_created(VFIO_LEDGER_SAVED_STATES, 1);
	return vdev->power_state;
}

/*
 * Functions without the no-soft-reset bit wake up with all registers lost: the host keeps them, or
 * without memory for that leaves the function awake.
 */
static void power_down(struct vfio_pci *vdev, pci_power_t state)
{
	/* Nor does one sleep whose virtual functions are there. */
	if (vdev->vfs_wanted)
		return;
	if (state == PCI_D3hot && !keeps_registers(vdev) && !keep_registers(vdev))
		return;
	pci_set_power_state(vdev->pdev, state);
	/* One that did not go to sleep changes its registers, and would get the old ones later. */
	if (vdev->pdev->current_state == PCI_D0)
		vfio_pci_config_forget(vdev);
}

static void power_up(struct vfio_pci *vdev)
{
	pci_set_power_state(vdev->pdev, PCI_D0);
	if (!vdev->power_state)
		return;
	pci_load_and_free_saved_state(vdev->pdev, &vdev->power_state);
	vfio_ledger_destroyed(VFIO_LEDGER_SAVED_STATES, 1);
	pci_restore_state(vdev->pdev);
}

void vfio_pci_config_forget(struct vfio_pci *vdev)
{
	if (!vdev->power_state)
		return;
	kfree(vdev->power_state);
	vdev->power_state = NULL;
	vfio_ledger_destroyed(VFIO_LEDGER_SAVED_STATES, 1);
}

static void pm_written(struct vfio_pci *vdev, unsigned int pos, unsigned int width)
{
	unsigned int reg = vdev->layout->pos[CFG_OWNER_PM] + PCI_PM_CTRL;
	pci_power_t state;

	if (!touches(pos, width, reg, 2))
		return;
	state = (__force pci_power_t)(cfg_get(vdev->layout->shadow, reg, 2) &
				      PCI_PM_CTRL_STATE_MASK);
	if (state == vdev->pdev->current_state)
		return;
	/* It neither hears it, nor has it anything to be kept. */
	if (READ_ONCE(vdev->link_lost)) {
		cfg_put(vdev->layout->shadow, reg, 2, (__force u32)vdev->pdev->current_state);
		return;
	}
	down_write(&vdev->memory_lock);
	if (state == PCI_D3hot) {
		vdev->memory_on = false;
		vdev->io_on = false;
		vfio_pci_memory_zap(vdev);
	}
	if (vdev->pdev->current_state != PCI_D0)
		power_up(vdev);
	if (state != PCI_D0)
		power_down(vdev, state);
	/* A state that the function does not have is not entered, and not shown. */
	cfg_put(vdev->layout->shadow, reg, 2, (__force u32)vdev->pdev->current_state);
	vfio_pci_command_apply_locked(vdev);
	up_write(&vdev->memory_lock);
}

void vfio_pci_config_awake(struct vfio_pci *vdev)
{
	unsigned int cap = vdev->layout->pos[CFG_OWNER_PM];

	if (vdev->pdev->current_state != PCI_D0)
		power_up(vdev);
	if (cap)
		cfg_put(vdev->layout->shadow, cap + PCI_PM_CTRL, 2, 0);
	if (vfio_pci_awake(vdev))
		vfio_pci_command_memory(vdev, true);
}

/* The flag bit tells the direction, and turns over when the transfer is done. */
static void vpd_written(struct vfio_pci *vdev, unsigned int pos, unsigned int width)
{
	u8 *cap = vdev->layout->shadow + vdev->layout->pos[CFG_OWNER_VPD];
	u32 addr = cfg_get(cap, PCI_VPD_ADDR, 2);
	bool write = addr & PCI_VPD_ADDR_F;
	loff_t at = addr & PCI_VPD_ADDR_MASK;
	__le32 word;

	/* The upper byte holds the flag: its write starts the transfer. */
	if (!touches(pos, width, vdev->layout->pos[CFG_OWNER_VPD] + PCI_VPD_ADDR + 1, 1) || at & 3)
		return;
	if (write) {
		word = cpu_to_le32(cfg_get(cap, PCI_VPD_DATA, 4));
		if (pci_write_vpd(vdev->pdev, at, 4, &word) != 4)
			return;
	} else {
		if (pci_read_vpd(vdev->pdev, at, 4, &word) != 4)
			return;
		cfg_put(cap, PCI_VPD_DATA, 4, le32_to_cpu(word));
	}
	cfg_put(cap, PCI_VPD_ADDR, 2, addr ^ PCI_VPD_ADDR_F);
}

/* No more messages than the function can send. */
static void msi_written(struct vfio_pci *vdev)
{
	u8 *cap = vdev->layout->shadow + vdev->layout->pos[CFG_OWNER_MSI];
	u32 flags = cfg_get(cap, PCI_MSI_FLAGS, 2);
	u32 most = (flags & PCI_MSI_FLAGS_QMASK) >> 1;

	if ((flags & PCI_MSI_FLAGS_QSIZE) >> 4 > most)
		flags = (flags & ~PCI_MSI_FLAGS_QSIZE) | most << 4;
	cfg_put(cap, PCI_MSI_FLAGS, 2, flags);
}

/* The bit reads as 0, and nobody learns from a register write that a reset failed. */
static bool take_flr(u8 *reg, u8 bit)
{
	bool set = *reg & bit;

	*reg &= ~bit;
	return set;
}

static void exp_written(struct vfio_pci *vdev, unsigned int pos, unsigned int width)
{
	unsigned int reg = vdev->layout->pos[CFG_OWNER_EXP] + PCI_EXP_DEVCTL;
	u8 *shadow = vdev->layout->shadow;
	u32 cap = 0;
	int readrq;

	if (!touches(pos, width, reg, 2))
		return;
	if (take_flr(&shadow[reg + 1], PCI_EXP_DEVCTL_BCR_FLR >> 8)) {
		pcie_capability_read_dword(vdev->pdev, PCI_EXP_DEVCAP, &cap);
		if (cap & PCI_EXP_DEVCAP_FLR)
			vfio_pci_function_reset(vdev);
	}
	readrq = 128 << ((cfg_get(shadow, reg, 2) & PCI_EXP_DEVCTL_READRQ) >> 12);
	if (readrq <= 4096 && readrq != pcie_get_readrq(vdev->pdev))
		pcie_set_readrq(vdev->pdev, readrq);
}

static void af_written(struct vfio_pci *vdev)
{
	unsigned int pos = vdev->layout->pos[CFG_OWNER_AF];
	u8 cap = 0;

	if (!take_flr(&vdev->layout->shadow[pos + PCI_AF_CTRL], PCI_AF_CTRL_FLR))
		return;
	pci_read_config_byte(vdev->pdev, pos + PCI_AF_CAP, &cap);
	if (cap & PCI_AF_CAP_FLR)
		vfio_pci_function_reset(vdev);
}

void vfio_pci_config_written(struct vfio_pci *vdev, enum cfg_owner owner, unsigned int pos,
			     unsigned int width)
{
	switch (owner) {
	case CFG_OWNER_COMMAND:
		command_written(vdev);
		break;
	case CFG_OWNER_PM:
		pm_written(vdev, pos, width);
		break;
	case CFG_OWNER_VPD:
		vpd_written(vdev, pos, width);
		break;
	case CFG_OWNER_MSI:
		msi_written(vdev);
		break;
	case CFG_OWNER_EXP:
		exp_written(vdev, pos, width);
		break;
	case CFG_OWNER_AF:
		af_written(vdev);
		break;
	default:
		break;
	}
}

void vfio_pci_config_show_msi(struct vfio_pci *vdev, bool msix, bool on)
{
	unsigned int pos = vdev->layout->pos[msix ? CFG_OWNER_MSIX : CFG_OWNER_MSI];
	u32 bit = msix ? PCI_MSIX_FLAGS_ENABLE : PCI_MSI_FLAGS_ENABLE;
	u32 flags;

	if (!pos)
		return;
	mutex_lock(&vdev->config_lock);
	flags = cfg_get(vdev->layout->shadow, pos + PCI_MSI_FLAGS, 2);
	cfg_put(vdev->layout->shadow, pos + PCI_MSI_FLAGS, 2, on ? flags | bit : flags & ~bit);
	mutex_unlock(&vdev->config_lock);
}
