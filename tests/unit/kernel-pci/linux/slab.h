/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that the sanitizers watch. */
#ifndef VFIOCTL_TESTS_KERNEL_PCI_SLAB_H
#define VFIOCTL_TESTS_KERNEL_PCI_SLAB_H

#include <stdlib.h>

#define GFP_KERNEL_ACCOUNT 0

/* The test sets it: so many allocations succeed, none after that. */
extern unsigned int allocations_left;

static inline void *test_zalloc(size_t size)
{
	if (!allocations_left)
		return NULL;
	allocations_left--;
	return calloc(1, size);
}

#define kzalloc(size, flags)  test_zalloc(size)
#define kvzalloc(size, flags) test_zalloc(size)
#define kfree(memory)	      free(memory)
#define kvfree(memory)	      free(memory)

#endif
