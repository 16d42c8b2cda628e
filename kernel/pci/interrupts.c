// SPDX-License-Identifier: GPL-2.0-only
/* The five interrupt indexes, and who serves them. */
#include "compat/pci.h"
#include "pci/intx.h"
#include "pci/msi.h"
#include "pci/notify.h"
#include "pci/vfio_pci.h"

typedef int (*irq_op)(struct vfio_pci *vdev, const struct irq_request *req);

static const irq_op irq_ops[VFIO_PCI_NUM_IRQS][IRQ_ACTIONS] = {
	[VFIO_PCI_INTX_IRQ_INDEX] = { [IRQ_MASK] = vfio_pci_intx_mask,
				      [IRQ_UNMASK] = vfio_pci_intx_unmask,
				      [IRQ_TRIGGER] = vfio_pci_intx_trigger },
	[VFIO_PCI_MSI_IRQ_INDEX] = { [IRQ_TRIGGER] = vfio_pci_msi_trigger },
	[VFIO_PCI_MSIX_IRQ_INDEX] = { [IRQ_TRIGGER] = vfio_pci_msi_trigger },
	[VFIO_PCI_ERR_IRQ_INDEX] = { [IRQ_TRIGGER] = vfio_pci_notify_trigger },
	[VFIO_PCI_REQ_IRQ_INDEX] = { [IRQ_TRIGGER] = vfio_pci_notify_trigger },
};

static u32 irq_vectors(struct vfio_pci *vdev, u32 index)
{
	switch (index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		return vfio_pci_config_pin(vdev) ? 1 : 0;
	case VFIO_PCI_MSI_IRQ_INDEX:
		return vfio_pci_msi_count(vdev, false);
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return vfio_pci_msi_count(vdev, true);
	case VFIO_PCI_ERR_IRQ_INDEX:
		return pci_is_pcie(vdev->pdev) ? 1 : 0;
	default:
		return 1;
	}
}

static u32 irq_info_flags(struct vfio_pci *vdev, u32 index)
{
	if (index == VFIO_PCI_INTX_IRQ_INDEX)
		return VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
	if (index == VFIO_PCI_MSIX_IRQ_INDEX && compat_msix_dynamic(vdev->pdev))
		return VFIO_IRQ_INFO_EVENTFD;
	return VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE;
}

long vfio_pci_get_irq_info(void *data, struct vfio_arg *arg)
{
	struct vfio_irq_info *info = arg->buf;
	struct vfio_pci *vdev = data;

	if (info->index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	if (info->index == VFIO_PCI_ERR_IRQ_INDEX && !pci_is_pcie(vdev->pdev))
		return -EINVAL;
	info->flags = irq_info_flags(vdev, info->index);
	info->count = irq_vectors(vdev, info->index);
	arg->reply = sizeof(*info);
	return 0;
}

long vfio_pci_set_irqs(void *data, struct vfio_arg *arg)
{
	const struct vfio_irq_set *set = arg->buf;
	struct vfio_pci *vdev = data;
	struct irq_request req;
	irq_op op;
	long ret;

	if (set->index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	ret = irq_request_parse(set, arg->size, irq_vectors(vdev, set->index), &req);
	if (ret)
		return ret;
	op = irq_ops[req.index][req.action];
	if (!op)
		return -ENOTTY;
	mutex_lock(&vdev->irq_lock);
	ret = op(vdev, &req);
	mutex_unlock(&vdev->irq_lock);
	return ret;
}

void vfio_pci_irqs_release(struct vfio_pci *vdev)
{
	mutex_lock(&vdev->irq_lock);
	vfio_pci_intx_release(vdev);
	vfio_pci_msi_release(vdev);
	mutex_unlock(&vdev->irq_lock);
}
