// SPDX-License-Identifier: GPL-2.0-only
/* The life of one mapping. */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "type1.h"

struct t1_mapping *t1_mapping_new(const struct t1_range *at, u8 prot)
{
	struct t1_mapping *mapping = kzalloc(sizeof(*mapping), GFP_KERNEL_ACCOUNT);

	if (!mapping)
		return NULL;
	mapping->node.at = *at;
	mapping->prot = prot;
	mapping->building = true;
	mapping->mm = current->mm;
	mmgrab(mapping->mm);
	vfio_ledger_created(VFIO_LEDGER_MAPPINGS, 1);
	return mapping;
}

void t1_mapping_free(struct t1_mapping *mapping)
{
	t1_runs_free(&mapping->runs);
	mmdrop(mapping->mm);
	kfree(mapping);
	vfio_ledger_destroyed(VFIO_LEDGER_MAPPINGS, 1);
}

int t1_mapping_insert(struct t1 *t1, struct t1_mapping *mapping)
{
	const struct t1_range *at = &mapping->node.at;
	int ret;

	lockdep_assert_held(&t1->lock);
	if (list_empty(&t1->domains))
		return -ENODEV;
	if ((at->first | t1_range_size(at)) & (t1_min_page(t1) - 1))
		return -EINVAL;
	ret = t1_tree_insert(&t1->mappings, &mapping->node);
	if (ret)
		return ret;
	if (t1->nr_mappings >= t1->limit)
		ret = -ENOSPC;
	else if (!t1_ranges_cover(t1->usable, at))
		ret = -EINVAL;
	if (ret)
		t1_tree_remove(&t1->mappings, &mapping->node);
	else
		t1->nr_mappings++;
	return ret;
}

void t1_mapping_remove(struct t1 *t1, struct t1_mapping *mapping)
{
	lockdep_assert_held(&t1->lock);
	t1_tree_remove(&t1->mappings, &mapping->node);
	t1->nr_mappings--;
	if (mapping->building)
		return;
	t1->nr_ready--;
	t1->mapped_bytes -= t1_range_size(&mapping->node.at);
}

static void unpin_run(const struct t1_run *run, bool dirty)
{
	unpin_user_page_range_dirty_lock(pfn_to_page(run->pfn), run->pages, dirty);
}

void t1_mapping_unpin(struct t1 *t1, struct t1_mapping *mapping)
{
	struct t1_runs_cursor cursor;
	u32 nr;

	/* A device may still write there: better lost than given to somebody else. */
	if (mapping->stuck)
		return;
	t1_runs_start(&cursor, &mapping->runs);
	for (nr = mapping->runs.nr; nr; nr--) {
		struct t1_run run = t1_runs_next(&cursor);

		if (run.pinned)
			unpin_run(&run, mapping->prot & IOMMU_WRITE);
		cond_resched();
	}
	atomic64_sub(mapping->pinned, &t1->pinned_pages);
	vfio_ledger_destroyed(VFIO_LEDGER_PINNED_PAGES, mapping->pinned);
	mapping->pinned = 0;
}

void t1_mappings_destroy(struct t1 *t1, struct list_head *dead, bool bounded)
{
	struct t1_mapping *mapping, *next;

	list_for_each_entry_safe (mapping, next, dead, dead) {
		list_del(&mapping->dead);
		t1_mapping_unpin(t1, mapping);
		if (t1_uncharge(mapping, bounded))
			t1_mapping_free(mapping);
		else
			t1_uncharge_later(mapping);
	}
}
