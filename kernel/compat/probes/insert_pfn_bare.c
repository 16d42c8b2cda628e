// SPDX-License-Identifier: GPL-2.0-only
/* vmf_insert_pfn_pmd() takes a bare number, not a pfn_t (6.17) */
#include <linux/mm.h>

vm_fault_t probe(struct vm_fault *vmf, unsigned long pfn)
{
	vm_fault_t (*insert)(struct vm_fault *, unsigned long, bool) = vmf_insert_pfn_pmd;

	return insert(vmf, pfn, false);
}
