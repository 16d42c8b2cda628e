/* SPDX-License-Identifier: GPL-2.0-only */
/* Network interfaces that rest on devices, directly or through bonds, bridges, vlans. */
#ifndef VFIOCTL_INTERFACES_H
#define VFIOCTL_INTERFACES_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

/* One interface that rests on the device at @path. */
struct interface {
	const char *path; /* as it was given; borrowed */
	size_t owner;	  /* index into what was given */
	char name[IF_NAMESIZE];
	char base[IF_NAMESIZE]; /* the device's own; another than @name for a bond, bridge, vlan */
	bool in_use;		/* the caller's to say */
};

/* Zero-initialise; interfaces_clear() gives back. */
struct interfaces {
	struct interface *v;
	size_t n, room;
};

/*
 * Those of the devices at @n @paths ("/sys/devices/..."), and all that rest on those. 0 or -errno.
 */
int interfaces_find(struct interfaces *out, int sysfs, const char *const *paths, size_t n);
void interfaces_clear(struct interfaces *interfaces);

/*
 * Calls @fn with the path in sysfs of each piece of hardware that the interface @name rests on;
 * its non-zero return ends the walk. -ENODEV when there is no such interface.
 */
int interfaces_each_base(int sysfs, const char *name, int (*fn)(void *arg, const char *path),
			 void *arg);

#endif
