// SPDX-License-Identifier: GPL-2.0-only
/*
 * An IOMMU that is all software, and devices behind it that do nothing, for tests of the type1
 * backend: QEMU has one IOMMU in a machine, so that all groups fit into one domain there. The
 * devices are vfio-fake.0 and so on, each in a group of its own, and what their part of the IOMMU
 * is like is said by the table below.
 *
 * In debugfs, fake-iommu/ has
 *
 * - N: what the device vfio-fake.N can reach. "blocked"; or "domain ID", "stale N" if pages were
 *   unmapped and are still cached, "msi" if the kernel may map doorbells, and a line for each page,
 *   of its address, the number of its frame and the IOMMU_ flags
 *
 * - fail_map: if 1, the next call of map_pages() fails, if 2, the one after it, and so on; 0: none
 *
 * - fail_unmap: the same for unmap_pages(), which then leaves everything mapped
 *
 * - errors: how often somebody mapped what was mapped, or unmapped what was not
 *
 * - remove: whatever is written, the devices go. Each holds the module, which can be unloaded then,
 *   but not on Linux 6.1: that still calls an IOMMU's driver afterwards
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "has.h"
#include "vfio.h"

VFIO_USES_CORE();

#define GRANULE	    SZ_4K
#define PAGES_SMALL (SZ_4K | SZ_2M | SZ_1G)
#define BITS48	    ((1ULL << 48) - 1)
#define NAME	    "vfio-fake"

/**
 * struct trait - what is peculiar about a device and the part of the IOMMU that is before it
 * @unit: a domain takes devices of one unit only
 * @enforces: the unit can keep devices from bypassing the CPU's caches
 * @bypasses: the device is not coherent with the CPU's caches
 * @pages: sizes of pages
 * @last: last address that can be mapped
 * @regions: reserved ones, of type 0 for none
 */
struct trait {
	int unit;
	bool enforces;
	bool bypasses;
	unsigned long pages;
	u64 last;
	struct {
		u64 start;
		u64 length;
		enum iommu_resv_type type;
	} regions[2];
};

#define HOLE(type)                        \
	{                                 \
		0x8000000, 0x100000, type \
	}

static const struct trait traits[] = {
	{ .unit = 0, .enforces = true, .pages = PAGES_SMALL, .last = BITS48 },
	{ .unit = 1, .enforces = false, .pages = PAGES_SMALL, .last = BITS48 },
	{ .unit = 2, .enforces = true, .pages = SZ_64K | SZ_2M, .last = BITS48 },
	{ .unit = 0, .enforces = true, .pages = PAGES_SMALL, .last = BITS48 },
	{ .unit = 0,
	  .enforces = true,
	  .pages = PAGES_SMALL,
	  .last = BITS48,
	  .regions = { HOLE(IOMMU_RESV_RESERVED) } },
	{ .unit = 3, .enforces = true, .pages = PAGES_SMALL, .last = U32_MAX },
	{ .unit = 0, .enforces = true, .bypasses = true, .pages = PAGES_SMALL, .last = BITS48 },
	{ .unit = 4,
	  .enforces = true,
	  .pages = PAGES_SMALL,
	  .last = BITS48,
	  .regions = { HOLE(IOMMU_RESV_SW_MSI) } },
	{ .unit = 5,
	  .enforces = true,
	  .pages = PAGES_SMALL,
	  .last = BITS48,
	  .regions = { HOLE(IOMMU_RESV_SW_MSI), { 0xfee00000, 0x100000, IOMMU_RESV_MSI } } },
	{ .unit = 0,
	  .enforces = true,
	  .pages = PAGES_SMALL,
	  .last = BITS48,
	  .regions = { HOLE(IOMMU_RESV_DIRECT_RELAXABLE) } },
};

#define DEVICES ARRAY_SIZE(traits)

/**
 * struct fake_domain - what can be attached
 * @iommu: what the kernel knows of it
 * @id: a number that is not used again
 * @trait: of the first device that was attached, NULL before
 * @pages: by the number of the granule, the frame's number << 8 | flags
 * @stale: granules that were unmapped and not flushed
 */
struct fake_domain {
	struct iommu_domain iommu;
	const struct trait *trait;
	int id;
	struct xarray pages;
	atomic_long_t stale;
};

static struct fake_dev {
	struct device *dev;
	struct fake_domain *domain; /* NULL: blocked */
} devices[DEVICES];

static DEFINE_MUTEX(attach_lock); /* devices[].domain and what hangs on it */
static int next_id;
static atomic_t errors;
static u32 fail_map, fail_unmap;
static struct iommu_device unit;

