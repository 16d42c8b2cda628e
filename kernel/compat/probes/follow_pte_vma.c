// SPDX-License-Identifier: GPL-2.0-only
/* follow_pte() takes an area, not an address space (6.10) */
#include <linux/mm.h>

int probe(struct vm_area_struct *vma, pte_t **ptep, spinlock_t **lock)
{
	return follow_pte(vma, 0, ptep, lock);
}
