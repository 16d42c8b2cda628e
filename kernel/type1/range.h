/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ranges of I/O virtual addresses, and lists of them. Pure arithmetic: no locks, no devices.
 *
 * A range is its first and its last byte. Never a length or an end: the range that reaches the top
 * of the 64-bit space has neither in 64 bits.
 */
#ifndef VFIOCTL_TYPE1_RANGE_H
#define VFIOCTL_TYPE1_RANGE_H

#include <linux/types.h>

/**
 * struct t1_range - the bytes @first to @last, both included
 * @first: first byte; never above @last
 * @last: last byte
 */
struct t1_range {
	u64 first;
	u64 last;
};

/**
 * struct t1_ranges - disjoint ranges in ascending order, none touching the next
 * @nr: number of ranges
 * @room: how many fit into @range
 * @range: the ranges
 */
struct t1_ranges {
	unsigned int nr;
	unsigned int room;
	struct t1_range range[];
};

static inline bool t1_range_overlap(const struct t1_range *a, const struct t1_range *b)
{
	return a->first <= b->last && b->first <= a->last;
}

static inline bool t1_range_within(const struct t1_range *inner, const struct t1_range *outer)
{
	return inner->first >= outer->first && inner->last <= outer->last;
}

/* Bytes of the range. 0 stands for 2^64. */
static inline u64 t1_range_size(const struct t1_range *range)
{
	return range->last - range->first + 1;
}

/*
 * t1_range_make() - the @size bytes from @first on.
 * Returns 0, -EINVAL if @size is 0, -EOVERFLOW if they go beyond the top of the space. A range that
 * ends exactly at the top is good.
 */
int t1_range_make(struct t1_range *range, u64 first, u64 size);

/*
 * t1_ranges_full() - a list with the whole space as its one range and room for @cuts calls of
 * t1_ranges_cut(). Returns NULL without memory. Free with t1_ranges_free().
 */
struct t1_ranges *t1_ranges_full(unsigned int cuts);
void t1_ranges_free(struct t1_ranges *ranges);

/* t1_ranges_clip() - keep only what is inside of @window. */
void t1_ranges_clip(struct t1_ranges *ranges, const struct t1_range *window);

/*
 * t1_ranges_cut() - take @hole out.
 * Returns 0, or -ENOSPC if a range would have to be split and there is no room for one more.
 */
int t1_ranges_cut(struct t1_ranges *ranges, const struct t1_range *hole);

/* t1_ranges_cover() - whether @range lies within one of @ranges */
bool t1_ranges_cover(const struct t1_ranges *ranges, const struct t1_range *range);

#endif
