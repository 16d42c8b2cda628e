/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the INFO ioctls of <linux/vfio.h> answer about a device and its IOMMU, taken apart. Pure:
 * bytes in, structs out. Nothing in an answer is trusted: every offset and every count is held
 * against the size of what came.
 *
 * Each parser takes the whole answer, which may stand at any alignment. Zero-initialise what it
 * fills; the function that clears it is to be called also after a failure. -EBADMSG: a size, an
 * offset or a chain leads out of the answer or never ends; -ENOMEM.
 */
#ifndef VFIOCTL_VFIO_INFO_H
#define VFIOCTL_VFIO_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"
#include "text.h"

/* Both ends belong to it. */
struct vfio_span {
	uint64_t first, last;
};

struct vfio_spans {
	struct vfio_span *v;
	size_t n;
};

/* "0x1000-0x1fff" of each appended to @out. 0 or -ENOMEM. */
int vfio_spans_text(const struct vfio_spans *spans, struct strv *out);

struct vfio_device_facts {
	uint32_t n_regions, n_irqs;
	bool pci, reset;
	struct strv flags; /* "reset", "pci"; one that has no name yet is "bit-9" */
	struct strv caps;  /* "zpci-base"; one that has no name yet is its number */
};

int vfio_device_parse(struct vfio_device_facts *out, const void *answer, size_t size);
void vfio_device_facts_clear(struct vfio_device_facts *facts);

/* @areas: where it may be mapped, when that is not all of it or nowhere. */
struct vfio_region {
	uint32_t index;
	uint64_t size, offset; /* of its place in the device's file */
	struct strv flags, caps;
	struct vfio_spans areas;
	bool typed; /* @type and @subtype say what it is */
	uint32_t type, subtype;
};

int vfio_region_parse(struct vfio_region *out, const void *answer, size_t size);
void vfio_region_clear(struct vfio_region *region);

struct vfio_irq {
	uint32_t index, count;
	struct strv flags;
};

int vfio_irq_parse(struct vfio_irq *out, const void *answer, size_t size);
void vfio_irq_clear(struct vfio_irq *irq);

struct vfio_iommu {
	bool has_page_sizes, has_left;
	uint64_t page_sizes; /* a bit each */
	uint32_t left;	     /* mappings that may still be made */
	struct strv caps;
	struct vfio_spans ranges; /* of addresses that may be mapped */
};

int vfio_iommu_parse(struct vfio_iommu *out, const void *answer, size_t size);
void vfio_iommu_clear(struct vfio_iommu *iommu);

/* A function that is reset together with the one that was asked. */
struct vfio_hit {
	uint32_t domain;
	uint8_t bus, slot, function;
};

/* Is it the one at @addr? The kernel has but 16 bits for a domain here. */
bool vfio_hit_is(const struct vfio_hit *hit, const struct pci_address *addr);

struct vfio_hits {
	struct vfio_hit *v;
	size_t n;
};

int vfio_hits_parse(struct vfio_hits *out, const void *answer, size_t size);
void vfio_hits_clear(struct vfio_hits *hits);

/* How vfio-pci calls them; NULL: it has no name for this one. */
const char *vfio_pci_region_name(uint32_t index);
const char *vfio_pci_irq_name(uint32_t index);

/* Of VFIO_DEVICE_FEATURE; NULL: it has no name yet. */
const char *vfio_feature_name(uint32_t feature);
#define VFIO_FEATURES 11

#endif
