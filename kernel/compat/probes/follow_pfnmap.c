// SPDX-License-Identifier: GPL-2.0-only
/* frames of a VM_PFNMAP area are looked up with follow_pfnmap_start() (6.12) */
#include <linux/mm.h>

int probe(struct follow_pfnmap_args *args)
{
	return follow_pfnmap_start(args);
}
