// SPDX-License-Identifier: GPL-2.0-only
/* The module, its parameters, and the operations that the core calls. */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "type1.h"
#include "version.h"

VFIO_USES_CORE();

unsigned int t1_dma_entry_limit = U16_MAX;
module_param_named(dma_entry_limit, t1_dma_entry_limit, uint, 0644);
MODULE_PARM_DESC(dma_entry_limit, "mappings that a container opened from now on may have (65535)");

bool t1_allow_unsafe_interrupts;
module_param_named(allow_unsafe_interrupts, t1_allow_unsafe_interrupts, bool, 0644);
MODULE_PARM_DESC(allow_unsafe_interrupts, "serve devices without interrupt remapping, too");

bool t1_disable_hugepages;
module_param_named(disable_hugepages, t1_disable_hugepages, bool, 0644);
MODULE_PARM_DESC(disable_hugepages, "use only the IOMMU's smallest pages");

static void *type1_open(unsigned long model)
{
	struct t1 *t1;

	if (model != VFIO_TYPE1_IOMMU && model != VFIO_TYPE1v2_IOMMU)
		return ERR_PTR(-EINVAL);
	t1 = kzalloc(sizeof(*t1), GFP_KERNEL_ACCOUNT);
	if (!t1)
		return ERR_PTR(-ENOMEM);
	mutex_init(&t1->lock);
	t1->v2 = model == VFIO_TYPE1v2_IOMMU;
	t1->mappings = RB_ROOT;
	t1->limit = READ_ONCE(t1_dma_entry_limit);
	INIT_LIST_HEAD(&t1->domains);
	t1->page_sizes = PAGE_MASK;
	return t1;
}

static void type1_release(void *data)
{
	struct t1 *t1 = data;

	/* The last detach took all mappings, and who built one then has cleaned up. */
	WARN_ON_ONCE(!RB_EMPTY_ROOT(&t1->mappings));
	mutex_destroy(&t1->lock);
	kfree(t1);
}

static bool all_coherent(struct t1 *t1)
{
	struct t1_domain *domain;
	bool all = true;

	if (!t1)
		return false;
	mutex_lock(&t1->lock);
	list_for_each_entry (domain, &t1->domains, link)
		all = all && domain->coherent;
	all = all && !list_empty(&t1->domains);
	mutex_unlock(&t1->lock);
	return all;
}

static long type1_check_extension(void *data, unsigned long extension)
{
	switch (extension) {
	case VFIO_TYPE1_IOMMU:
	case VFIO_TYPE1v2_IOMMU:
	case VFIO_UNMAP_ALL:
		return 1;
	case VFIO_DMA_CC_IOMMU:
		return all_coherent(data);
	default:
		return 0;
	}
}

static long type1_ioctl(void *data, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case VFIO_IOMMU_GET_INFO:
		return t1_ioctl_get_info(data, user);
	case VFIO_IOMMU_MAP_DMA:
		return t1_ioctl_map_dma(data, user);
	case VFIO_IOMMU_UNMAP_DMA:
		return t1_ioctl_unmap_dma(data, user);
	default:
		return -ENOTTY;
	}
}

static int type1_attach_group(void *data, struct iommu_group *group)
{
	return t1_attach_group(data, group);
}

static void type1_detach_group(void *data, struct iommu_group *group)
{
	t1_detach_group(data, group);
}

static void type1_stats(void *data, struct vfio_iommu_stats *stats)
{
	struct t1 *t1 = data;

	mutex_lock(&t1->lock);
	stats->mappings = t1->nr_ready;
	stats->mapped_bytes = t1->mapped_bytes;
	mutex_unlock(&t1->lock);
	stats->pinned_pages = atomic64_read(&t1->pinned_pages);
}

static const struct vfio_iommu_driver_ops type1_ops = {
	.name = "type1",
	.owner = THIS_MODULE,
	.open = type1_open,
	.release = type1_release,
	.check_extension = type1_check_extension,
	.ioctl = type1_ioctl,
	.attach_group = type1_attach_group,
	.detach_group = type1_detach_group,
	.stats = type1_stats,
};

static int __init type1_init(void)
{
	return vfio_register_iommu_driver(&type1_ops);
}

static void __exit type1_exit(void)
{
	vfio_unregister_iommu_driver(&type1_ops);
	t1_account_flush();
}

module_init(type1_init);
module_exit(type1_exit);

MODULE_DESCRIPTION("VFIO: translation by IOMMUs whose page tables can change at any time");
MODULE_LICENSE("GPL");
MODULE_VERSION(VFIO_SUITE_VERSION);
