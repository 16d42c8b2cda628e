/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a client gets from a device through VFIO, found out by being one for a moment, in a process
 * of its own.
 */
#ifndef VFIOCTL_VFIO_PROBE_H
#define VFIOCTL_VFIO_PROBE_H

#include "vfio_session.h"

/* Zero-initialise; vfio_probe_clear() gives back. */
struct vfio_probe {
	const char *backend;	/* "type1v2", "type1", "iommufd" */
	struct strv extensions; /* of the container: "cache-coherent", "unmap-all", ... */
	struct vfio_iommu iommu;
	uint64_t alignment; /* iommufd: of what may be mapped; else 0 */
	struct vfio_device_facts device;
	struct vfio_region *regions;
	size_t n_regions;
	struct vfio_irq *irqs;
	size_t n_irqs;
	struct strv features;
	bool tried; /* @trial holds what came of the mapping */
	struct vfio_dma_trial trial;
};

/*
 * Opens the device that @way leads to, asks, and closes it again. With @dma_size, which is a
 * multiple of the page size, so much memory is mapped and unmapped. 0, also when that failed:
 * @out->trial tells. Otherwise as vfio_session_open(); EXIT_TIMED_OUT when it did not end within
 * @timeout_ms, in which case a process is left behind; EXIT_FAILED when the kernel's answer makes
 * no sense. What was learned before a failure is in @out.
 */
int vfio_probe(struct vfio_probe *out, const struct vfio_way *way, uint64_t dma_size,
	       int timeout_ms, struct error *err);
void vfio_probe_clear(struct vfio_probe *probe);

/*
 * Which functions a hot reset would hit, this one among them, as the kernel tells it; for that the
 * device is opened. As above; -ENODEV without a sentence: neither slot nor bus can be reset.
 */
int vfio_probe_hits(struct vfio_hits *out, const struct vfio_way *way, int timeout_ms,
		    struct error *err);

#endif
