/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The type1 backend: translation of I/O virtual addresses (IOVA) to pinned user memory, for
 * devices behind an IOMMU whose page tables the kernel's IOMMU API can change at any time.
 *
 * main.c	the module, its parameters, and the operations that the core calls
 * info.c	VFIO_IOMMU_GET_INFO
 * map.c	VFIO_IOMMU_MAP_DMA
 * unmap.c	VFIO_IOMMU_UNMAP_DMA
 * mapping.c	the life of one mapping
 * pin.c	from user addresses to page frames
 * account.c	locked memory of who mapped
 * domain.c	the IOMMU's side: domains, what they map, compatibility
 * group.c	groups come and go
 * range.c, tree.c, runs.c	the arithmetic and bookkeeping, which know no kernel object
 *
 * Locks. There is one, &t1.lock, and nothing waits for user memory while holding it: a page fault
 * may take as long as the process that serves it (userfaultfd, FUSE) likes, and the core needs
 * detach_group() to end in bounded time. So VFIO_IOMMU_MAP_DMA has three steps:
 *
 *   1. under the lock, put the mapping into the tree, which reserves its addresses;
 *   2. without the lock, pin a batch of pages; with it, give them to the domains; and so on;
 *   3. under the lock, mark the mapping as ready.
 *
 * Between 1 and 3 the mapping is *building* and belongs to the thread that builds it. Others see
 * the addresses as taken; an unmap that runs meanwhile does not see the mapping, as if it had come
 * first. Detaching the last group takes also building mappings away from the domains and the tree,
 * and tells the builder, who cleans up.
 *
 * Order of locks: core's group and container mutex, &t1.lock, the IOMMU driver's own. mmap_lock is
 * taken without any of ours held, except where detach_group() tries it.
 */
#ifndef VFIOCTL_TYPE1_H
#define VFIOCTL_TYPE1_H

#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include "../vfio.h"
#include "range.h"
#include "runs.h"
#include "tree.h"

struct mm_struct;
struct page;

/* IOMMU page tables are filled and cleared in pieces that end at these addresses. */
#define T1_PIECE SZ_1G

/**
 * struct t1 - an instance of the backend: what one container has
 * @lock: protects all below but what says otherwise
 * @v2: the client asked for VFIO_TYPE1v2_IOMMU; fixed at open
 * @mappings: tree of &t1_mapping, ready and building
 * @nr_mappings: how many these are
 * @nr_ready: how many of them are ready
 * @limit: how many there may be; fixed at open
 * @mapped_bytes: sum of the sizes of ready mappings
 * @pinned_pages: pages that mappings hold pinned; changed without the lock
 * @domains: list of &t1_domain; empty without groups
 * @usable: IOVA that can be mapped: within each domain's aperture, outside of each group's
 *	reserved regions
 * @page_sizes: page sizes that each domain has, none below PAGE_SIZE
 */
struct t1 {
	struct mutex lock;
	bool v2;
	struct rb_root mappings;
	u32 nr_mappings;
	u32 nr_ready;
	u32 limit;
	u64 mapped_bytes;
	atomic64_t pinned_pages;
	struct list_head domains;
	struct t1_ranges *usable;
	unsigned long page_sizes;
};

static inline u64 t1_min_page(const struct t1 *t1)
{
	return 1ULL << __ffs(t1->page_sizes);
}

/**
 * struct t1_domain - an IOMMU domain and the groups that share it
 * @link: in &t1.domains
 * @iommu: the domain
 * @groups: list of &t1_group
 * @coherent: the IOMMU keeps devices from bypassing the CPU's caches
 * @gather: what was unmapped since the last t1_domains_flush()
 * @stale: whether anything was
 *
 * Invariant: it maps exactly the published runs of the mappings in the tree.
 */
struct t1_domain {
	struct list_head link;
	struct iommu_domain *iommu;
	struct list_head groups;
	bool coherent;
	bool stale;
	struct iommu_iotlb_gather gather;
};

/**
 * struct t1_group - an attached group
 * @link: in &t1_domain.groups
 * @iommu: the group; the core holds the reference
 * @msi_window: start of the window for MSI doorbells that the kernel maps itself
 * @has_msi_window: whether there is one
 * @nr_holes: number of @hole
 * @hole: reserved regions, where no mapping may be
 */
struct t1_group {
	struct list_head link;
	struct iommu_group *iommu;
	u64 msi_window;
	bool has_msi_window;
	unsigned int nr_holes;
	struct t1_range hole[];
};

/**
 * struct t1_mapping - the outcome of one VFIO_IOMMU_MAP_DMA
 * @node: place in &t1.mappings, and the addresses
 * @dead: instead, once out of the tree: link in a list of mappings to be destroyed
 * @mm: who mapped: the address space whose locked memory is charged. Holds the structure, not the
 *	memory: it does not keep a process from exiting.
 * @runs: the page frames behind it
 * @published: how many runs the domains map. Lags behind @runs while building.
 * @pinned: pages that are pinned
 * @charged: pages that are charged to @mm
 * @prot: IOMMU_READ, IOMMU_WRITE
 * @building: see above. Set at birth, cleared under &t1.lock
 * @cancelled: out of the tree and the domains although building
 * @stuck: a domain failed to unmap all of it: its pages must not be given back
 */
struct t1_mapping {
	union {
		struct t1_node node;
		struct list_head dead;
	};
	struct mm_struct *mm;
	struct t1_runs runs;
	u32 published;
	unsigned long pinned;
	unsigned long charged;
	u8 prot;
	bool building;
	bool cancelled;
	bool stuck;
};

#define t1_mapping_of(tree_node) container_of(tree_node, struct t1_mapping, node)

