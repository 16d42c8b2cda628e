/* SPDX-License-Identifier: GPL-2.0-only */
/* A device on a bus other than PCI: platform, vmbus, fsl-mc, mdev, ap, … */
#ifndef FAKEHOST_DEVICE_H
#define FAKEHOST_DEVICE_H

#include "host.h"

struct device {
	const char *bus;
	const char *name;
	const char *parent; /* key of a device made before, or NULL: devices/<bus> */
	const char *driver;
	const char *uevent; /* more lines of its uevent, or NULL */
	int group;	    /* -1: in none */
};

/* Returns its path, host's own; NULL when the name is taken or the parent is missing. */
const char *device_make(struct host *host, const struct device *dev);

#endif
