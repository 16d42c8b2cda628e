/* SPDX-License-Identifier: GPL-2.0-only */
/* What the clients of the type1 backend share. */
#ifndef CLIENTS_TYPE1_H
#define CLIENTS_TYPE1_H

#include <linux/vfio.h>
#include <stdint.h>

/* The device's files with the model @model set. */
struct vfio type1_open(const char *bdf, unsigned long model);

/* Bytes that an unmap released, or -errno. */
long unmapped(int container, uint32_t flags, uint64_t iova, uint64_t size);

/* A capability of GET_INFO, in memory that is never given back; NULL if it is not there. */
void *info_capability(int container, uint16_t id);
/* How many mappings there may still be. */
long dma_avail(int container);

/* VmLck of this process. */
long locked_kib(void);
/* VmLck of process @pid. */
long locked_kib_of(int pid);

/* What a range that wraps is answered with, which newer kernels changed. */
long wrap_answer(void);

#endif