/* All mappings, ascending. The tree must not change. */
#define t1_for_each_mapping(mapping, t1)                                \
	for (struct t1_node *__node = t1_tree_from(&(t1)->mappings, 0); \
	     __node && ((mapping) = t1_mapping_of(__node), true); __node = t1_tree_next(__node))

/* main.c */
extern unsigned int t1_dma_entry_limit;
extern bool t1_allow_unsafe_interrupts;
extern bool t1_disable_hugepages;

/* info.c, map.c, unmap.c: one ioctl each */
long t1_ioctl_get_info(struct t1 *t1, void __user *arg);
long t1_ioctl_map_dma(struct t1 *t1, void __user *arg);
long t1_ioctl_unmap_dma(struct t1 *t1, void __user *arg);

/* mapping.c */

/*
 * t1_mapping_new() - a building mapping of the bytes @at for the current process, in no tree yet.
 * Returns NULL without memory. Ends in t1_mapping_free() or t1_mappings_destroy().
 */
struct t1_mapping *t1_mapping_new(const struct t1_range *at, u8 prot);
/* t1_mapping_free() - free @mapping, which has nothing pinned or charged any more. */
void t1_mapping_free(struct t1_mapping *mapping);

/*
 * t1_mapping_insert() - enter @mapping, reserving its addresses.
 * Returns 0; -ENODEV without any domain, -EINVAL if its addresses are not usable or not aligned
 * to the domains' pages, -EEXIST if they are taken, -ENOSPC if there are too many mappings.
 * &t1.lock is held.
 */
int t1_mapping_insert(struct t1 *t1, struct t1_mapping *mapping);

/*
 * t1_mapping_remove() - take @mapping out of the tree; it is already out of the domains.
 * &t1.lock is held.
 */
void t1_mapping_remove(struct t1 *t1, struct t1_mapping *mapping);

/*
 * t1_mapping_unpin() - give the pages back.
 * Call it when no domain maps them any more, in no IOTLB either, or never, and without &t1.lock.
 */
void t1_mapping_unpin(struct t1 *t1, struct t1_mapping *mapping);

/*
 * t1_mappings_destroy() - unpin, uncharge and free all mappings of the list @dead.
 * @bounded: do not wait for any mmap_lock; what cannot be uncharged at once is so very soon
 * &t1.lock is not held.
 */
void t1_mappings_destroy(struct t1 *t1, struct list_head *dead, bool bounded);

/* pin.c */

/**
 * struct t1_batch - the pages that one step of building pins
 * @pages: array
 * @room: its size
 * @small: used for small mappings and when there is no memory for more
 */
struct t1_batch {
	struct page **pages;
	unsigned int room;
	struct page *small[16];
};

void t1_batch_init(struct t1_batch *batch, u64 pages);
void t1_batch_release(struct t1_batch *batch);

/*
 * t1_pin() - pin up to @pages pages of the current process from @vaddr on, and add them to
 * @mapping as the memory behind @iova and what follows.
 *
 * Returns the number of pages, at least 1; -EFAULT if there is no suitable memory, -EINTR if
 * the process is being killed, -ENOMEM, or what the memory's filesystem says. What was added
 * stays added on an error, for t1_mapping_unpin(). Sleeps for as long as user memory lets it.
 */
long t1_pin(struct t1 *t1, struct t1_mapping *mapping, struct t1_batch *batch, u64 iova,
	    unsigned long vaddr, u64 pages);

/* account.c: the current process is the one that maps */

/* t1_may_lock_any() - whether the current process is above RLIMIT_MEMLOCK */
bool t1_may_lock_any(void);
/*
 * t1_charge() - charge @mapping's pinned pages that are not charged yet to its mm, the current one.
 * Returns 0, -ENOMEM over the limit, -EINTR if the process is being killed.
 */
int t1_charge(struct t1_mapping *mapping, bool any);
/*
 * t1_uncharge() - reverse of t1_charge(), by any process, also when the mm is gone.
 * @bounded: do not wait for mmap_lock. Returns whether it is done.
 */
bool t1_uncharge(struct t1_mapping *mapping, bool bounded);
/* t1_uncharge_later() - uncharge and free @mapping from a worker. */
void t1_uncharge_later(struct t1_mapping *mapping);
/* t1_account_flush() - wait for all t1_uncharge_later(). */
void t1_account_flush(void);

/* domain.c: &t1.lock is held in all of them, or the domain is not in the list yet */

/* Returns a domain with @group attached, or ERR_PTR(). t1_domain_free() wants groups detached. */
struct t1_domain *t1_domain_new(struct iommu_group *group);
void t1_domain_free(struct t1_domain *domain);

/**
 * struct t1_progress - how far a building mapping is published
 * @mapping: the mapping
 * @cursor: the next run to publish
 * @iova: its address
 */
struct t1_progress {
	struct t1_mapping *mapping;
	struct t1_runs_cursor cursor;
	u64 iova;
};

/*
 * t1_domains_publish() - map the runs at @progress, up to number @target, in every domain.
 * Returns 0, or what the IOMMU says: each domain then maps what &t1_mapping.published says, as
 * always, and @progress is of no more use.
 */
int t1_domains_publish(struct t1 *t1, struct t1_progress *progress, u32 target);
/* t1_domain_replay() - map all that is published in @domain. On an error free the domain. */
int t1_domain_replay(struct t1 *t1, struct t1_domain *domain);
/* t1_domains_unmap() - take @mapping out of every domain; t1_domains_flush() makes it true. */
void t1_domains_unmap(struct t1 *t1, struct t1_mapping *mapping);
void t1_domains_flush(struct t1 *t1);

/* group.c */
int t1_attach_group(struct t1 *t1, struct iommu_group *group);
void t1_detach_group(struct t1 *t1, struct iommu_group *group);

#endif
