// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "runs.h"

/* A run in 64 bits: 45 of the frame's number, 18 of the length less one, 1 whether it is pinned. */
#define PAGES_SHIFT 1
#define PFN_SHIFT   19

static_assert(T1_RUN_MAX == 1U << (PFN_SHIFT - PAGES_SHIFT));

struct t1_runs_chunk {
	struct t1_runs_chunk *next;
	u32 room;
	u32 used;
	u64 run[];
};

/* Chunks fill an allocation of 128 bytes for a start, of a page from then on. */
#define ROOM(bytes) (((bytes) - sizeof(struct t1_runs_chunk)) / sizeof(u64))
#define ROOM_FIRST  ROOM(128)
#define ROOM_NEXT   ROOM(4096)

static u64 pack(const struct t1_run *run)
{
	return run->pfn << PFN_SHIFT | (u64)(run->pages - 1) << PAGES_SHIFT | run->pinned;
}

static struct t1_run unpack(u64 packed)
{
	return (struct t1_run){
		.pfn = packed >> PFN_SHIFT,
		.pages = (packed >> PAGES_SHIFT & (T1_RUN_MAX - 1)) + 1,
		.pinned = packed & 1,
	};
}

static u64 *last_slot(struct t1_runs *runs)
{
	if (!runs->nr)
		return NULL;
	if (runs->nr <= ARRAY_SIZE(runs->few))
		return &runs->few[runs->nr - 1];
	return &runs->tail->run[runs->tail->used - 1];
}

static bool lengthen_last(struct t1_runs *runs, const struct t1_run *by)
{
	u64 *slot = last_slot(runs);
	struct t1_run run;

	if (!slot)
		return false;
	run = unpack(*slot);
	if (run.pinned != by->pinned || run.pfn + run.pages != by->pfn ||
	    by->pages > T1_RUN_MAX - run.pages)
		return false;
	run.pages += by->pages;
	*slot = pack(&run);
	return true;
}

static int add_chunk(struct t1_runs *runs)
{
	u32 room = runs->tail ? ROOM_NEXT : ROOM_FIRST;
	struct t1_runs_chunk *chunk;

	chunk = kmalloc(struct_size(chunk, run, room), GFP_KERNEL_ACCOUNT);
	if (!chunk)
		return -ENOMEM;
	chunk->next = NULL;
	chunk->room = room;
	chunk->used = 0;
	if (runs->tail)
		runs->tail->next = chunk;
	else
		runs->head = chunk;
	runs->tail = chunk;
	return 0;
}

int t1_runs_add(struct t1_runs *runs, const struct t1_run *run, bool join)
{
	if (join && lengthen_last(runs, run))
		return 0;
	if (runs->nr < ARRAY_SIZE(runs->few)) {
		runs->few[runs->nr++] = pack(run);
		return 0;
	}
	if ((!runs->tail || runs->tail->used == runs->tail->room) && add_chunk(runs))
		return -ENOMEM;
	runs->tail->run[runs->tail->used++] = pack(run);
	runs->nr++;
	return 0;
}

void t1_runs_free(struct t1_runs *runs)
{
	struct t1_runs_chunk *chunk;

	while ((chunk = runs->head)) {
		runs->head = chunk->next;
		kfree(chunk);
	}
	*runs = (struct t1_runs){};
}

void t1_runs_start(struct t1_runs_cursor *cursor, const struct t1_runs *runs)
{
	*cursor = (struct t1_runs_cursor){ .runs = runs };
}

struct t1_run t1_runs_next(struct t1_runs_cursor *cursor)
{
	if (cursor->at < ARRAY_SIZE(cursor->runs->few))
		return unpack(cursor->runs->few[cursor->at++]);
	if (!cursor->chunk) {
		cursor->chunk = cursor->runs->head;
	} else if (cursor->in_chunk == cursor->chunk->room) {
		cursor->chunk = cursor->chunk->next;
		cursor->in_chunk = 0;
	}
	cursor->at++;
	return unpack(cursor->chunk->run[cursor->in_chunk++]);
}
