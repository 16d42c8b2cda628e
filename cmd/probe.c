// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl probe: what a client would get from a device, found out by being one. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "gather.h"
#include "timeout.h"
#include "vfio_probe.h"

enum {
	PART_BDF,
	PART_KIND,
	PART_INDEX,
	PART_NAME,
	PART_SIZE,
	PART_COUNT,
	PART_FLAGS,
	PART_CAPS,
	PART_RANGES,
	PART_PAGE_SIZES,
	PART_FEATURES,
	PART_OFFSET,
	PART_TYPE,
	PART_RESULT,
	PART_US,
};

#define SHOWN COLF_DEFAULT

/* clang-format off */
static const struct column columns[] = {
	[PART_BDF] = { "BDF", 0, SHOWN, COL_STRING, "address, or name on another bus", 0 },
	[PART_KIND] = { "KIND", 0, SHOWN, COL_STRING,
		"iommu, device, region, irq; with --dma also map and unmap", 0 },
	[PART_INDEX] = { "INDEX", 0, SHOWN | COLF_RIGHT, COL_NUMBER,
		"of a region or an interrupt", 0 },
	[PART_NAME] = { "NAME", 0, SHOWN, COL_STRING,
		"of a region or an interrupt of PCI; the device's driver; the IOMMU's backend", 0 },
	[PART_SIZE] = { "SIZE", 0, SHOWN | COLF_RIGHT, COL_NUMBER,
		"bytes of a region, or of what was mapped", 0 },
	[PART_COUNT] = { "COUNT", 0, SHOWN | COLF_RIGHT, COL_NUMBER,
		"vectors of an interrupt; iommu: mappings that may still be made", 0 },
	[PART_FLAGS] = { "FLAGS", 0, SHOWN | COLF_INLINE, COL_STRINGS,
		"what it can; iommu: extensions that the container has", 0 },
	[PART_CAPS] = { "CAPS", 0, SHOWN | COLF_INLINE, COL_STRINGS,
		"capabilities that the kernel tells of it", 0 },
	[PART_RANGES] = { "RANGES", 0, SHOWN, COL_STRINGS,
		"iommu: addresses that may be mapped; region: the parts that may be mapped, if not all",
		0 },
	[PART_PAGE_SIZES] = { "PAGE-SIZES", 0, COLF_INLINE, COL_STRINGS,
		"iommu: sizes of pages, in bytes; iommufd: the least alignment", 0 },
	[PART_FEATURES] = { "FEATURES", 0, COLF_INLINE, COL_STRINGS, "features of the device", 0 },
	[PART_OFFSET] = { "OFFSET", 0, 0, COL_STRING, "where a region is in the device's file", 0 },
	[PART_TYPE] = { "TYPE", 0, 0, COL_STRING,
		"type and subtype of a region that only this kind of device has", 0 },
	[PART_RESULT] = { "RESULT", 0, 0, COL_STRING, "of map and unmap: done, or what went wrong",
		0 },
	[PART_US] = { "US", 0, 0 | COLF_RIGHT, COL_NUMBER, "microseconds that it took", 0 },
};
/* clang-format on */

enum probe_option {
	PROBE_DMA,
	PROBE_BACKEND,
	PROBE_TIMEOUT,
};

struct probe_options {
	bool dma;
	enum vfio_way_kind way;
	int timeout_ms;
};

/* clang-format off */
static const struct cmd_option options[] = {
	{ "dma", 0, NULL, "map a buffer for the device, and unmap it", PROBE_DMA },
	{ "backend", 0, "BACKEND", "group or cdev; by default the group, where it has a node",
	  PROBE_BACKEND },
	{ "timeout", 0, "SECONDS", "how long one device may take (10)", PROBE_TIMEOUT },
	{ 0 },
};
/* clang-format on */

/* What is mapped with --dma: more than one page, less than anybody's limit. */
#define DMA_SIZE (1U << 20)

static int set_backend(struct probe_options *o, const char *arg, struct error *err)
{
	for (enum vfio_way_kind kind = VFIO_WAY_GROUP; kind <= VFIO_WAY_CDEV; kind++)
		if (!strcmp(arg, vfio_way_name(kind))) {
			o->way = kind;
			return 0;
		}
	return error_set(err, EXIT_USAGE, EINVAL, "there is no backend '%s': it is group or cdev",
			 arg);
}

static int probe_option(struct cmd_run *run, int value, const char *arg, struct error *err)
{
	struct probe_options *o = run->verb;

	switch ((enum probe_option)value) {
	case PROBE_DMA:
		o->dma = true;
		return 0;
	case PROBE_BACKEND:
		return set_backend(o, arg, err);
	case PROBE_TIMEOUT:
		return timeout_parse(arg, &o->timeout_ms, err);
	}
	return -EINVAL;
}

