/* SPDX-License-Identifier: GPL-2.0-only */
/* The way from nothing to DMA, and what the operations have in common. */
#ifndef CLIENTS_FAILNTH_STAGE_H
#define CLIENTS_FAILNTH_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "../vfio.h"

/* How far the way was gone. */
enum stage { NOTHING, OPENED, ATTACHED, MODEL, DEVICE };

#define MEMORY_SIZE (3UL << 20)
#define IOVA	    0x10000000UL

/**
 * struct here - where we are
 * @v: the files of the device; -1 for what is not open
 * @beside: a device of another group, of the same driver
 * @memory: MEMORY_SIZE bytes
 * @event: an eventfd
 */
struct here {
	struct vfio v;
	const char *beside;
	char *memory;
	int event;
};
extern struct here here;

void here_init(const char *bdf, const char *beside);

void stage_enter(enum stage stage);
void stage_leave(void);

/* For operations that begin or end on the way; the descriptor is -1 afterwards. */
void device_open(void);
void device_close(void);
void close_file(int *fd);
void memory_map(void);
void memory_unmap(void);

#endif
