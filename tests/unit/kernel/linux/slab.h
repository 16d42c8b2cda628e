/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_LINUX_SLAB_H
#define TEST_LINUX_SLAB_H

#include <linux/overflow.h>
#include <stdlib.h>

#define GFP_KERNEL	   0
#define GFP_KERNEL_ACCOUNT 0

/* The test sets it: so many allocations succeed, none after that. */
extern unsigned int allocations_left;

static inline void *test_alloc(size_t size)
{
	if (!allocations_left)
		return NULL;
	allocations_left--;
	return calloc(1, size);
}

#define kmalloc(size, flags)  test_alloc(size)
#define kzalloc(size, flags)  test_alloc(size)
#define kvzalloc(size, flags) test_alloc(size)
#define kfree(memory)	      free(memory)
#define kvfree(memory)	      free(memory)

#endif
