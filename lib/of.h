/* SPDX-License-Identifier: GPL-2.0-only */
/* From what people call a thing to the device behind it: an interface, a node, a mounted directory.
 */
#ifndef VFIOCTL_OF_H
#define VFIOCTL_OF_H

#include "error.h"
#include "host.h"

/*
 * The devices of @host behind @name: a network interface ("eth0", also a bond or bridge), a device
 * node ("/dev/nvme0n1", "/dev/dri/card0"), or any other file or directory ("/srv"), which stands
 * for the filesystem that it is on. Stacks are followed down as safety.h does it. *@out has *@n of
 * them, none when there is nothing of that name or no device behind it; the caller frees the array.
 * A path on a server that does not answer is given up after some seconds: -ETIMEDOUT with a
 * sentence; -ENOMEM.
 */
int of_resolve(const struct host *host, const char *name, struct device ***out, size_t *n,
	       struct error *err);

#endif
