// SPDX-License-Identifier: GPL-2.0-only
/* Mappings of BARs into userspace: filled by faults, and emptied whenever the memory goes away. */
#include <linux/mm.h>
#include <linux/sizes.h>

#include "compat/hugemap.h"
#include "pci/vfio_pci.h"

#define PAGES_SHIFT (VFIO_PCI_REGION_SHIFT - PAGE_SHIFT)
/* At most so much at a single page's fault, to both sides. */
#define AROUND	    max_t(unsigned long, SZ_64K, PAGE_SIZE)

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

/*
 * The page of the fault, and those around it that the user mapped as well, as he will want them
 * next: a fault costs more than a few pages. All of an area is inside of the BAR.
 */
static vm_fault_t insert_around(struct vm_fault *vmf, unsigned long pfn)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long here = vmf->address & PAGE_MASK;
	unsigned long from = max(ALIGN_DOWN(here, AROUND), vma->vm_start);
	unsigned long to = min(ALIGN_DOWN(here, AROUND) + AROUND, vma->vm_end);
	vm_fault_t ret = vmf_insert_pfn(vma, here, pfn);
	unsigned long at;

	pfn -= (here - from) >> PAGE_SHIFT;
	for (at = from; at < to && ret == VM_FAULT_NOPAGE; at += PAGE_SIZE, pfn++) {
		/* Only the page of the fault has to be there. */
		if (at != here && vmf_insert_pfn(vma, at, pfn) != VM_FAULT_NOPAGE)
			break;
	}
	return ret;
}

/* As much as one entry of a higher table maps, if all of it is the user's and as aligned there. */
static vm_fault_t insert_huge(struct vm_fault *vmf, unsigned long pfn, unsigned int order)
{
	unsigned long size = PAGE_SIZE << order;
	unsigned long from = ALIGN_DOWN(vmf->address, size);

	if (from < vmf->vma->vm_start || vmf->vma->vm_end - from < size)
		return VM_FAULT_FALLBACK;
	pfn -= (vmf->address - from) >> PAGE_SHIFT;
	if (!IS_ALIGNED(pfn, BIT(order)))
		return VM_FAULT_FALLBACK;
	return compat_insert_huge(vmf, pfn, order);
}

vm_fault_t vfio_pci_fault(void *data, struct vm_fault *vmf, unsigned int order)
{
	unsigned long bar = vmf->pgoff >> PAGES_SHIFT;
	struct vfio_pci *vdev = data;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	unsigned long pfn;

	if (WARN_ON_ONCE(bar >= PCI_STD_NUM_BARS))
		return ret;
	pfn = (pci_resource_start(vdev->pdev, bar) >> PAGE_SHIFT) + page_in_region(vmf->pgoff);
	down_read(&vdev->memory_lock);
	if (vfio_pci_decodes(vdev, false) && !vdev->low_power)
		ret = order ? insert_huge(vmf, pfn, order) : insert_around(vmf, pfn);
	up_read(&vdev->memory_lock);
	return ret;
}
