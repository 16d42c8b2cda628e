/* SPDX-License-Identifier: GPL-2.0-only */
/* Drivers by name: is it there, which module brings it, which one suits a device best. */
#ifndef VFIOCTL_DRIVER_H
#define VFIOCTL_DRIVER_H

#include <stdbool.h>

#include "error.h"
#include "host.h"
#include "modules.h"

/* True when @bus has a driver of that name. */
bool driver_is_present(const struct host *host, const char *bus, const char *name);

/*
 * The driver that @name means on @bus, as a new string: a driver of that name, or else the one that
 * a module of that name registers there, which is loaded first: a module's name need not be its
 * driver's (xhci_pci brings xhci_hcd). That may take @load_ms, and is left behind then
 * (EXIT_TIMED_OUT); with 0 nothing is loaded, and a name that is not a driver's yet is returned as
 * it is, with
 * *@unloaded set. NULL with a sentence in @err.
 */
char *driver_resolve(const struct host *host, struct modules *modules, const char *bus,
		     const char *name, int load_ms, bool *unloaded, struct error *err);

/*
 * The module that brings the VFIO driver for @device: for PCI the best match by "vfio_pci:" alias,
 * else vfio_pci; for other buses the one there is. A new string. NULL with a sentence in @err when
 * no VFIO driver is known for the bus (EXIT_REFUSED).
 */
char *driver_default_module(struct modules *modules, const struct device *device,
			    struct error *err);

#endif
