/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel keeps for us, by its own count. */
#ifndef CLIENTS_FAILNTH_STATE_H
#define CLIENTS_FAILNTH_STATE_H

#include <stdint.h>

#define STATE_ITEMS 16

/**
 * struct state - a look at it
 * @nr: how many items the ledger has
 * @name: of each
 * @left: created and not destroyed
 * @command: the device's own command register; all ones while it is not there
 * @pins: pages that somebody pinned and did not let go
 * @iommu_pages: pages that page tables of IOMMUs take up
 */
struct state {
	int nr;
	char name[STATE_ITEMS][32];
	long left[STATE_ITEMS];
	uint16_t command;
	long pins;
	long iommu_pages;
};

void state_read(struct state *state, const char *bdf);
/* Nothing but @iommu_pages may differ; @what happened in between. */
void state_same(const struct state *before, const struct state *after, const char *what);

#endif
