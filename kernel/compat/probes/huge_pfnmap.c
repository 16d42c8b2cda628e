// SPDX-License-Identifier: GPL-2.0-only
/* frames without pages can be mapped in huge pieces (6.12, where the architecture can) */
#include <linux/mm.h>

#ifndef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
#error "not here"
#endif

void *probe = vmf_insert_pfn_pmd;
