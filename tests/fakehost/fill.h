/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine of any size, drawn from a seed: the same options give the same tree, byte for byte.
 */
#ifndef FAKEHOST_FILL_H
#define FAKEHOST_FILL_H

#include "host.h"

struct fill {
	int functions; /* in all, bridges and virtual functions among them */
	int domains;   /* 0: as many as the functions want */
	int group_min; /* functions to a group; 0: as the topology gives it */
	int group_max;
	/* How many in a hundred slots or functions: */
	int sriov;    /* slots hold a card with virtual functions */
	int legacy;   /* slots hold a bridge to a conventional bus */
	int vfio;     /* endpoints are bound to vfio-pci */
	int variant;  /* virtual functions bound to VFIO have a variant driver */
	int unbound;  /* endpoints have no driver */
	int override; /* of the former have a driver_override */
	int missing;  /* functions lack an attribute, or cannot have it read */
	int others;   /* this many members on other buses, in groups of PCI devices */
	unsigned int seed;
};

void fill_init(struct fill *fill);
void fill_make(struct host *host, const struct fill *fill);

#endif
