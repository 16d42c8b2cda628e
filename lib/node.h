/* SPDX-License-Identifier: GPL-2.0-only */
/* Device nodes: /dev/vfio/N, /dev/vfio/devices/vfioN, and who owns them. */
#ifndef VFIOCTL_NODE_H
#define VFIOCTL_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* @owner and @group are names, or numbers where the host knows no name. */
struct node {
	char path[128];
	mode_t mode; /* permission bits */
	dev_t rdev;
	char owner[64];
	char group[64];
};

/* True when a character device stands there; @out->path is filled in any case. */
bool node_of_group(long group, struct node *out);

/* The same for a device's cdev, @cdev as attr_vfio_cdev() gives it. */
bool node_of_cdev(const char *cdev, struct node *out);

/* "root:root 0600" into @buf. */
void node_access(const struct node *node, char *buf, size_t size);

#endif
