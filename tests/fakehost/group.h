/* SPDX-License-Identifier: GPL-2.0-only */
/* IOMMU groups, the units that made them, and what VFIO adds to a bound device. */
#ifndef FAKEHOST_GROUP_H
#define FAKEHOST_GROUP_H

#include "host.h"

/* The units of the host's kind of IOMMU: class/iommu and the devices behind it. */
void group_make_units(struct host *host, int units);

/* A group of this number, unless it is there. */
void group_make(struct host *host, int group);

/* Puts the device @name at @path into @group. */
void group_join(struct host *host, int group, const char *name, const char *path);

/* What a device bound to a VFIO driver gets: its vfio-dev entry, and the group's node. */
void group_vfio_device(struct host *host, int group, const char *path);

/* The vfio core: its module and /dev/vfio/vfio. */
void group_vfio_core(struct host *host);

#endif