static struct fake_domain *fake(struct iommu_domain *domain)
{
	return container_of(domain, struct fake_domain, iommu);
}

static struct fake_dev *fake_dev(struct device *dev)
{
	size_t i;

	for (i = 0; i < DEVICES; i++) {
		if (devices[i].dev == dev)
			return &devices[i];
	}
	return NULL;
}

static const struct trait *trait_of(struct device *dev)
{
	return &traits[fake_dev(dev) - devices];
}

static bool fails(u32 *count)
{
	return *count && !--*count;
}

static int join(struct fake_domain *domain, const struct trait *trait)
{
	if (domain->trait && domain->trait->unit != trait->unit)
		return -EINVAL;
	if (domain->trait)
		return 0;
	domain->trait = trait;
	domain->iommu.pgsize_bitmap = trait->pages;
	domain->iommu.geometry.aperture_start = 0;
	domain->iommu.geometry.aperture_end = trait->last;
	domain->iommu.geometry.force_aperture = true;
	return 0;
}

static int attach(struct iommu_domain *iommu, struct device *dev)
{
	int ret;

	mutex_lock(&attach_lock);
	ret = join(fake(iommu), trait_of(dev));
	if (!ret)
		fake_dev(dev)->domain = fake(iommu);
	mutex_unlock(&attach_lock);
	return ret;
}

static int block(struct iommu_domain *iommu, struct device *dev)
{
	mutex_lock(&attach_lock);
	fake_dev(dev)->domain = NULL;
	mutex_unlock(&attach_lock);
	return 0;
}

static int map_one(struct fake_domain *domain, unsigned long iova, phys_addr_t paddr, int prot,
		   gfp_t gfp)
{
	void *entry = xa_mk_value(PHYS_PFN(paddr) << 8 | (prot & 0xff)), *old;

	old = xa_store(&domain->pages, iova / GRANULE, entry, gfp);
	if (xa_is_err(old))
		return xa_err(old);
	if (old)
		atomic_inc(&errors);
	return 0;
}

static int map_pages(struct iommu_domain *iommu, unsigned long iova, phys_addr_t paddr, size_t size,
		     size_t count, int prot, gfp_t gfp, size_t *mapped)
{
	size_t done;
	int ret;

	if (fails(&fail_map))
		return -ENOMEM;
	for (done = 0; done < size * count; done += GRANULE) {
		ret = map_one(fake(iommu), iova + done, paddr + done, prot, gfp);
		if (ret)
			return ret;
		if ((done + GRANULE) % size == 0)
			*mapped = done + GRANULE;
	}
	return 0;
}

static size_t unmap_pages(struct iommu_domain *iommu, unsigned long iova, size_t size, size_t count,
			  struct iommu_iotlb_gather *gather)
{
	struct fake_domain *domain = fake(iommu);
	size_t done;

	if (fails(&fail_unmap))
		return 0;
	for (done = 0; done < size * count; done += GRANULE) {
		if (!xa_erase(&domain->pages, (iova + done) / GRANULE))
			atomic_inc(&errors);
		atomic_long_inc(&domain->stale);
	}
	return done;
}

static void flush(struct iommu_domain *iommu)
{
	atomic_long_set(&fake(iommu)->stale, 0);
}

static void sync(struct iommu_domain *iommu, struct iommu_iotlb_gather *gather)
{
	flush(iommu);
}

static phys_addr_t iova_to_phys(struct iommu_domain *iommu, dma_addr_t iova)
{
	void *entry = xa_load(&fake(iommu)->pages, iova / GRANULE);

	return entry ? PFN_PHYS(xa_to_value(entry) >> 8) + iova % GRANULE : 0;
}

static bool enforce(struct iommu_domain *iommu)
{
	return fake(iommu)->trait && fake(iommu)->trait->enforces;
}

static void domain_free(struct iommu_domain *iommu)
{
	size_t i;

	mutex_lock(&attach_lock);
	for (i = 0; i < DEVICES; i++) {
		if (devices[i].domain == fake(iommu)) {
			atomic_inc(&errors);
			devices[i].domain = NULL;
		}
	}
	mutex_unlock(&attach_lock);
	xa_destroy(&fake(iommu)->pages);
	kfree(fake(iommu));
}

#ifdef HAVE_ATTACH_DEV_OLD
static int attach_old(struct iommu_domain *iommu, struct device *dev, struct iommu_domain *old)
{
	return attach(iommu, dev);
}

