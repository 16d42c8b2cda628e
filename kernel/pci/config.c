// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space as the user reads and writes it: pieces of 1, 2 or 4 bytes, each looked up in
 * the layout. The device is asked only for bits that the layout does not answer.
 */
#include <linux/slab.h>

#include "pci/intx.h"
#include "pci/vfio_pci.h"

/* pci_user_*: they wait while the host resets the function. */
static u32 hw_read(struct pci_dev *pdev, unsigned int pos, unsigned int width)
{
	u32 value = ~0u;
	u16 word = ~0;
	u8 byte = ~0;

	switch (width) {
	case 1:
		pci_user_read_config_byte(pdev, pos, &byte);
		return byte;
	case 2:
		pci_user_read_config_word(pdev, pos, &word);
		return word;
	default:
		pci_user_read_config_dword(pdev, pos, &value);
		return value;
	}
}

static void hw_write(struct pci_dev *pdev, unsigned int pos, unsigned int width, u32 value)
{
	switch (width) {
	case 1:
		pci_user_write_config_byte(pdev, pos, value);
		break;
	case 2:
		pci_user_write_config_word(pdev, pos, value);
		break;
	default:
		pci_user_write_config_dword(pdev, pos, value);
		break;
	}
}

static u32 width_mask(unsigned int width)
{
	return GENMASK(8 * width - 1, 0);
}

static u32 read_piece(struct vfio_pci *vdev, unsigned int pos, unsigned int width)
{
	struct cfg_layout *l = vdev->layout;
	u32 hw = 0, value;

	if (cfg_get(l->virt, pos, width) != width_mask(width))
		hw = hw_read(vdev->pdev, pos, width);
	value = cfg_read_value(l, pos, width, hw);
	return pos == PCI_COMMAND ? value & ~vfio_pci_command_lost(vdev) : value;
}

/*
 * The half of a double word that the user may not change is not written at all: the command
 * register beside the status register is under a lock of its own.
 */
static void write_through(struct vfio_pci *vdev, unsigned int pos, unsigned int width, u32 value)
{
	struct cfg_layout *l = vdev->layout;
	u32 pass = cfg_get(l->pass, pos, width);
	u32 hw = 0;

	if (!pass)
		return;
	if (width == 4 && !(pass & 0xffff)) {
		write_through(vdev, pos + 2, 2, value >> 16);
		return;
	}
	if (width == 4 && !(pass >> 16)) {
		write_through(vdev, pos, 2, value & 0xffff);
		return;
	}
	if (pass != width_mask(width))
		hw = hw_read(vdev->pdev, pos, width);
	hw_write(vdev->pdev, pos, width, cfg_write_value(l, pos, width, value, hw));
}

static void write_piece(struct vfio_pci *vdev, unsigned int pos, unsigned int width, u32 value)
{
	struct cfg_layout *l = vdev->layout;
	enum cfg_owner last = CFG_OWNER_NONE;
	unsigned int i;

	cfg_write_shadow(l, pos, width, value);
	write_through(vdev, pos, width, value);
	for (i = pos; i < pos + width; i++) {
		enum cfg_owner owner = l->owner[i];

		if (owner != CFG_OWNER_NONE && owner != last)
			vfio_pci_config_written(vdev, owner, pos, width);
		last = owner;
	}
}

/* How much of [@pos, @pos + @count) exists, or an error. */
static ssize_t clamp_count(struct vfio_pci *vdev, size_t count, u64 pos)
{
	if (pos >= vdev->layout->size)
		return -EFAULT;
	return min_t(size_t, count, vdev->layout->size - pos);
}

ssize_t vfio_pci_config_read(struct vfio_pci *vdev, u8 *buf, size_t count, u64 pos)
{
	ssize_t len = clamp_count(vdev, count, pos);
	ssize_t done = 0;

	mutex_lock(&vdev->config_lock);
	while (done < len) {
		unsigned int width = cfg_piece(pos + done, len - done);

		cfg_put(buf, done, width, read_piece(vdev, pos + done, width));
		done += width;
	}
	mutex_unlock(&vdev->config_lock);
	return len < 0 ? len : done;
}