/* Rows. */

struct parts {
	struct table *table;
	const struct device *device;
};

static struct row *add_row(const struct parts *parts, const char *kind)
{
	struct row *row = table_add(parts->table, NULL);

	if (!row || row_str(row, PART_BDF, parts->device->name) || row_str(row, PART_KIND, kind))
		return NULL;
	return row;
}

/* A size that no signed number holds is not shown: nothing has it. */
static int set_size(struct row *row, uint64_t size)
{
	return size <= LLONG_MAX ? row_num(row, PART_SIZE, (long long)size) : 0;
}

static int set_ranges(struct row *row, const struct vfio_spans *spans)
{
	struct strv text = { 0 };
	int ret = vfio_spans_text(spans, &text);

	if (!ret)
		ret = row_strv(row, PART_RANGES, &text);
	strv_clear(&text);
	return ret;
}

static int set_page_sizes(struct row *row, const struct vfio_probe *probe)
{
	uint64_t sizes = probe->iommu.has_page_sizes ? probe->iommu.page_sizes : probe->alignment;
	char text[24];
	int ret = 0;

	for (unsigned int bit = 0; !ret && bit < 64; bit++) {
		if (!(sizes & UINT64_C(1) << bit))
			continue;
		snprintf(text, sizeof(text), "%" PRIu64, UINT64_C(1) << bit);
		ret = row_add(row, PART_PAGE_SIZES, text);
	}
	return ret;
}

static int add_iommu(const struct parts *parts, const struct vfio_probe *probe)
{
	struct row *row = add_row(parts, "iommu");
	int ret;

	if (!row)
		return -ENOMEM;
	ret = row_str(row, PART_NAME, probe->backend);
	if (probe->iommu.has_left)
		ret |= row_num(row, PART_COUNT, probe->iommu.left);
	ret |= row_strv(row, PART_FLAGS, &probe->extensions);
	ret |= row_strv(row, PART_CAPS, &probe->iommu.caps);
	ret |= set_page_sizes(row, probe);
	return ret | set_ranges(row, &probe->iommu.ranges);
}

static int add_device(const struct parts *parts, const struct vfio_probe *probe)
{
	struct row *row = add_row(parts, "device");
	int ret;

	if (!row)
		return -ENOMEM;
	ret = row_str(row, PART_NAME, parts->device->driver->name);
	ret |= row_strv(row, PART_FLAGS, &probe->device.flags);
	ret |= row_strv(row, PART_CAPS, &probe->device.caps);
	return ret | row_strv(row, PART_FEATURES, &probe->features);
}

static int add_region(const struct parts *parts, const struct vfio_region *region, bool pci)
{
	struct row *row = add_row(parts, "region");
	int ret;

	if (!row)
		return -ENOMEM;
	ret = row_num(row, PART_INDEX, region->index);
	ret |= row_str(row, PART_NAME, pci ? vfio_pci_region_name(region->index) : NULL);
	ret |= set_size(row, region->size);
	ret |= row_strv(row, PART_FLAGS, &region->flags);
	ret |= row_strv(row, PART_CAPS, &region->caps);
	ret |= row_strf(row, PART_OFFSET, "0x%" PRIx64, region->offset);
	if (region->typed)
		ret |= row_strf(row, PART_TYPE, "0x%" PRIx32 ":0x%" PRIx32, region->type,
				region->subtype);
	return ret | set_ranges(row, &region->areas);
}

static int add_irq(const struct parts *parts, const struct vfio_irq *irq, bool pci)
{
	struct row *row = add_row(parts, "irq");
	int ret;

	if (!row)
		return -ENOMEM;
	ret = row_num(row, PART_INDEX, irq->index);
	ret |= row_str(row, PART_NAME, pci ? vfio_pci_irq_name(irq->index) : NULL);
	ret |= row_num(row, PART_COUNT, irq->count);
	return ret | row_strv(row, PART_FLAGS, &irq->flags);
}

static int add_trial(const struct parts *parts, const char *kind,
		     const struct vfio_dma_trial *trial, int errnum, uint64_t ns)
{
	struct vfio_span span = { trial->iova, trial->iova + trial->size - 1 };
	struct vfio_spans spans = { .v = &span, .n = 1 };
	struct row *row = add_row(parts, kind);
	int ret;

	if (!row)
		return -ENOMEM;
	ret = set_size(row, trial->size);
	ret |= set_ranges(row, &spans);
	ret |= row_str(row, PART_RESULT, errnum ? strerror(errnum) : "done");
	if (errnum)
		row_colour(row, "red");
	else
		ret |= row_num(row, PART_US, (long long)(ns / 1000));
	return ret;
}