static int block_old(struct iommu_domain *iommu, struct device *dev, struct iommu_domain *old)
{
	return block(iommu, dev);
}
#define ATTACH attach_old
#define BLOCK  block_old
#else
#define ATTACH attach
#define BLOCK  block
#endif

static const struct iommu_domain_ops paging_ops = {
	.attach_dev = ATTACH,
	.map_pages = map_pages,
	.unmap_pages = unmap_pages,
	.flush_iotlb_all = flush,
	.iotlb_sync = sync,
	.iova_to_phys = iova_to_phys,
	.enforce_cache_coherency = enforce,
	.free = domain_free,
};

static struct iommu_domain *domain_new(void)
{
	struct fake_domain *domain = kzalloc(sizeof(*domain), GFP_KERNEL);

	if (!domain)
		return NULL;
	xa_init(&domain->pages);
	domain->id = ++next_id;
	domain->iommu.pgsize_bitmap = PAGES_SMALL;
	domain->iommu.ops = &paging_ops;
	return &domain->iommu;
}

#ifdef HAVE_DOMAIN_ALLOC_PAGING
static struct iommu_domain *alloc_paging(struct device *dev)
{
	return domain_new() ?: ERR_PTR(-ENOMEM);
}

static const struct iommu_domain_ops block_ops = { .attach_dev = BLOCK };
static struct iommu_domain blocked = { .type = IOMMU_DOMAIN_BLOCKED, .ops = &block_ops };
/* What is the devices' own is blocked, too: they do nothing. */
static struct iommu_domain own = { .type = IOMMU_DOMAIN_IDENTITY, .ops = &block_ops };
#else
static void blocked_free(struct iommu_domain *iommu)
{
	kfree(iommu);
}

static const struct iommu_domain_ops block_ops = { .attach_dev = BLOCK, .free = blocked_free };

/* What is the devices' own is blocked, too. */
static struct iommu_domain *alloc_by_type(unsigned int type)
{
	struct iommu_domain *domain;

	if (type == IOMMU_DOMAIN_UNMANAGED)
		return domain_new();
	domain = kzalloc(sizeof(*domain), GFP_KERNEL);
	if (domain)
		domain->ops = &block_ops;
	return domain;
}
#endif

static struct iommu_device *probe_device(struct device *dev)
{
	return fake_dev(dev) ? &unit : ERR_PTR(-ENODEV);
}

static void release_device(struct device *dev)
{
}

static bool capable_of(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_CACHE_COHERENCY && !trait_of(dev)->bypasses;
}

static void get_regions(struct device *dev, struct list_head *list)
{
	const struct trait *trait = trait_of(dev);
	struct iommu_resv_region *region;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(trait->regions); i++) {
		if (!trait->regions[i].length)
			continue;
		region = iommu_alloc_resv_region(trait->regions[i].start, trait->regions[i].length,
						 IOMMU_READ | IOMMU_WRITE, trait->regions[i].type,
						 GFP_KERNEL);
		if (region)
			list_add_tail(&region->list, list);
	}
}

static int identity(struct device *dev)
{
	return IOMMU_DOMAIN_IDENTITY;
}

static const struct iommu_ops ops = {
	.owner = THIS_MODULE,
	.capable = capable_of,
	.probe_device = probe_device,
	.release_device = release_device,
	.device_group = generic_device_group,
	.get_resv_regions = get_regions,
	.def_domain_type = identity,
	.default_domain_ops = &paging_ops,
#ifdef HAVE_DOMAIN_ALLOC_PAGING
	.domain_alloc_paging = alloc_paging,
	.blocked_domain = &blocked,
	.identity_domain = &own,
#else
	.pgsize_bitmap = PAGES_SMALL,
	.domain_alloc = alloc_by_type,
#endif
};

/* --- the devices ----------------------------------------------------------------------------- */

static int fake_open(struct vfio_device *device, void *data)
{
	return 0;
}

static void fake_release(void *data)
{
}

static const struct vfio_device_ops vfio_ops = {
	.name = NAME,
	.owner = THIS_MODULE,
	.open = fake_open,
	.release = fake_release,
};

static int fake_probe(struct platform_device *pdev)
{
	return vfio_add_group_dev(&pdev->dev, &vfio_ops, pdev);
}

static struct platform_driver driver = {
	.probe = fake_probe,
	.driver_managed_dma = true,
	.driver = { .name = NAME, .suppress_bind_attrs = true },
};

/* --- debugfs --------------------------------------------------------------------------------- */

