/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fault handler of vfio-pci needs for huge mappings. */
#ifndef VFIOCTL_COMPAT_HUGEMAP_H
#define VFIOCTL_COMPAT_HUGEMAP_H

#include <linux/mm.h>

#include "compat.h"

#ifdef HAVE_HUGE_PFNMAP
#ifdef HAVE_INSERT_PFN_BARE
#define compat_pfn(pfn) (pfn)
#else
#include <linux/pfn_t.h>
#define compat_pfn(pfn) __pfn_to_pfn_t(pfn, PFN_DEV)
#endif
#endif

/*
 * compat_insert_huge() - the 1 << @order frames from @pfn, which is aligned to that, for a fault in
 * memory that is as aligned; VM_FAULT_FALLBACK when this kernel cannot
 */
static inline vm_fault_t compat_insert_huge(struct vm_fault *vmf, unsigned long pfn,
					    unsigned int order)
{
#ifdef HAVE_HUGE_PFNMAP
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	if (order == PMD_ORDER)
		return vmf_insert_pfn_pmd(vmf, compat_pfn(pfn), write);
#ifdef CONFIG_ARCH_SUPPORTS_PUD_PFNMAP
	if (order == PUD_ORDER)
		return vmf_insert_pfn_pud(vmf, compat_pfn(pfn), write);
#endif
#endif
	return VM_FAULT_FALLBACK;
}

#endif
