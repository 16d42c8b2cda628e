// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locked memory. Pinned pages count as locked by the process that mapped them, whoever unmaps them:
 * a child that inherited the container or a process that was passed its fd. After an exec or an
 * exit of who mapped, its address space is gone, and the account with it.
 */
#include <linux/capability.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "type1.h"

static DEFINE_SPINLOCK(later_lock);
static LIST_HEAD(later);

bool t1_may_lock_any(void)
{
	return capable(CAP_IPC_LOCK);
}

int t1_charge(struct t1_mapping *mapping, bool any)
{
	unsigned long pages = mapping->pinned - mapping->charged;
	struct mm_struct *mm = mapping->mm;
	int ret;

	if (!pages)
		return 0;
	if (down_write_killable(&mm->mmap_lock))
		return -EINTR;
	ret = __account_locked_vm(mm, pages, true, current, any);
	up_write(&mm->mmap_lock);
	if (!ret)
		mapping->charged += pages;
	return ret;
}

/*
 * mmap_lock for a change of no area, only of a counter: it needs nothing of what mmap_write_lock()
 * does beside, and that has no variant that tries.
 */
static bool lock_counter(struct mm_struct *mm, bool bounded)
{
	if (bounded)
		return down_write_trylock(&mm->mmap_lock);
	down_write(&mm->mmap_lock);
	return true;
}

bool t1_uncharge(struct t1_mapping *mapping, bool bounded)
{
	struct mm_struct *mm = mapping->mm;
	/* Our own is alive without our doing. */
	bool own = mm == current->mm, done;

	if (!mapping->charged || (!own && !mmget_not_zero(mm)))
		return true;
	done = lock_counter(mm, bounded);
	if (done) {
		__account_locked_vm(mm, mapping->charged, false, current, true);
		up_write(&mm->mmap_lock);
		mapping->charged = 0;
	}
	/* Ours may be the last reference, and to take an address space down is no work for here. */
	if (!own)
		mmput_async(mm);
	return done;
}

static void uncharge_all(struct work_struct *work)
{
	struct t1_mapping *mapping, *next;
	LIST_HEAD(mine);

	spin_lock(&later_lock);
	list_splice_init(&later, &mine);
	spin_unlock(&later_lock);
	list_for_each_entry_safe (mapping, next, &mine, dead) {
		t1_uncharge(mapping, false);
		t1_mapping_free(mapping);
	}
}

static DECLARE_WORK(later_work, uncharge_all);

void t1_uncharge_later(struct t1_mapping *mapping)
{
	spin_lock(&later_lock);
	list_add_tail(&mapping->dead, &later);
	spin_unlock(&later_lock);
	queue_work(system_unbound_wq, &later_work);
}

void t1_account_flush(void)
{
	flush_work(&later_work);
}