static void show_domain(struct seq_file *m, struct fake_domain *domain)
{
	unsigned long at;
	void *entry;

	seq_printf(m, "domain %d\n", domain->id);
	if (atomic_long_read(&domain->stale))
		seq_printf(m, "stale %ld\n", atomic_long_read(&domain->stale));
#ifdef HAVE_DOMAIN_IOVA_COOKIE
	if (domain->iommu.iova_cookie)
		seq_puts(m, "msi\n");
#else
	if (domain->iommu.cookie_type != IOMMU_COOKIE_NONE)
		seq_puts(m, "msi\n");
#endif
	xa_for_each (&domain->pages, at, entry)
		seq_printf(m, "%lx %lx %lu\n", at * GRANULE, xa_to_value(entry) >> 8,
			   xa_to_value(entry) & 0xff);
}

static int reach_show(struct seq_file *m, void *unused)
{
	struct fake_dev *device = m->private;

	mutex_lock(&attach_lock);
	if (device->domain)
		show_domain(m, device->domain);
	else
		seq_puts(m, "blocked\n");
	mutex_unlock(&attach_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(reach);

/* --- the module ------------------------------------------------------------------------------ */

static struct platform_device *hardware;

static int device_new(int id, struct device *parent)
{
	struct platform_device *pdev = platform_device_alloc(NAME, id);
	int ret;

	if (!pdev)
		return -ENOMEM;
	pdev->dev.parent = parent;
	devices[id].dev = &pdev->dev;
	ret = platform_device_add(pdev);
	if (ret) {
		devices[id].dev = NULL;
		platform_device_put(pdev);
	}
	return ret;
}

static void devices_remove(void)
{
	size_t i;

	for (i = 0; i < DEVICES; i++) {
		if (devices[i].dev)
			platform_device_unregister(to_platform_device(devices[i].dev));
		devices[i].dev = NULL;
	}
}

static int devices_add(void)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < DEVICES && !ret; i++)
		ret = device_new(i, &hardware->dev);
	if (!ret)
		ret = platform_driver_register(&driver);
	if (ret)
		devices_remove();
	return ret;
}

/* What a callback of the driver would do, which has another type on each kernel. */
static void take_back(struct device *dev)
{
	device_lock(dev);
	vfio_del_group_dev(dev);
	device_unlock(dev);
}

static int remove_set(void *unused, u64 value)
{
	static DEFINE_MUTEX(lock);
	size_t i;

	mutex_lock(&lock);
	if (devices[0].dev) {
		for (i = 0; i < DEVICES; i++)
			take_back(devices[i].dev);
		platform_driver_unregister(&driver);
		devices_remove();
	}
	mutex_unlock(&lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(remove_fops, NULL, remove_set, "%llu\n");

static struct dentry *dir;

static void files_new(void)
{
	char name[8];
	size_t i;

	dir = debugfs_create_dir("fake-iommu", NULL);
	for (i = 0; i < DEVICES; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		debugfs_create_file(name, 0400, dir, &devices[i], &reach_fops);
	}
	debugfs_create_u32("fail_map", 0600, dir, &fail_map);
	debugfs_create_u32("fail_unmap", 0600, dir, &fail_unmap);
	debugfs_create_atomic_t("errors", 0600, dir, &errors);
	debugfs_create_file("remove", 0200, dir, NULL, &remove_fops);
}

static int __init fake_init(void)
{
	int ret;

	hardware = platform_device_register_simple("fake-iommu", -1, NULL, 0);
	if (IS_ERR(hardware))
		return PTR_ERR(hardware);
	/* Without a node of firmware it is asked for every device that does not name its IOMMU. */
	ret = iommu_device_sysfs_add(&unit, &hardware->dev, NULL, "fake");
	if (ret)
		goto remove_hardware;
	ret = iommu_device_register(&unit, &ops, &hardware->dev);
	if (ret)
		goto remove_sysfs;
	ret = devices_add();
	if (ret)
		goto unregister;
	files_new();
	return 0;
unregister:
	iommu_device_unregister(&unit);
remove_sysfs:
	iommu_device_sysfs_remove(&unit);
remove_hardware:
	platform_device_unregister(hardware);
	return ret;
}

static void __exit fake_exit(void)
{
	debugfs_remove(dir);
	iommu_device_unregister(&unit);
	iommu_device_sysfs_remove(&unit);
	platform_device_unregister(hardware);
}

module_init(fake_init);
module_exit(fake_exit);

MODULE_DESCRIPTION("An IOMMU in software, for tests");
MODULE_LICENSE("GPL");
