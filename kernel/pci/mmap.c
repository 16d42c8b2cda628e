// SPDX-License-Identifier: GPL-2.0-only
/* Mappings of BARs into userspace: filled by faults, and emptied whenever the memory goes away. */
#include <linux/mm.h>

#include "pci/vfio_pci.h"

#define PAGES_SHIFT (VFIO_PCI_REGION_SHIFT - PAGE_SHIFT)

static unsigned long page_in_region(unsigned long pgoff)
{
	return pgoff & (BIT(PAGES_SHIFT) - 1);
}

int vfio_pci_mmap(void *data, struct vm_area_struct *vma)
{
	unsigned long first = page_in_region(vma->vm_pgoff);
	unsigned long bar = vma->vm_pgoff >> PAGES_SHIFT;
	struct vfio_pci *vdev = data;
	unsigned long pages;

	if (bar >= PCI_STD_NUM_BARS || !vdev->bars[bar].mappable)
		return -EINVAL;
	pages = pci_resource_len(vdev->pdev, bar) >> PAGE_SHIFT;
	if (first >= pages || vma_pages(vma) > pages - first)
		return -EINVAL;
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_decrypted(pgprot_noncached(vma->vm_page_prot));
	return 0;
}

vm_fault_t vfio_pci_fault(void *data, struct vm_fault *vmf, unsigned int order)
{
	unsigned long bar = vmf->pgoff >> PAGES_SHIFT;
	struct vfio_pci *vdev = data;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	unsigned long pfn;

	if (order)
		return VM_FAULT_FALLBACK;
	if (WARN_ON_ONCE(bar >= PCI_STD_NUM_BARS))
		return ret;
	pfn = (pci_resource_start(vdev->pdev, bar) >> PAGE_SHIFT) + page_in_region(vmf->pgoff);
	down_read(&vdev->memory_lock);
	if (vdev->memory_on && !vdev->low_power)
		ret = vmf_insert_pfn(vmf->vma, vmf->address & PAGE_MASK, pfn);
	up_read(&vdev->memory_lock);
	return ret;
}
