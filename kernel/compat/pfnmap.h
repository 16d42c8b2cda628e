/* SPDX-License-Identifier: GPL-2.0-only */
/* Page frames of VM_PFNMAP areas. */
#ifndef VFIOCTL_COMPAT_PFNMAP_H
#define VFIOCTL_COMPAT_PFNMAP_H

#include <linux/errno.h>
#include <linux/mm.h>

#include "config.h"

#ifndef HAVE_FOLLOW_PFNMAP
#ifdef HAVE_FOLLOW_PTE_VMA
#define compat_follow_pte(vma, address, ptep, lock) follow_pte(vma, address, ptep, lock)
#else
#define compat_follow_pte(vma, address, ptep, lock) follow_pte((vma)->vm_mm, address, ptep, lock)
#endif
#endif

/*
 * compat_pfnmap_frame() - the frame that @address of @vma, a VM_PFNMAP area, is mapped to now.
 * mmap_lock is held. Returns 0, or -ENOENT if it is not mapped, or not for writing although @write.
 */
static inline int compat_pfnmap_frame(struct vm_area_struct *vma, unsigned long address, bool write,
				      unsigned long *pfn)
{
#ifdef HAVE_FOLLOW_PFNMAP
	struct follow_pfnmap_args args = { .vma = vma, .address = address };
	bool writable;

	if (follow_pfnmap_start(&args))
		return -ENOENT;
	*pfn = args.pfn;
	writable = args.writable;
	follow_pfnmap_end(&args);
#else
	spinlock_t *lock;
	bool writable;
	pte_t *ptep;

	if (compat_follow_pte(vma, address, &ptep, &lock))
		return -ENOENT;
	__acquire(lock); /* which the declaration of follow_pte() does not tell sparse */
	*pfn = pte_pfn(ptep_get(ptep));
	writable = pte_write(ptep_get(ptep));
	pte_unmap_unlock(ptep, lock);
#endif
	return write && !writable ? -ENOENT : 0;
}

#endif
