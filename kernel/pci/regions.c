// SPDX-License-Identifier: GPL-2.0-only
/* What the offsets in the device file lead to. */
#include "pci/vga.h"

static unsigned int region_of(loff_t pos)
{
	return (u64)pos >> VFIO_PCI_REGION_SHIFT;
}

ssize_t vfio_pci_read(void *data, void *buf, size_t count, loff_t pos)
{
	unsigned int index = region_of(pos);
	u64 offset = pos & VFIO_PCI_REGION_MASK;
	struct vfio_pci *vdev = data;

	switch (index) {
	case VFIO_PCI_BAR0_REGION_INDEX ... VFIO_PCI_BAR5_REGION_INDEX:
		return vfio_pci_bar_read(vdev, index, buf, count, offset);
	case VFIO_PCI_ROM_REGION_INDEX:
		return vfio_pci_rom_read(vdev, buf, count, offset);
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return vfio_pci_config_read(vdev, buf, count, offset);
	case VFIO_PCI_VGA_REGION_INDEX:
		return vfio_pci_vga_read(vdev, buf, count, offset);
	default:
		return -EINVAL;
	}
}

ssize_t vfio_pci_write(void *data, const void *buf, size_t count, loff_t pos)
{
	unsigned int index = region_of(pos);
	u64 offset = pos & VFIO_PCI_REGION_MASK;
	struct vfio_pci *vdev = data;

	switch (index) {
	case VFIO_PCI_BAR0_REGION_INDEX ... VFIO_PCI_BAR5_REGION_INDEX:
		return vfio_pci_bar_write(vdev, index, buf, count, offset);
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return vfio_pci_config_write(vdev, buf, count, offset);
	case VFIO_PCI_VGA_REGION_INDEX:
		return vfio_pci_vga_write(vdev, buf, count, offset);
	default:
		return -EINVAL;
	}
}

/*
 * The BAR with the MSI-X table can be mapped as a whole: what a user writes there is checked by
 * interrupt remapping, and without that his container needs allow_unsafe_interrupts. The capability
 * says so, or clients would trap the page.
 */
static void add_msix_mappable(struct vfio_arg *arg)
{
	struct vfio_region_info *info = arg->buf;
	struct vfio_info_cap_header *cap = arg->buf + sizeof(*info);
	size_t need = sizeof(*info) + sizeof(*cap);

	info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
	if (arg->size < need) {
		info->argsz = need;
		return;
	}
	cap->id = VFIO_REGION_INFO_CAP_MSIX_MAPPABLE;
	cap->version = 1;
	cap->next = 0;
	info->cap_offset = sizeof(*info);
	arg->reply = need;
}

static void bar_info(struct vfio_pci *vdev, unsigned int bar, struct vfio_arg *arg)
{
	struct vfio_region_info *info = arg->buf;

	info->size = pci_resource_len(vdev->pdev, bar);
	if (!info->size)
		return;
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	if (!vdev->bars[bar].mappable)
		return;
	info->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	if (vdev->msix_table.size && vdev->msix_table.bar == bar)
		add_msix_mappable(arg);
}

long vfio_pci_get_region_info(void *data, struct vfio_arg *arg)
{
	struct vfio_region_info *info = arg->buf;
	struct vfio_pci *vdev = data;

	if (info->index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	if (info->index == VFIO_PCI_VGA_REGION_INDEX && !vfio_pci_has_vga(vdev))
		return -EINVAL;
	arg->reply = sizeof(*info);
	info->offset = (u64)info->index << VFIO_PCI_REGION_SHIFT;
	info->flags = 0;
	info->size = 0;
	info->cap_offset = 0;
	switch (info->index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		info->size = vdev->layout->size;
		info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
		break;
	case VFIO_PCI_ROM_REGION_INDEX:
		info->size = vfio_pci_rom_size(vdev);
		info->flags = info->size ? VFIO_REGION_INFO_FLAG_READ : 0;
		break;
	case VFIO_PCI_VGA_REGION_INDEX:
		info->size = VFIO_PCI_VGA_SIZE;
		info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
		break;
	default:
		bar_info(vdev, info->index, arg);
		break;
	}
	return 0;
}
