/* SPDX-License-Identifier: GPL-2.0-only */
/* Which devices a made machine has: numbers that pci.ids knows, their class and their driver. */
#ifndef FAKEHOST_IDS_H
#define FAKEHOST_IDS_H

#include <stddef.h>

struct id {
	unsigned int vendor, device, class;
	const char *driver;
	const char *vf_driver; /* of the virtual functions; NULL: has none */
	unsigned int vf_device;
	int functions; /* how many such a card has */
	const char *reset;
};

extern const struct id ids_cards[];
extern const size_t ids_cards_count;

/* Cards with SR-IOV. */
extern const struct id ids_sriov[];
extern const size_t ids_sriov_count;

/* Devices that sit on a conventional bus behind a bridge. */
extern const struct id ids_legacy[];
extern const size_t ids_legacy_count;

#endif
