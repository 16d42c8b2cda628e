// SPDX-License-Identifier: GPL-2.0-only
#include "vfio_info.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

/* An answer. @caps: where its chain of capabilities begins, 0: it has none. */
struct answer {
	const char *bytes;
	size_t size;
	uint32_t caps;
};

/* One capability: what follows its header, up to the end of the answer. */
struct cap {
	uint16_t id, version;
	const char *body;
	size_t room;
};

/* A name for each bit or number; what stands beyond the array, or in a gap of it, has none. */
struct names_of {
	const char *const *v;
	size_t n;
};

#define NAMES(array) ((struct names_of){ array, ARRAY_SIZE(array) })

static const char *name_in(struct names_of names, uint32_t number)
{
	return number < names.n ? names.v[number] : NULL;
}

static const char *const device_flags[] = { "reset", "pci", "platform", "amba", "ccw",
					    "ap",    "fsl", "caps",	"cdx" };
static const char *const device_caps[] = {
	[1] = "zpci-base", "zpci-group", "zpci-util", "zpci-pfip", "pci-atomic-comp",
};
static const char *const region_flags[] = { "read", "write", "mmap", "caps" };
static const char *const region_caps[] = {
	[1] = "sparse-mmap", "type", "msix-mappable", "nvlink2-ssatgt", "nvlink2-lnkspd",
};
static const char *const irq_flags[] = { "eventfd", "maskable", "automasked", "noresize" };
static const char *const iommu_caps[] = { [1] = "iova-range", "migration", "dma-avail" };
static const char *const pci_regions[] = { "bar0", "bar1", "bar2",   "bar3", "bar4",
					   "bar5", "rom",  "config", "vga" };
static const char *const pci_irqs[] = { "intx", "msi", "msix", "err", "req" };
static const char *const features[VFIO_FEATURES] = {
	"vf-token",
	"migration",
	"migration-state",
	"low-power-entry",
	"low-power-entry-with-wakeup",
	"low-power-exit",
	"dma-logging-start",
	"dma-logging-stop",
	"dma-logging-report",
	"migration-data-size",
	"bus-master",
};

const char *vfio_pci_region_name(uint32_t index)
{
	return name_in(NAMES(pci_regions), index);
}

const char *vfio_pci_irq_name(uint32_t index)
{
	return name_in(NAMES(pci_irqs), index);
}

const char *vfio_feature_name(uint32_t feature)
{
	return name_in(NAMES(features), feature);
}

static int add_flags(struct strv *out, uint32_t flags, struct names_of names)
{
	int ret = 0;

	for (uint32_t bit = 0; !ret && bit < 32; bit++) {
		const char *name = name_in(names, bit);

		if (!(flags & 1U << bit))
			continue;
		ret = name ? strv_add(out, name) : strv_addf(out, "bit-%" PRIu32, bit);
	}
	return ret;
}

/* The fixed part of an answer. What an older kernel does not have yet stays zero. */
static int take_head(const void *answer, size_t size, void *head, size_t room, size_t least)
{
	if (size < least)
		return -EBADMSG;
	memset(head, 0, room);
	memcpy(head, answer, size < room ? size : room);
	return 0;
}

/*
 * Calls @fn for each capability; its failure ends the walk. No chain has more links than headers
 * fit into the answer: a longer one goes in circles.
 */
static int each_cap(const struct answer *answer, int (*fn)(void *arg, const struct cap *cap),
		    void *arg)
{
	size_t left = answer->size / sizeof(struct vfio_info_cap_header);
	struct vfio_info_cap_header header;
	int ret = 0;

	for (uint32_t at = answer->caps; !ret && at; at = header.next) {
		struct cap cap;

		if (!left-- || at > answer->size || answer->size - at < sizeof(header))
			return -EBADMSG;
		memcpy(&header, answer->bytes + at, sizeof(header));
		cap = (struct cap){
			.id = header.id,
			.version = header.version,
			.body = answer->bytes + at + sizeof(header),
			.room = answer->size - at - sizeof(header),
		};
		ret = fn(arg, &cap);
	}
	return ret;
}

