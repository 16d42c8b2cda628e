// SPDX-License-Identifier: GPL-2.0-only
/* The IOMMU's side: domains and what they map. */
#define pr_fmt(fmt) "vfio_iommu_type1: " fmt

#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../compat/type1.h"
#include "type1.h"

static u64 bytes_of(const struct t1_run *run)
{
	return (u64)run->pages << PAGE_SHIFT;
}

struct t1_domain *t1_domain_new(struct iommu_group *group)
{
	struct t1_domain *domain = kzalloc(sizeof(*domain), GFP_KERNEL_ACCOUNT);
	struct iommu_domain *iommu;
	int ret;

	if (!domain)
		return ERR_PTR(-ENOMEM);
	iommu = compat_domain_alloc(group);
	if (IS_ERR(iommu)) {
		ret = PTR_ERR(iommu);
		goto free;
	}
	ret = iommu_attach_group(iommu, group);
	if (ret)
		goto free_iommu;
	domain->iommu = iommu;
	INIT_LIST_HEAD(&domain->groups);
	iommu_iotlb_gather_init(&domain->gather);
	if (iommu->ops->enforce_cache_coherency)
		domain->coherent = iommu->ops->enforce_cache_coherency(iommu);
	vfio_ledger_created(VFIO_LEDGER_DOMAINS, 1);
	return domain;
free_iommu:
	iommu_domain_free(iommu);
free:
	kfree(domain);
	return ERR_PTR(ret);
}

void t1_domain_free(struct t1_domain *domain)
{
	iommu_domain_free(domain->iommu);
	kfree(domain);
	vfio_ledger_destroyed(VFIO_LEDGER_DOMAINS, 1);
}

/*
 * Unmap @bytes at @iova, in pieces. Returns whether the IOMMU says so. It answers with more than
 * it was asked when a page of its own reaches further; no such page reaches beyond a mapping.
 */
static bool unmap_range(struct t1_domain *domain, u64 iova, u64 bytes)
{
	bool good = true;

	domain->stale = true;
	while (bytes) {
		u64 piece = min_t(u64, bytes, T1_PIECE - (iova & (T1_PIECE - 1)));
		u64 done = iommu_unmap_fast(domain->iommu, iova, piece, &domain->gather);

		if (done < piece) {
			good = false;
			done = piece;
		}
		done = min(done, bytes);
		iova += done;
		bytes -= done;
		cond_resched();
	}
	return good;
}

static int map_small(struct t1_domain *domain, u64 iova, const struct t1_run *run, int prot)
{
	u32 page;
	int ret;

	for (page = 0; page < run->pages; page++) {
		u64 offset = (u64)page << PAGE_SHIFT;

		ret = compat_iommu_map(domain->iommu, iova + offset, PFN_PHYS(run->pfn) + offset,
				       PAGE_SIZE, prot);
		if (ret) {
			if (page)
				unmap_range(domain, iova, offset);
			return ret;
		}
	}
	return 0;
}

static int map_run(struct t1_domain *domain, u64 iova, const struct t1_run *run, int prot)
{
	prot |= IOMMU_CACHE;
	if (READ_ONCE(t1_disable_hugepages))
		return map_small(domain, iova, run, prot);
	return compat_iommu_map(domain->iommu, iova, PFN_PHYS(run->pfn), bytes_of(run), prot);
}

static int publish_run(struct t1 *t1, u64 iova, const struct t1_run *run, int prot)
{
	struct t1_domain *domain;
	int ret;

	list_for_each_entry (domain, &t1->domains, link) {
		ret = map_run(domain, iova, run, prot);
		if (ret)
			goto undo;
	}
	return 0;
undo:
	list_for_each_entry_continue_reverse(domain, &t1->domains, link)
		unmap_range(domain, iova, bytes_of(run));
	t1_domains_flush(t1);
	return ret;
}

int t1_domains_publish(struct t1 *t1, struct t1_progress *progress, u32 target)
{
	struct t1_mapping *mapping = progress->mapping;
	int ret;

	lockdep_assert_held(&t1->lock);
	while (mapping->published < target) {
		struct t1_run run = t1_runs_next(&progress->cursor);

		ret = publish_run(t1, progress->iova, &run, mapping->prot);
		if (ret)
			return ret;
		mapping->published++;
		progress->iova += bytes_of(&run);
		cond_resched();
	}
	return 0;
}

static int replay_mapping(struct t1_domain *domain, const struct t1_mapping *mapping)
{
	u64 iova = mapping->node.at.first;
	struct t1_runs_cursor cursor;
	u32 nr;
	int ret;

	t1_runs_start(&cursor, &mapping->runs);
	for (nr = mapping->published; nr; nr--) {
		struct t1_run run = t1_runs_next(&cursor);

		ret = map_run(domain, iova, &run, mapping->prot);
		if (ret)
			return ret;
		iova += bytes_of(&run);
		cond_resched();
	}
	return 0;
}

int t1_domain_replay(struct t1 *t1, struct t1_domain *domain)
{
	struct t1_mapping *mapping;
	int ret = 0;

	lockdep_assert_held(&t1->lock);
	t1_for_each_mapping(mapping, t1)
	{
		ret = replay_mapping(domain, mapping);
		if (ret)
			break;
	}
	/* What was undone gives back its page tables here. */
	t1_domains_flush(t1);
	return ret;
}

/* How much of @mapping the domains map. */
static u64 published_bytes(const struct t1_mapping *mapping)
{
	struct t1_runs_cursor cursor;
	u64 bytes = 0;
	u32 nr;

	if (!mapping->building)
		return t1_range_size(&mapping->node.at);
	t1_runs_start(&cursor, &mapping->runs);
	for (nr = mapping->published; nr; nr--) {
		struct t1_run run = t1_runs_next(&cursor);

		bytes += bytes_of(&run);
	}
	return bytes;
}

void t1_domains_unmap(struct t1 *t1, struct t1_mapping *mapping)
{
	u64 bytes = published_bytes(mapping);
	struct t1_domain *domain;

	lockdep_assert_held(&t1->lock);
	if (!bytes)
		return;
	list_for_each_entry (domain, &t1->domains, link) {
		if (unmap_range(domain, mapping->node.at.first, bytes))
			continue;
		mapping->stuck = true;
		pr_err_ratelimited("the IOMMU keeps 0x%llx-0x%llx mapped: its memory is lost\n",
				   mapping->node.at.first, mapping->node.at.last);
	}
}

void t1_domains_flush(struct t1 *t1)
{
	struct t1_domain *domain;

	lockdep_assert_held(&t1->lock);
	list_for_each_entry (domain, &t1->domains, link) {
		if (domain->stale)
			iommu_iotlb_sync(domain->iommu, &domain->gather);
		domain->stale = false;
	}
}
