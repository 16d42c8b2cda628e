// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio.ko: the core, which hands devices to userspace behind an IOMMU.
 */
#include "core.h"
#include "version.h"

const char VFIO_CORE_ABI[] = "vfioctl";
COMPAT_EXPORT_SYMBOL(VFIO_CORE_ABI);

static int __init vfio_init(void)
{
	int ret;

	vfio_ledger_init();
	ret = vfio_removal_init();
	if (ret)
		goto exit_ledger;
	ret = vfio_device_init();
	if (ret)
		goto exit_removal;
	ret = vfio_sysfs_init();
	if (ret)
		goto exit_device;
	ret = vfio_group_init();
	if (ret)
		goto exit_sysfs;
	ret = vfio_uevent_init();
	if (ret)
		goto exit_group;
	ret = vfio_container_init();
	if (ret)
		goto exit_uevent;
	ret = vfio_notifier_init();
	if (ret)
		goto exit_container;
	return 0;
exit_container:
	vfio_container_exit();
exit_uevent:
	vfio_uevent_exit();
exit_group:
	vfio_group_exit();
exit_sysfs:
	vfio_sysfs_exit();
exit_device:
	vfio_device_exit();
exit_removal:
	vfio_removal_exit();
exit_ledger:
	vfio_ledger_exit();
	return ret;
}

static void __exit vfio_exit(void)
{
	vfio_notifier_exit();
	vfio_container_exit();
	vfio_uevent_exit();
	vfio_group_exit();
	vfio_sysfs_exit();
	vfio_device_exit();
	vfio_removal_exit();
	vfio_ledger_exit();
}

module_init(vfio_init);
module_exit(vfio_exit);

MODULE_DESCRIPTION("VFIO core: containers, groups and devices for userspace drivers");
MODULE_LICENSE("GPL");
MODULE_VERSION(VFIO_SUITE_VERSION);
MODULE_SOFTDEP("post: vfio_iommu_type1");
