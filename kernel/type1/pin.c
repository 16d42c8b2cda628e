// SPDX-License-Identifier: GPL-2.0-only
/* From user addresses to page frames. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../compat/pfnmap.h"
#include "type1.h"

void t1_batch_init(struct t1_batch *batch, u64 pages)
{
	batch->pages = batch->small;
	batch->room = ARRAY_SIZE(batch->small);
	if (pages <= batch->room)
		return;
	batch->pages = (struct page **)__get_free_page(GFP_KERNEL);
	if (batch->pages)
		batch->room = PAGE_SIZE / sizeof(*batch->pages);
	else
		batch->pages = batch->small;
}

void t1_batch_release(struct t1_batch *batch)
{
	if (batch->pages != batch->small)
		free_page((unsigned long)batch->pages);
}

/* Frames at @pages[] that follow one another and are alike, as a run without the rest. */
static struct t1_run run_of(struct page **pages, u32 max)
{
	struct t1_run run = { .pfn = page_to_pfn(pages[0]), .pages = 1 };

	run.pinned = !is_zero_pfn(run.pfn);
	if (!run.pinned)
		return run;
	while (run.pages < max && page_to_pfn(pages[run.pages]) == run.pfn + run.pages &&
	       !is_zero_pfn(run.pfn + run.pages))
		run.pages++;
	return run;
}

/*
 * Add @run as what is behind @iova. Runs end at multiples of T1_PIECE, so that the time under the
 * lock is bounded while no page size up to that is lost.
 */
static int record_run(struct t1 *t1, struct t1_mapping *mapping, u64 iova, const struct t1_run *run)
{
	int ret = t1_runs_add(&mapping->runs, run, iova & (T1_PIECE - 1));

	if (ret || !run->pinned)
		return ret;
	mapping->pinned += run->pages;
	atomic64_add(run->pages, &t1->pinned_pages);
	vfio_ledger_created(VFIO_LEDGER_PINNED_PAGES, run->pages);
	return 0;
}

static u32 to_end_of_piece(u64 iova)
{
	return (T1_PIECE - (iova & (T1_PIECE - 1))) >> PAGE_SHIFT;
}

static int record_pages(struct t1 *t1, struct t1_mapping *mapping, u64 iova, struct page **pages,
			u32 nr)
{
	u32 at = 0;
	int ret;

	while (at < nr) {
		u64 here = iova + ((u64)at << PAGE_SHIFT);
		struct t1_run run = run_of(pages + at, min(nr - at, to_end_of_piece(here)));

		ret = record_run(t1, mapping, here, &run);
		if (ret) {
			unpin_user_pages(pages + at, nr - at);
			return ret;
		}
		/*
		 * The zero page is never freed, so that it needs no pin, and kernels that do
		 * count them overflow after some millions.
		 */
		if (!run.pinned)
			unpin_user_page(pages[at]);
		at += run.pages;
	}
	return 0;
}

/*
 * Frames without a page, such as a device's registers. Nothing keeps them in place, but no memory
 * is behind them that could become somebody else's. Memory that has a page is refused: who mapped
 * it by frame number may free it at any time.
 */
static bool is_memory(u64 pfn)
{
	return pfn_valid(pfn) && !PageReserved(pfn_to_page(pfn));
}

/* The frame at @vaddr, faulted in if need be. mmap_lock is held, and may be dropped meanwhile. */
static int frame_at(struct mm_struct *mm, unsigned long vaddr, bool write, unsigned long *pfn)
{
	vm_flags_t needed = VM_PFNMAP | (write ? VM_WRITE : VM_READ);
	struct vm_area_struct *vma;
	unsigned int tries;
	bool dropped;
	int ret;

	/* A fault handler that never leaves the frame in place must not keep us here. */
	for (tries = 0; tries < 64; tries++) {
		vma = vma_lookup(mm, vaddr);
		if (!vma || (vma->vm_flags & needed) != needed)
			return -EFAULT;
		ret = compat_pfnmap_frame(vma, vaddr, write, pfn);
		if (ret != -ENOENT)
			return ret;
		dropped = false;
		ret = fixup_user_fault(
			mm, vaddr, FAULT_FLAG_REMOTE | (write ? FAULT_FLAG_WRITE : 0), &dropped);
		if (ret)
			return ret;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return -EFAULT;
}

/* As many frames from @vaddr on as follow one another, up to @max. */
static int frames_at(unsigned long vaddr, u32 max, bool write, struct t1_run *run)
{
	struct mm_struct *mm = current->mm;
	unsigned long pfn;
	int ret;

	vaddr = untagged_addr(vaddr);
	if (mmap_read_lock_killable(mm))
		return -EINTR;
	for (*run = (struct t1_run){}; run->pages < max; run->pages++) {
		ret = frame_at(mm, vaddr + ((unsigned long)run->pages << PAGE_SHIFT), write, &pfn);
		if (!ret && is_memory(pfn))
			ret = -EFAULT;
		if (ret)
			break;
		if (!run->pages)
			run->pfn = pfn;
		else if (pfn != run->pfn + run->pages)
			break;
		cond_resched();
	}
	mmap_read_unlock(mm);
	return run->pages ? 0 : ret;
}

static long record_frames(struct t1 *t1, struct t1_mapping *mapping, u64 iova, unsigned long vaddr,
			  u32 max)
{
	struct t1_run run;
	int ret;

	ret = frames_at(vaddr, min(max, to_end_of_piece(iova)), mapping->prot & IOMMU_WRITE, &run);
	if (!ret)
		ret = record_run(t1, mapping, iova, &run);
	if (ret)
		return ret;
	return run.pages;
}

/*
 * Have the page at @vaddr come, however long that takes. Some kernels do not wait for a
 * userfaultfd while pinning, but answer as if there was nothing.
 */
static int fault_in(unsigned long vaddr, bool write)
{
	struct mm_struct *mm = current->mm;
	bool dropped;
	int ret;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	ret = fixup_user_fault(mm, untagged_addr(vaddr), write ? FAULT_FLAG_WRITE : 0, &dropped);
	mmap_read_unlock(mm);
	if (fatal_signal_pending(current))
		return -EINTR;
	return ret;
}

static long pin_pages(unsigned long vaddr, u32 nr, bool write, struct page **pages)
{
	unsigned int flags = FOLL_LONGTERM | (write ? FOLL_WRITE : 0);
	long got = pin_user_pages_fast(vaddr, nr, flags, pages);

	/* Beyond the top there is no memory either. */
	return got && got != -EOVERFLOW ? got : -EFAULT;
}

long t1_pin(struct t1 *t1, struct t1_mapping *mapping, struct t1_batch *batch, u64 iova,
	    unsigned long vaddr, u64 pages)
{
	bool write = mapping->prot & IOMMU_WRITE;
	u32 want = min_t(u64, pages, batch->room);
	long got;
	int ret;

	got = pin_pages(vaddr, want, write, batch->pages);
	if (got == -EFAULT) {
		ret = fault_in(vaddr, write);
		if (ret)
			return ret;
		got = pin_pages(vaddr, want, write, batch->pages);
	}
	/* It is there, and has no pages. */
	if (got == -EFAULT)
		return record_frames(t1, mapping, iova, vaddr, min_t(u64, pages, T1_RUN_MAX));
	if (got < 0)
		return got;
	ret = record_pages(t1, mapping, iova, batch->pages, got);
	return ret ? ret : got;
}
