// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "range.h"

int t1_range_make(struct t1_range *range, u64 first, u64 size)
{
	if (!size)
		return -EINVAL;
	range->first = first;
	if (check_add_overflow(first, size - 1, &range->last))
		return -EOVERFLOW;
	return 0;
}

struct t1_ranges *t1_ranges_full(unsigned int cuts)
{
	struct t1_ranges *ranges;
	unsigned int room;

	if (check_add_overflow(cuts, 1U, &room))
		return NULL;
	/* Each cut splits one range at most. */
	ranges = kvzalloc(struct_size(ranges, range, room), GFP_KERNEL);
	if (!ranges)
		return NULL;
	ranges->room = room;
	ranges->nr = 1;
	ranges->range[0] = (struct t1_range){ .first = 0, .last = U64_MAX };
	return ranges;
}

void t1_ranges_free(struct t1_ranges *ranges)
{
	kvfree(ranges);
}

void t1_ranges_clip(struct t1_ranges *ranges, const struct t1_range *window)
{
	unsigned int from, to = 0;

	for (from = 0; from < ranges->nr; from++) {
		struct t1_range range = ranges->range[from];

		if (!t1_range_overlap(&range, window))
			continue;
		ranges->range[to++] = (struct t1_range){
			.first = max(range.first, window->first),
			.last = min(range.last, window->last),
		};
	}
	ranges->nr = to;
}

/* Replace the range at @at by its parts on both sides of @hole, which may be none. */
static int cut_one(struct t1_ranges *ranges, unsigned int at, const struct t1_range *hole)
{
	struct t1_range *slot = &ranges->range[at];
	const struct t1_range old = *slot;
	bool below = old.first<hole->first, above = old.last> hole->last;
	unsigned int behind = ranges->nr - at - 1;

	if (below && above) {
		if (ranges->nr == ranges->room)
			return -ENOSPC;
		memmove(slot + 2, slot + 1, behind * sizeof(*slot));
		ranges->nr++;
		slot[0].last = hole->first - 1;
		slot[1] = (struct t1_range){ .first = hole->last + 1, .last = old.last };
	} else if (below) {
		slot->last = hole->first - 1;
	} else if (above) {
		slot->first = hole->last + 1;
	} else {
		memmove(slot, slot + 1, behind * sizeof(*slot));
		ranges->nr--;
	}
	return 0;
}

int t1_ranges_cut(struct t1_ranges *ranges, const struct t1_range *hole)
{
	unsigned int at = ranges->nr;
	int ret;

	/* From the top down: what a cut moves has been visited. */
	while (at--) {
		if (!t1_range_overlap(&ranges->range[at], hole))
			continue;
		ret = cut_one(ranges, at, hole);
		if (ret)
			return ret;
	}
	return 0;
}

bool t1_ranges_cover(const struct t1_ranges *ranges, const struct t1_range *range)
{
	unsigned int at;

	for (at = 0; at < ranges->nr; at++) {
		if (t1_range_within(range, &ranges->range[at]))
			return true;
	}
	return false;
}
