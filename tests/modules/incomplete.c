// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offers the core drivers and backends that lack something: each must be refused with -EINVAL
 * before anything is done, or the module does not load. Loaded, it does nothing more.
 */
#include <linux/device.h>
#include <linux/module.h>

#include "compat/compat.h"
#include "vfio.h"

static int offer_open(struct vfio_device *device, void *data)
{
	return 0;
}

static void offer_release(void *data)
{
}

static int offer_mmap(void *data, struct vm_area_struct *vma)
{
	return -EINVAL;
}

static long offer_ioctl(void *data, struct vfio_arg *arg)
{
	return 0;
}

static const struct vfio_device_ioctl half_argsz = { .cmd = 1, .min = 2, .handler = offer_ioctl };
static const struct vfio_device_ioctl too_much = { .cmd = 1,
						   .min = VFIO_ARG_FIXED_MAX + 1,
						   .handler = offer_ioctl };
static const struct vfio_device_ioctl no_handler = { .cmd = 1 };

#define NAMED	 .name = KBUILD_MODNAME, .owner = THIS_MODULE
#define OPENS	 .open = offer_open, .release = offer_release
#define ASKED(x) .ioctls = &(x), .nr_ioctls = 1

static const struct vfio_device_ops drivers[] = {
	{ OPENS },
	{ NAMED, .release = offer_release },
	{ NAMED, .open = offer_open },
	{ NAMED, OPENS, .mmap = offer_mmap },
	{ NAMED, OPENS, ASKED(half_argsz) },
	{ NAMED, OPENS, ASKED(too_much) },
	{ NAMED, OPENS, ASKED(no_handler) },
};

static const struct vfio_iommu_driver_ops backends[] = {
	{ .owner = THIS_MODULE },
	{ NAMED },
};

static int refused(const char *what, unsigned int i, int ret)
{
	if (ret == -EINVAL)
		return 0;
	pr_err("%s: %s %u is answered with %d\n", KBUILD_MODNAME, what, i, ret);
	return -EBADMSG;
}

/* The one thing that they do not lack would be missed last: it has no group. */
static int offer_drivers(struct device *dev)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(drivers) && !ret; i++)
		ret = refused("driver", i, vfio_add_group_dev(dev, &drivers[i], NULL));
	return ret;
}

static int offer_backends(void)
{
	unsigned int i;
	int ret = 0, got;

	for (i = 0; i < ARRAY_SIZE(backends) && !ret; i++) {
		got = vfio_register_iommu_driver(&backends[i]);
		if (!got)
			vfio_unregister_iommu_driver(&backends[i]);
		ret = refused("backend", i, got);
	}
	return ret;
}

static int __init incomplete_init(void)
{
	struct device *dev = root_device_register(KBUILD_MODNAME);
	int ret;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	ret = offer_drivers(dev);
	if (!ret)
		ret = offer_backends();
	root_device_unregister(dev);
	return ret;
}
module_init(incomplete_init);

static void __exit incomplete_exit(void)
{
}
module_exit(incomplete_exit);

MODULE_DESCRIPTION("what the core must not take");
MODULE_LICENSE("GPL");
COMPAT_IMPORT_SYMBOLS();