static int add_trials(const struct parts *parts, const struct vfio_dma_trial *trial)
{
	int ret = add_trial(parts, "map", trial, trial->map_errnum, trial->map_ns);

	if (ret || trial->map_errnum)
		return ret;
	return add_trial(parts, "unmap", trial, trial->unmap_errnum, trial->unmap_ns);
}

static int add_parts(const struct parts *parts, const struct vfio_probe *probe)
{
	int ret = add_iommu(parts, probe);

	if (!ret)
		ret = add_device(parts, probe);
	for (size_t i = 0; !ret && i < probe->n_regions; i++)
		ret = add_region(parts, &probe->regions[i], probe->device.pci);
	for (size_t i = 0; !ret && i < probe->n_irqs; i++)
		ret = add_irq(parts, &probe->irqs[i], probe->device.pci);
	if (!ret && probe->tried)
		ret = add_trials(parts, &probe->trial);
	return ret;
}

/* The devices. */

static int check_trial(const struct vfio_probe *probe, const struct device *device,
		       struct error *err)
{
	const struct vfio_dma_trial *trial = &probe->trial;
	int errnum = trial->map_errnum ?: trial->unmap_errnum;

	if (!probe->tried || !errnum)
		return 0;
	return error_set(err, EXIT_FAILED, errnum, "cannot %s %" PRIu64 " bytes for '%s': %s%s",
			 trial->map_errnum ? "map" : "unmap", trial->size, device->name,
			 strerror(errnum),
			 errnum == ENOMEM ? "; 'ulimit -l' limits what may be locked" : "");
}

/* One device's failure is told at once, and does not keep the others from being asked. */
static enum exit_status probe_one(struct table *table, const struct cmd_run *run,
				  const struct vfio_way *way, struct error *err)
{
	const struct probe_options *o = run->verb;
	const struct parts parts = { .table = table, .device = way->device };
	_cleanup_(vfio_probe_clear) struct vfio_probe probe = { 0 };
	struct error why = way->why;

	if (!why.status)
		vfio_probe(&probe, way, o->dma ? DMA_SIZE : 0, o->timeout_ms ?: TIMEOUT_DEFAULT_MS,
			   &why);
	if (!why.status && add_parts(&parts, &probe)) {
		gather_no_memory(err);
		return EXIT_FAILED;
	}
	check_trial(&probe, way->device, &why);
	if (why.status)
		cmd_error(run, &why);
	return why.status;
}

static enum exit_status probe_all(struct table *table, const struct cmd_run *run,
				  const struct gather *g, struct error *err)
{
	const struct probe_options *o = run->verb;
	_cleanup_free_ struct vfio_way *ways = calloc(g->sel.n ?: 1, sizeof(*ways));
	enum exit_status status = EXIT_DONE;

	if (!ways) {
		gather_no_memory(err);
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < g->sel.n; i++)
		ways[i].device = g->sel.devices[i];
	if (vfio_ways_find(ways, g->sel.n, g->host, &g->whitelist, o->way, err) < 0)
		return EXIT_FAILED;
	for (size_t i = 0; i < g->sel.n; i++)
		status = exit_status_worst(status, probe_one(table, run, &ways[i], err));
	table_print(table, stdout, err);
	return status;
}

static enum exit_status probe_run(struct cmd_run *run, struct error *err)
{
	const struct probe_options *o = run->verb;
	struct table_options shown = run->table;
	_cleanup_(table_freep) struct table *table = NULL;
	_cleanup_(gather_clear) struct gather g = { 0 };

	if (o->dma && !shown.columns)
		shown.columns = "+result,us";
	table = table_new("parts", columns, ARRAY_SIZE(columns), &shown, err);
	if (!table || gather_devices(&g, run, SCAN_GROUPS, err) < 0 ||
	    gather_whitelist(&g, err) < 0)
		return EXIT_DONE;
	return probe_all(table, run, &g, err);
}

const struct cmd cmd_probe = {
	.name = "probe",
	.operands = "SELECTOR...",
	.summary = "open devices through VFIO, and show what a client would get",
	.flags = CMD_TABLE | CMD_SELECTORS | CMD_NEEDS_SELECTOR,
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.options = options,
	.verb_size = sizeof(struct probe_options),
	.option = probe_option,
	.run = probe_run,
};
