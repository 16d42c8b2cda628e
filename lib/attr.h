/* SPDX-License-Identifier: GPL-2.0-only */
/* What a device's directory tells beyond the scan. Read when a column asks, never before. */
#ifndef VFIOCTL_ATTR_H
#define VFIOCTL_ATTR_H

#include "host.h"
#include "text.h"

/*
 * One attribute as a new string; NULL when it is missing, unreadable or empty. @name may be a path
 * below the device's directory, such as "power/runtime_status". The caller frees.
 */
char *attr_read(const struct host *host, const struct device *device, const char *name);

/* The driver override, NULL when none is set (the kernel shows that as "(null)"). Caller frees. */
char *attr_driver_override(const struct host *host, const struct device *device);

/* A number; -EINVAL when it is none, -ENOENT and others when it cannot be read. */
int attr_long(const struct host *host, const struct device *device, const char *name, long *out);

/* The physical function of a virtual one; NULL when @device is none. The caller frees. */
char *attr_physfn(const struct host *host, const struct device *device);

/* The words of an attribute such as reset_method, split at blanks. 0 or -errno. */
int attr_words(const struct host *host, const struct device *device, const char *name,
	       struct strv *out);

/* The lines of a group's reserved_regions: "0x... 0x... type". 0 or -errno. */
int attr_reserved_regions(const struct host *host, long group, struct strv *out);

/* "DMA", "DMA-FQ", "identity", ...: type of the group's default domain. NULL: unknown. Frees. */
char *attr_group_type(const struct host *host, long group);

/* "vfio3" when the device is registered with VFIO under that name, else NULL. The caller frees. */
char *attr_vfio_cdev(const struct host *host, const struct device *device);

#endif
