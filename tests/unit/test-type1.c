// SPDX-License-Identifier: GPL-2.0-only
/* The arithmetic of the type1 backend, in userspace: kernel/ is compiled in as it is. */
#include <errno.h>

#include "unit.h"

#include "../../kernel/type1/range.c"
#include "../../kernel/type1/runs.c"
#include "../../kernel/type1/tree.c"

unsigned int allocations_left = -1U;

#define TOP U64_MAX

static struct t1_range range(u64 first, u64 last)
{
	return (struct t1_range){ .first = first, .last = last };
}

static void ranges_are_made_up_to_the_top(void **state)
{
	struct t1_range r;

	(void)state;
	assert_int_equal(t1_range_make(&r, 0, 0), -EINVAL);
	assert_int_equal(t1_range_make(&r, 0, 1), 0);
	assert_int_equal(r.last, 0);
	assert_int_equal(t1_range_make(&r, TOP - 4095, 4096), 0);
	assert_int_equal(r.last, TOP);
	assert_int_equal(t1_range_size(&r), 4096);
	assert_int_equal(t1_range_make(&r, TOP - 4095, 4097), -EOVERFLOW);
	assert_int_equal(t1_range_make(&r, TOP, 1), 0);
	assert_int_equal(t1_range_make(&r, TOP, 2), -EOVERFLOW);
	assert_int_equal(t1_range_make(&r, 1, TOP), 0);
	assert_int_equal(t1_range_make(&r, 2, TOP), -EOVERFLOW);
}

static void assert_ranges(const struct t1_ranges *got, const struct t1_range *wanted,
			  unsigned int nr)
{
	assert_int_equal(got->nr, nr);
	assert_memory_equal(got->range, wanted, nr * sizeof(*wanted));
}

static void a_hole_splits_shortens_or_removes(void **state)
{
	struct t1_ranges *ranges = t1_ranges_full(8);
	const struct t1_range msi = range(0xfee00000, 0xfeefffff);
	const struct t1_range split[] = { range(0, 0xfedfffff), range(0xfef00000, TOP) };
	const struct t1_range low = range(0, 0xfff), high = range(TOP - 0xfff, TOP);
	const struct t1_range cut[] = { range(0x1000, 0xfedfffff),
					range(0xfef00000, TOP - 0x1000) };
	const struct t1_range all = range(0, TOP);

	(void)state;
	assert_int_equal(t1_ranges_cut(ranges, &msi), 0);
	assert_ranges(ranges, split, 2);
	/* Once more changes nothing. */
	assert_int_equal(t1_ranges_cut(ranges, &msi), 0);
	assert_ranges(ranges, split, 2);
	assert_int_equal(t1_ranges_cut(ranges, &low), 0);
	assert_int_equal(t1_ranges_cut(ranges, &high), 0);
	assert_ranges(ranges, cut, 2);
	assert_int_equal(t1_ranges_cut(ranges, &all), 0);
	assert_int_equal(ranges->nr, 0);
	t1_ranges_free(ranges);
}

static void no_more_cuts_than_there_is_room(void **state)
{
	struct t1_ranges *ranges = t1_ranges_full(1);
	const struct t1_range one = range(10, 19), two = range(30, 39);

	(void)state;
	assert_int_equal(t1_ranges_cut(ranges, &one), 0);
	assert_int_equal(t1_ranges_cut(ranges, &two), -ENOSPC);
	assert_int_equal(ranges->nr, 2);
	t1_ranges_free(ranges);
	assert_null(t1_ranges_full(-1U));
}

/* 64 places of 1 << 58 bytes each, the last of which ends at the top, against a bit mask. */
#define PLACE_SHIFT 58

static struct t1_range places(unsigned int first, unsigned int last)
{
	return range((u64)first << PLACE_SHIFT, ((u64)last << PLACE_SHIFT) + (TOP >> 6));
}

static u64 mask_of(unsigned int first, unsigned int last)
{
	return (TOP >> (63 - last + first)) << first;
}