static int add_cap_name(struct strv *out, const struct cap *cap, struct names_of names)
{
	const char *name = name_in(names, cap->id);

	return name ? strv_add(out, name) : strv_addf(out, "%u", cap->id);
}

/* Only this version is known here. */
static bool is_version_1(const struct cap *cap)
{
	return cap->version == 1;
}

/* The @at'th number of 32 bits in a capability's body. */
static int take_u32(const struct cap *cap, size_t at, uint32_t *out)
{
	if (cap->room / sizeof(*out) <= at)
		return -EBADMSG;
	memcpy(out, cap->body + at * sizeof(*out), sizeof(*out));
	return 0;
}

/* A capability's count, four bytes of nothing, and so many pairs. Only one list of a kind. */
static int take_pairs(const struct cap *cap, struct vfio_spans *out)
{
	struct pair {
		uint64_t a, b;
	} pair;
	const size_t begin = 2 * sizeof(uint32_t);
	uint32_t n;
	int ret = take_u32(cap, 0, &n);

	if (ret || out->v || cap->room < begin || (cap->room - begin) / sizeof(pair) < n)
		return -EBADMSG;
	out->v = calloc(n ?: 1, sizeof(*out->v));
	if (!out->v)
		return -ENOMEM;
	for (; out->n < n; out->n++) {
		memcpy(&pair, cap->body + begin + out->n * sizeof(pair), sizeof(pair));
		out->v[out->n] = (struct vfio_span){ pair.a, pair.b };
	}
	return 0;
}

static void spans_clear(struct vfio_spans *spans)
{
	free(spans->v);
	*spans = (struct vfio_spans){ 0 };
}

int vfio_spans_text(const struct vfio_spans *spans, struct strv *out)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < spans->n; i++)
		ret = strv_addf(out, "0x%" PRIx64 "-0x%" PRIx64, spans->v[i].first,
				spans->v[i].last);
	return ret;
}

/* Devices. */

static int on_device_cap(void *arg, const struct cap *cap)
{
	struct vfio_device_facts *out = arg;

	return add_cap_name(&out->caps, cap, NAMES(device_caps));
}

int vfio_device_parse(struct vfio_device_facts *out, const void *bytes, size_t size)
{
	struct vfio_device_info info;
	struct answer answer = { .bytes = bytes, .size = size };
	int ret = take_head(bytes, size, &info, sizeof(info),
			    offsetof(struct vfio_device_info, cap_offset));

	if (ret)
		return ret;
	out->n_regions = info.num_regions;
	out->n_irqs = info.num_irqs;
	out->pci = info.flags & VFIO_DEVICE_FLAGS_PCI;
	out->reset = info.flags & VFIO_DEVICE_FLAGS_RESET;
	if (info.flags & VFIO_DEVICE_FLAGS_CAPS)
		answer.caps = info.cap_offset;
	ret = add_flags(&out->flags, info.flags & ~VFIO_DEVICE_FLAGS_CAPS, NAMES(device_flags));
	return ret ?: each_cap(&answer, on_device_cap, out);
}

void vfio_device_facts_clear(struct vfio_device_facts *facts)
{
	strv_clear(&facts->flags);
	strv_clear(&facts->caps);
}

/* Regions. */

/* An area is told by where it begins and how long it is; one without length is none. */
static int take_areas(const struct cap *cap, struct vfio_spans *out)
{
	size_t kept = 0;
	int ret = take_pairs(cap, out);

	for (size_t i = 0; !ret && i < out->n; i++) {
		uint64_t first = out->v[i].first, length = out->v[i].last;

		if (!length)
			continue;
		if (length - 1 > UINT64_MAX - first)
			ret = -EBADMSG;
		else
			out->v[kept++] = (struct vfio_span){ first, first + length - 1 };
	}
	out->n = ret ? 0 : kept;
	return ret;
}

static int on_region_cap(void *arg, const struct cap *cap)
{
	struct vfio_region *out = arg;
	int ret = add_cap_name(&out->caps, cap, NAMES(region_caps));

	if (ret || !is_version_1(cap))
		return ret;
	if (cap->id == VFIO_REGION_INFO_CAP_SPARSE_MMAP)
		return take_areas(cap, &out->areas);
	if (cap->id != VFIO_REGION_INFO_CAP_TYPE)
		return 0;
	out->typed = true;
	return take_u32(cap, 0, &out->type) ?: take_u32(cap, 1, &out->subtype);
}

