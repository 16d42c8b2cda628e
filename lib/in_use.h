/* SPDX-License-Identifier: GPL-2.0-only */
/* Which IOMMU groups are held open through VFIO, by their node or that of a member. */
#ifndef VFIOCTL_IN_USE_H
#define VFIOCTL_IN_USE_H

#include "host.h"

/*
 * How many groups of @host someone has open. Walks /proc once, and only when there is a node to
 * look for. -EACCES when not every process could be looked into and so the number is not known;
 * -ENOMEM and others as they come.
 */
long in_use_count(const struct host *host);

#endif