ssize_t vfio_pci_config_write(struct vfio_pci *vdev, const u8 *buf, size_t count, u64 pos)
{
	ssize_t len = clamp_count(vdev, count, pos);
	ssize_t done = 0;

	mutex_lock(&vdev->config_lock);
	while (done < len) {
		unsigned int width = cfg_piece(pos + done, len - done);

		write_piece(vdev, pos + done, width, cfg_get(buf, done, width));
		done += width;
	}
	mutex_unlock(&vdev->config_lock);
	return len < 0 ? len : done;
}

u8 vfio_pci_config_pin(struct vfio_pci *vdev)
{
	return vdev->layout->shadow[PCI_INTERRUPT_PIN];
}

static u32 bar_flags(const struct resource *res)
{
	u32 flags;

	if (resource_type(res) == IORESOURCE_IO)
		return PCI_BASE_ADDRESS_SPACE_IO;
	flags = PCI_BASE_ADDRESS_SPACE_MEMORY;
	if (res->flags & IORESOURCE_PREFETCH)
		flags |= PCI_BASE_ADDRESS_MEM_PREFETCH;
	if (res->flags & IORESOURCE_MEM_64)
		flags |= PCI_BASE_ADDRESS_MEM_TYPE_64;
	return flags;
}

static void traits_from_host(struct pci_dev *pdev, struct cfg_traits *t)
{
	u8 pin = t->raw[PCI_INTERRUPT_PIN];
	unsigned int i;

	t->size = pdev->cfg_size >= CFG_SPACE_MAX ? CFG_SPACE_MAX : CFG_SPACE_MIN;
	for (i = 0; i < CFG_BARS; i++) {
		if (!pci_resource_len(pdev, i))
			continue;
		t->bars[i].size = pci_resource_len(pdev, i);
		t->bars[i].addr = pci_resource_start(pdev, i);
		t->bars[i].flags = bar_flags(&pdev->resource[i]);
	}
	t->rom_size = pci_resource_len(pdev, PCI_ROM_RESOURCE);
	t->vendor = pdev->vendor;
	t->device = pdev->device;
	t->intx = pin && pdev->irq && pdev->irq != IRQ_NOTCONNECTED && !pdev->is_virtfn &&
		  vfio_pci_intx_usable(pdev);
	t->no_memory_enable = pdev->no_command_memory;
	t->host_pos[CFG_OWNER_PM] = pdev->pm_cap;
	t->host_pos[CFG_OWNER_MSI] = pdev->msi_cap;
	t->host_pos[CFG_OWNER_MSIX] = pdev->msix_cap;
	t->host_pos[CFG_OWNER_EXP] = pdev->pcie_cap;
}

static void snapshot(struct pci_dev *pdev, u8 *raw)
{
	unsigned int pos;

	for (pos = 0; pos < pdev->cfg_size && pos < CFG_SPACE_MAX; pos += 4)
		cfg_put(raw, pos, 4, hw_read(pdev, pos, 4));
}

int vfio_pci_config_init(struct vfio_pci *vdev)
{
	struct cfg_traits traits = {};
	struct cfg_layout *layout;
	int ret = -ENOMEM;
	u8 *raw;

	raw = kzalloc(CFG_SPACE_MAX, GFP_KERNEL_ACCOUNT);
	layout = kvzalloc(sizeof(*layout), GFP_KERNEL_ACCOUNT);
	if (!raw || !layout)
		goto free;
	snapshot(vdev->pdev, raw);
	traits.raw = raw;
	traits_from_host(vdev->pdev, &traits);
	ret = cfg_layout_build(layout, &traits);
	if (ret)
		goto free;
	kfree(raw);
	vdev->layout = layout;
	return 0;
free:
	kvfree(layout);
	kfree(raw);
	return ret;
}

void vfio_pci_config_release(struct vfio_pci *vdev)
{
	kvfree(vdev->layout);
	vdev->layout = NULL;
	vfio_pci_config_forget(vdev);
}
