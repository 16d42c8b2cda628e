// SPDX-License-Identifier: GPL-2.0-only
#include "arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (32 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) char data[];
};

static struct arena_block *block_new(struct arena *arena, size_t at_least)
{
	size_t size = at_least > BLOCK_SIZE ? at_least : BLOCK_SIZE;
	struct arena_block *block = malloc(sizeof(*block) + size);

	if (!block)
		return NULL;
	block->next = arena->blocks;
	block->used = 0;
	block->size = size;
	arena->blocks = block;
	return block;
}

static void *take(struct arena *arena, size_t size, size_t alignment)
{
	struct arena_block *block = arena->blocks;
	size_t start = block ? (block->used + alignment - 1) & ~(alignment - 1) : 0;

	if (!block || start > block->size || size > block->size - start) {
		block = block_new(arena, size);
		if (!block)
			return NULL;
		start = 0;
	}
	block->used = start + size;
	return block->data + start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *p = take(arena, size, alignof(max_align_t));

	return p ? memset(p, 0, size) : NULL;
}

char *arena_strdup(struct arena *arena, const char *str)
{
	size_t size = strlen(str) + 1;
	char *p = take(arena, size, 1);

	return p ? memcpy(p, str, size) : NULL;
}

void arena_clear(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}
