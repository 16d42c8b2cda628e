// SPDX-License-Identifier: GPL-2.0-only
/* vm_ops->huge_fault() gets an order, and the enum that it got before is gone (6.7) */
#include <linux/mm.h>

enum page_entry_size { PROBE };

static vm_fault_t huge(struct vm_fault *vmf, unsigned int order)
{
	return VM_FAULT_FALLBACK;
}

const struct vm_operations_struct probe = {
	.huge_fault = huge,
};
