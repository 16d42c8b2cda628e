/* SPDX-License-Identifier: GPL-2.0-only */
/* The uevent attribute: one read that gives identity, class and driver of a device. */
#ifndef VFIOCTL_UEVENT_H
#define VFIOCTL_UEVENT_H

#include <stdbool.h>

#include "device.h"

/* Strings point into the text that was parsed; NULL: the key was not there. */
struct uevent {
	const char *driver;
	const char *modalias;
	struct pci_id id;
	bool has_class; /* PCI_CLASS */
	bool has_id;	/* PCI_ID; the subsystem's may be missing and is 0 then */
};

/*
 * The same from a PCI device's modalias, "pci:v00008086d000010D3sv...sd...bc02sc00i00", for when
 * the uevent must not be read. @out->modalias is @modalias, the driver stays NULL.
 */
void uevent_from_modalias(const char *modalias, struct uevent *out);

/* Cuts @text into lines in place. Lines of no known key, or malformed ones, are passed over. */
void uevent_parse(char *text, struct uevent *out);

/* Address, identity and role of a PCI device, whose name is there already. */
void uevent_identify_pci(const struct uevent *uevent, struct device *device);

#endif
