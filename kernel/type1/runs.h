/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What memory stands behind a mapping: a list of runs of consecutive page frames, in the order of
 * their I/O virtual addresses. Pure bookkeeping: no locks, no devices.
 *
 * The IOMMU's page tables hold the same knowledge, but asking them costs a walk for each page, and
 * they are gone when the last domain is. The list is what makes an unmap one call to the IOMMU
 * and a new domain a replay. In the worst case, no two neighbours in memory, it takes 8 bytes for
 * each page, as much as the page table itself; with large pages it is next to nothing.
 */
#ifndef VFIOCTL_TYPE1_RUNS_H
#define VFIOCTL_TYPE1_RUNS_H

#include <linux/types.h>

/**
 * struct t1_run - consecutive page frames
 * @pfn: the first one
 * @pages: how many; 1 to T1_RUN_MAX
 * @pinned: they are pinned, and charged to who mapped them. Not so for the zero page, which is
 *	always there, and for frames of a VM_PFNMAP area, which have no page to pin.
 */
struct t1_run {
	u64 pfn;
	u32 pages;
	bool pinned;
};

#define T1_RUN_MAX (1U << 18)

struct t1_runs_chunk;

/**
 * struct t1_runs - a list of runs; all zeroes is an empty one
 * @nr: number of runs
 * @few: the first runs, so that a small mapping needs no memory beside its own structure
 * @head: the chunks with all further ones
 * @tail: the last chunk
 */
struct t1_runs {
	u32 nr;
	u64 few[2];
	struct t1_runs_chunk *head;
	struct t1_runs_chunk *tail;
};

/**
 * struct t1_runs_cursor - a place in a list of runs
 *
 * Stays valid while runs are added. A reader that stops at a number of runs it knows to be there
 * may walk while another thread adds more.
 */
struct t1_runs_cursor {
	const struct t1_runs *runs;
	const struct t1_runs_chunk *chunk;
	u32 at;
	u32 in_chunk;
};

/*
 * t1_runs_add() - append @run, or lengthen the last run by it if @join and it goes on there.
 * Returns 0 or -ENOMEM; the list is then unchanged.
 */
int t1_runs_add(struct t1_runs *runs, const struct t1_run *run, bool join);
void t1_runs_free(struct t1_runs *runs);

void t1_runs_start(struct t1_runs_cursor *cursor, const struct t1_runs *runs);
/* t1_runs_next() - the run at the cursor, which moves on. The caller knows that there is one. */
struct t1_run t1_runs_next(struct t1_runs_cursor *cursor);

#endif
