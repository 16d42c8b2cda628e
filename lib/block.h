/* SPDX-License-Identifier: GPL-2.0-only */
/* From a block device down to the hardware that carries it. */
#ifndef VFIOCTL_BLOCK_H
#define VFIOCTL_BLOCK_H

#include <stddef.h>
#include <sys/types.h>

/* A non-zero return of either ends the walk and is returned. */
struct block_visitor {
	/*
	 * A piece of hardware: its path in sysfs, at or below the device's own, and the name of the
	 * lowest block device above it ("nvme0n1p1").
	 */
	int (*base)(void *arg, const char *path, const char *name);
	/* Each block device on the way, the first one included; may be NULL. */
	int (*passed)(void *arg, dev_t dev);
	void *arg;
};

/*
 * Visits all that the block device @dev rests on: through partitions, device-mapper, md and
 * whatever else has "slaves", the backing file of a loop device, and an NVMe subsystem whose
 * controllers share a namespace. @sysfs is an fd of /sys. -ENODEV and others when some part of it
 * cannot be followed; it is unknown then what else there is. May hang, when a backing file is on a
 * server that does not answer.
 */
int block_walk(int sysfs, dev_t dev, const struct block_visitor *visitor);

/* The number of the block device that the kernel calls @name. 0 or -errno. */
int block_dev(int sysfs, const char *name, dev_t *dev);

/* "/dev/cciss/c0d0" of "cciss!c0d0" into @buf. */
void block_node(const char *name, char *buf, size_t size);

#endif