static void assert_like_mask(const struct t1_ranges *ranges, u64 mask)
{
	unsigned int first, last;

	for (first = 0; first < 64; first++) {
		for (last = first; last < 64; last++) {
			struct t1_range r = places(first, last);
			u64 bits = mask_of(first, last);

			assert_int_equal(t1_ranges_cover(ranges, &r), (mask & bits) == bits);
		}
	}
}

static void lists_of_ranges_behave_as_sets_of_places(void **state)
{
	unsigned int round, step;

	(void)state;
	srandom(1);
	for (round = 0; round < 50; round++) {
		struct t1_ranges *ranges = t1_ranges_full(12);
		u64 mask = TOP;

		for (step = 0; step < 12; step++) {
			unsigned int a = random() % 64, b = random() % 64;
			struct t1_range r = places(min(a, b), max(a, b));

			if (step % 4 == 3) {
				r = places(min(a, b) / 8, 63 - max(a, b) / 64);
				t1_ranges_clip(ranges, &r);
				mask &= mask_of(min(a, b) / 8, 63 - max(a, b) / 64);
			} else if (max(a, b) - min(a, b) < 16) {
				assert_int_equal(t1_ranges_cut(ranges, &r), 0);
				mask &= ~mask_of(min(a, b), max(a, b));
			}
		}
		assert_like_mask(ranges, mask);
		t1_ranges_free(ranges);
	}
}

static void a_tree_behaves_as_a_set_of_places(void **state)
{
	struct t1_node nodes[64] = {}, *node;
	struct rb_root root = {};
	unsigned int round;
	u64 taken = 0;

	(void)state;
	srandom(2);
	for (round = 0; round < 20000; round++) {
		unsigned int a = random() % 64, b = a + random() % min(4, 64 - a);
		u64 bits = mask_of(a, b);

		if (nodes[a].at.last) {
			t1_tree_remove(&root, &nodes[a]);
			taken &= ~mask_of(a, nodes[a].at.last >> PLACE_SHIFT);
			nodes[a].at = range(0, 0);
		} else {
			nodes[a].at = places(a, b);
			assert_int_equal(t1_tree_insert(&root, &nodes[a]),
					 taken & bits ? -EEXIST : 0);
			if (taken & bits)
				nodes[a].at = range(0, 0);
			else
				taken |= bits;
		}
		a = random() % 64;
		node = t1_tree_from(&root, (u64)a << PLACE_SHIFT);
		if (!(taken >> a)) {
			assert_null(node);
		} else {
			unsigned int at = a + __builtin_ctzll(taken >> a);

			assert_true(node->at.first <= (u64)at << PLACE_SHIFT);
			assert_true(node->at.last > (u64)at << PLACE_SHIFT);
			for (; node; node = t1_tree_next(node))
				assert_true(!t1_tree_next(node) ||
					    t1_tree_next(node)->at.first > node->at.last);
		}
	}
}

static void one_byte_in_common_is_an_overlap(void **state)
{
	struct t1_node low = { .at = range(0, 100) }, high = { .at = range(100, TOP) };
	struct rb_root root = {};

	(void)state;
	assert_int_equal(t1_tree_insert(&root, &low), 0);
	assert_int_equal(t1_tree_insert(&root, &high), -EEXIST);
	high.at.first = 101;
	assert_int_equal(t1_tree_insert(&root, &high), 0);
	assert_ptr_equal(t1_tree_from(&root, 100), &low);
	assert_ptr_equal(t1_tree_from(&root, 101), &high);
	assert_ptr_equal(t1_tree_from(&root, TOP), &high);
	t1_tree_remove(&root, &low);
	low.at = range(50, 101);
	assert_int_equal(t1_tree_insert(&root, &low), -EEXIST);
}

