/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device as a client of VFIO has it: opened through its group and a container, or through its own
 * node and iommufd. Each call may hang in the kernel, so all of this belongs into a process that
 * needs not be waited for (bounded.h).
 */
#ifndef VFIOCTL_VFIO_SESSION_H
#define VFIOCTL_VFIO_SESSION_H

#include <stdint.h>
#include <time.h>

#include "vfio_info.h"
#include "vfio_way.h"

/* @device is its file. Filled by vfio_session_open(), given back by vfio_session_close(). */
struct vfio_session {
	const struct vfio_way *way;
	int container, group; /* -1 with a node of its own */
	int iommufd;	      /* -1 with a group */
	uint32_t ioas;
	uint32_t type; /* of the container's backend, VFIO_TYPE1v2_IOMMU or what there is */
	int device;
};

/*
 * Opens the device, attached to a container or address space of its own. 0; EXIT_BUSY: somebody
 * has it; EXIT_NOT_VIABLE: the kernel says that its group is not; else EXIT_FAILED. The sentence
 * says which step the kernel refused, and where possible what to do.
 */
int vfio_session_open(struct vfio_session *session, const struct vfio_way *way, struct error *err);
void vfio_session_close(struct vfio_session *session);

/*
 * An INFO ioctl whose answer may be longer than its fixed part @head of @size bytes, which begins
 * with argsz. The whole answer is a new buffer in *@answer of *@answer_size bytes, which the caller
 * frees. 0 or -errno; -E2BIG when the kernel wants more than an answer can sensibly have.
 */
int vfio_ask(int fd, unsigned long request, const void *head, size_t size, void **answer,
	     size_t *answer_size);

/* The answer of VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, for vfio_hits_parse(); the same way. */
int vfio_session_hits(const struct vfio_session *session, void **answer, size_t *size);

/* The ranges of addresses that iommufd allows, as a new array in *@ranges. 0 or -errno. */
int vfio_session_ioas_ranges(const struct vfio_session *session, struct vfio_span **ranges,
			     size_t *n, uint64_t *alignment);

/* What mapping @size bytes of memory at @iova and unmapping them took; nothing stays mapped. */
struct vfio_dma_trial {
	uint64_t iova, size;
	int map_errnum, unmap_errnum; /* 0: it worked */
	uint64_t map_ns, unmap_ns;
};

/* Fills in the results for @trial->iova and @trial->size. */
void vfio_session_try_dma(const struct vfio_session *session, struct vfio_dma_trial *trial);

#endif