int vfio_region_parse(struct vfio_region *out, const void *bytes, size_t size)
{
	struct vfio_region_info info;
	struct answer answer = { .bytes = bytes, .size = size };
	int ret = take_head(bytes, size, &info, sizeof(info), sizeof(info));

	if (ret)
		return ret;
	out->index = info.index;
	out->size = info.size;
	out->offset = info.offset;
	if (info.flags & VFIO_REGION_INFO_FLAG_CAPS)
		answer.caps = info.cap_offset;
	ret = add_flags(&out->flags, info.flags & ~VFIO_REGION_INFO_FLAG_CAPS, NAMES(region_flags));
	return ret ?: each_cap(&answer, on_region_cap, out);
}

void vfio_region_clear(struct vfio_region *region)
{
	strv_clear(&region->flags);
	strv_clear(&region->caps);
	spans_clear(&region->areas);
}

/* Interrupts. */

int vfio_irq_parse(struct vfio_irq *out, const void *bytes, size_t size)
{
	struct vfio_irq_info info;
	int ret = take_head(bytes, size, &info, sizeof(info), sizeof(info));

	if (ret)
		return ret;
	out->index = info.index;
	out->count = info.count;
	return add_flags(&out->flags, info.flags, NAMES(irq_flags));
}

void vfio_irq_clear(struct vfio_irq *irq)
{
	strv_clear(&irq->flags);
}

/* The IOMMU. */

static int on_iommu_cap(void *arg, const struct cap *cap)
{
	struct vfio_iommu *out = arg;
	int ret = add_cap_name(&out->caps, cap, NAMES(iommu_caps));

	if (ret || !is_version_1(cap))
		return ret;
	if (cap->id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE)
		return take_pairs(cap, &out->ranges);
	if (cap->id != VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL)
		return 0;
	out->has_left = true;
	return take_u32(cap, 0, &out->left);
}

int vfio_iommu_parse(struct vfio_iommu *out, const void *bytes, size_t size)
{
	struct vfio_iommu_type1_info info;
	struct answer answer = { .bytes = bytes, .size = size };
	int ret = take_head(bytes, size, &info, sizeof(info),
			    offsetof(struct vfio_iommu_type1_info, cap_offset));

	if (ret)
		return ret;
	out->has_page_sizes = info.flags & VFIO_IOMMU_INFO_PGSIZES;
	out->page_sizes = info.iova_pgsizes;
	if (info.flags & VFIO_IOMMU_INFO_CAPS)
		answer.caps = info.cap_offset;
	return each_cap(&answer, on_iommu_cap, out);
}

void vfio_iommu_clear(struct vfio_iommu *iommu)
{
	strv_clear(&iommu->caps);
	spans_clear(&iommu->ranges);
}

/* Hot reset. */

bool vfio_hit_is(const struct vfio_hit *hit, const struct pci_address *addr)
{
	return hit->domain == (addr->domain & 0xffff) && hit->bus == addr->bus &&
	       hit->slot == addr->slot && hit->function == addr->function;
}

int vfio_hits_parse(struct vfio_hits *out, const void *bytes, size_t size)
{
	struct vfio_pci_hot_reset_info info;
	struct vfio_pci_dependent_device device;
	const size_t begin = sizeof(info);
	int ret = take_head(bytes, size, &info, sizeof(info), sizeof(info));

	if (ret || (size - begin) / sizeof(device) < info.count)
		return -EBADMSG;
	out->v = calloc(info.count ?: 1, sizeof(*out->v));
	if (!out->v)
		return -ENOMEM;
	for (; out->n < info.count; out->n++) {
		memcpy(&device, (const char *)bytes + begin + out->n * sizeof(device),
		       sizeof(device));
		out->v[out->n] = (struct vfio_hit){ device.segment, device.bus, device.devfn >> 3,
						    device.devfn & 7 };
	}
	return 0;
}

void vfio_hits_clear(struct vfio_hits *hits)
{
	free(hits->v);
	*hits = (struct vfio_hits){ 0 };
}
