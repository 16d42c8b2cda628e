/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory for many small things that end together. */
#ifndef VFIOCTL_ARENA_H
#define VFIOCTL_ARENA_H

#include <stddef.h>

struct arena_block;

/* Zero-initialise; arena_clear() gives all of it back at once. */
struct arena {
	struct arena_block *blocks;
};

/* @size zeroed bytes, aligned for any type. NULL: out of memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of @str; NULL: out of memory. */
char *arena_strdup(struct arena *arena, const char *str);
void arena_clear(struct arena *arena);

#endif