static void neighbours_become_one_run(void **state)
{
	struct t1_run run = { .pfn = 100, .pages = 1, .pinned = true }, got;
	struct t1_runs runs = {};
	struct t1_runs_cursor cursor;

	(void)state;
	assert_int_equal(t1_runs_add(&runs, &run, true), 0);
	run.pfn = 101;
	run.pages = 511;
	assert_int_equal(t1_runs_add(&runs, &run, true), 0);
	assert_int_equal(runs.nr, 1);
	/* Not joined, in turn: asked not to, not alike, not next, too long. */
	run = (struct t1_run){ .pfn = 612, .pages = 1, .pinned = true };
	assert_int_equal(t1_runs_add(&runs, &run, false), 0);
	run = (struct t1_run){ .pfn = 613, .pages = 1, .pinned = false };
	assert_int_equal(t1_runs_add(&runs, &run, true), 0);
	run = (struct t1_run){ .pfn = 615, .pages = T1_RUN_MAX, .pinned = false };
	assert_int_equal(t1_runs_add(&runs, &run, true), 0);
	run = (struct t1_run){ .pfn = 615 + T1_RUN_MAX, .pages = 1, .pinned = false };
	assert_int_equal(t1_runs_add(&runs, &run, true), 0);
	assert_int_equal(runs.nr, 5);
	t1_runs_start(&cursor, &runs);
	got = t1_runs_next(&cursor);
	assert_int_equal(got.pfn, 100);
	assert_int_equal(got.pages, 512);
	assert_true(got.pinned);
	t1_runs_next(&cursor);
	t1_runs_next(&cursor);
	got = t1_runs_next(&cursor);
	assert_int_equal(got.pfn, 615);
	assert_int_equal(got.pages, T1_RUN_MAX);
	assert_false(got.pinned);
	t1_runs_free(&runs);
}

/* The cursor follows while the list grows, through all sizes of chunks and the largest numbers. */
static void runs_come_out_as_they_went_in(void **state)
{
	const u64 high = (1ULL << 45) - 4000;
	struct t1_runs runs = {};
	struct t1_runs_cursor cursor;
	unsigned int in, out = 0;

	(void)state;
	t1_runs_start(&cursor, &runs);
	for (in = 0; in < 2000; in++) {
		struct t1_run run = { .pfn = high + 2 * in, .pages = 1, .pinned = in % 3 };

		assert_int_equal(t1_runs_add(&runs, &run, true), 0);
		for (; in % 7 == 0 && out < runs.nr; out++) {
			run = t1_runs_next(&cursor);
			assert_int_equal(run.pfn, high + 2 * out);
			assert_int_equal(run.pinned, out % 3 != 0);
		}
	}
	assert_int_equal(runs.nr, 2000);
	t1_runs_free(&runs);
	assert_int_equal(runs.nr, 0);
}

static void a_failed_allocation_leaves_the_runs_as_they_were(void **state)
{
	struct t1_run run = { .pfn = 1, .pages = 1, .pinned = true };
	struct t1_runs runs = {};

	(void)state;
	allocations_left = 0;
	assert_int_equal(t1_runs_add(&runs, &run, false), 0);
	assert_int_equal(t1_runs_add(&runs, &run, false), 0);
	assert_int_equal(t1_runs_add(&runs, &run, false), -ENOMEM);
	assert_int_equal(runs.nr, 2);
	assert_null(t1_ranges_full(1));
	allocations_left = -1U;
	assert_int_equal(t1_runs_add(&runs, &run, false), 0);
	assert_int_equal(runs.nr, 3);
	t1_runs_free(&runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_made_up_to_the_top),
		cmocka_unit_test(a_hole_splits_shortens_or_removes),
		cmocka_unit_test(no_more_cuts_than_there_is_room),
		cmocka_unit_test(lists_of_ranges_behave_as_sets_of_places),
		cmocka_unit_test(a_tree_behaves_as_a_set_of_places),
		cmocka_unit_test(one_byte_in_common_is_an_overlap),
		cmocka_unit_test(neighbours_become_one_run),
		cmocka_unit_test(runs_come_out_as_they_went_in),
		cmocka_unit_test(a_failed_allocation_leaves_the_runs_as_they_were),
	};

	return cmocka_run_group_tests_name("type1", tests, NULL, NULL);
}
