// SPDX-License-Identifier: GPL-2.0-only
#include "device_cells.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "cleanup.h"
#include "modules.h"
#include "names.h"
#include "node.h"
#include "viability.h"

/* Each is held by an fd. */
#define JUDGED_AT_ONCE	 256

/* Whoever only looks need not wait for as long as whoever changes. */
#define JUDGE_TIMEOUT_MS 5000

static void forget_judgement(struct device_cells *cells)
{
	safety_clear(&cells->safety);
	for (size_t i = 0; i < cells->n_targets; i++)
		target_close(&cells->targets[i]);
	free(cells->targets);
	cells->targets = NULL;
	cells->n_targets = 0;
}

int device_cells_judge(struct device_cells *cells, size_t index, struct error *err)
{
	const struct selection *sel = &cells->gather.sel;
	_cleanup_free_ const struct target **some = calloc(JUDGED_AT_ONCE, sizeof(*some));
	size_t n = 0;

	if (index < cells->first + cells->n_targets && index >= cells->first)
		return 0;
	forget_judgement(cells);
	cells->first = index;
	cells->targets = calloc(JUDGED_AT_ONCE, sizeof(*cells->targets));
	if (!cells->targets || !some)
		return gather_no_memory(err);
	while (cells->n_targets < JUDGED_AT_ONCE && index + cells->n_targets < sel->n) {
		struct target *target = &cells->targets[cells->n_targets];
		const struct device *device = sel->devices[index + cells->n_targets++];
		struct error why = { 0 };

		/* What is gone meanwhile is not judged, and its cells stay null. */
		if (!target_open(target, cells->gather.host, device, &why))
			some[n++] = target;
		else
			target_close(target);
	}
	return safety_judge(&cells->safety, some, n, SAFETY_GROUPS, JUDGE_TIMEOUT_MS, err);
}

/* NULL: it was gone. */
static const struct target *judged(const struct device_cells *cells, const struct device *device)
{
	for (size_t i = 0; i < cells->n_targets; i++)
		if (cells->targets[i].device == device)
			return &cells->targets[i];
	return NULL;
}

void device_cells_clear(struct device_cells *cells)
{
	forget_judgement(cells);
	gather_clear(&cells->gather);
	names_free(cells->names);
	modules_free(cells->modules);
}

int device_cell_basic(struct device_cells *cells, struct row *row, size_t id,
		      const struct device *device)
{
	(void)cells;
	switch (id) {
	case DEV_BDF:
		return row_str(row, id, device->name);
	case DEV_DRIVER:
		return row_str(row, id, device->driver ? device->driver->name : NULL);
	case DEV_BUS:
		return row_str(row, id, device->bus);
	case DEV_ROLE:
		return row_str(row, id, device_role_name(device->role));
	default:
		return row_str(row, id, device->modalias);
	}
}

int device_cell_id(struct device_cells *cells, struct row *row, size_t id,
		   const struct device *device)
{
	const struct pci_id *pci = &device->id;

	(void)cells;
	if (!device->has_id)
		return 0;
	if (id == DEV_PROG_IF)
		return row_strf(row, id, "%02x", pci->class_code & 0xff);
	return row_strf(row, id, "%04x:%04x", pci->vendor, pci->device);
}

static unsigned id_part(size_t id, const struct pci_id *pci)
{
	switch (id) {
	case DEV_VENDOR:
		return pci->vendor;
	case DEV_DEVICE:
		return pci->device;
	case DEV_SUBVENDOR:
		return pci->subvendor;
	case DEV_SUBDEVICE:
		return pci->subdevice;
	default:
		return pci->class_code >> 8;
	}
}

int device_cell_hex(struct device_cells *cells, struct row *row, size_t id,
		    const struct device *device)
{
	static const char digits[] = "0123456789abcdef";
	unsigned value = id_part(id, &device->id);
	char text[] = { digits[value >> 12 & 15], digits[value >> 8 & 15], digits[value >> 4 & 15],
			digits[value & 15], 0 };

	(void)cells;
	return device->has_id ? row_str(row, id, text) : 0;
}

int device_cell_group(struct device_cells *cells, struct row *row, size_t id,
		      const struct device *device)
{
	(void)cells;
	return device->group_id < 0 ? 0 : row_num(row, id, device->group_id);
}

int device_cell_vfio(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device)
{
	(void)cells;
	return row_bool(row, id, device->driver && device->driver->vfio);
}

int device_cell_verdict(struct device_cells *cells, struct row *row, size_t id,
			const struct device *device)
{
	if (device->group_id < 0)
		return 0;
	return row_str(row, id,
		       member_verdict_name(viability_of_device(device, &cells->gather.whitelist)));
}

int device_cell_viable(struct device_cells *cells, struct row *row, size_t id,
		       const struct device *device)
{
	_cleanup_(viability_clear) struct viability verdict = { 0 };

	if (!device->group)
		return 0;
	if (viability_judge(device->group, &cells->gather.whitelist, &verdict) < 0)
		return -ENOMEM;
	return row_bool(row, id, verdict.viable);
}

int device_cell_blockers(struct device_cells *cells, struct row *row, size_t id,
			 const struct device *device)
{
	_cleanup_(viability_clear) struct viability verdict = { 0 };
	int ret = 0;

	if (!device->group)
		return 0;
	if (viability_judge(device->group, &cells->gather.whitelist, &verdict) < 0)
		return -ENOMEM;
	for (size_t i = 0; !ret && i < verdict.n_blockers; i++)
		ret = row_add(row, id, verdict.blockers[i]->name);
	return ret;
}

int device_cell_name(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device)
{
	const struct pci_id *pci = &device->id;
	char name[512];

	if (!device->has_id)
		return 0;
	if (!cells->names)
		cells->names = names_new();
	if (!cells->names)
		return -ENOMEM;
	switch (id) {
	case DEV_VENDOR_NAME:
		return row_str(row, id, names_vendor(cells->names, pci->vendor));
	case DEV_DEVICE_NAME:
		return row_str(row, id, names_device(cells->names, pci->vendor, pci->device));
	case DEV_CLASS_NAME:
		return row_str(row, id, names_class(cells->names, pci->class_code));
	default:
		return gather_name(cells->names, device, name, sizeof(name))
			       ? row_str(row, id, name)
			       : 0;
	}
}

static char *read_text(const struct host *host, size_t id, const struct device *device)
{
	switch (id) {
	case DEV_OVERRIDE:
		return attr_driver_override(host, device);
	case DEV_POWER:
		return attr_read(host, device, "power_state");
	case DEV_RUNTIME:
		return attr_read(host, device, "power/runtime_status");
	case DEV_DOMAIN:
		return device->group_id < 0 ? NULL : attr_group_type(host, device->group_id);
	default:
		return attr_physfn(host, device);
	}
}

int device_cell_text(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device)
{
	_cleanup_free_ char *text = read_text(cells->gather.host, id, device);

	return row_str(row, id, text);
}

int device_cell_number(struct device_cells *cells, struct row *row, size_t id,
		       const struct device *device)
{
	const char *name = id == DEV_NUMA      ? "numa_node"
			   : id == DEV_MAX_VFS ? "sriov_totalvfs"
					       : "sriov_numvfs";
	long value;

	/* A NUMA node of -1 says that the firmware told of none. */
	if (attr_long(cells->gather.host, device, name, &value) < 0 || value < 0)
		return 0;
	return row_num(row, id, value);
}

int device_cell_list(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device)
{
	const struct host *host = cells->gather.host;
	struct strv list = { 0 };
	int ret = 0;

	if (id == DEV_RESET)
		ret = attr_words(host, device, "reset_method", &list);
	else if (device->group_id >= 0)
		ret = attr_reserved_regions(host, device->group_id, &list);
	if (ret != -ENOMEM)
		ret = row_strv(row, id, &list);
	strv_clear(&list);
	return ret;
}

/* vfio_pci itself serves every device: it is no variant. */
static int add_variants(struct row *row, size_t id, const struct strv *names)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < names->n; i++)
		if (strcmp(names->v[i], "vfio_pci"))
			ret = row_add(row, id, names->v[i]);
	return ret;
}

int device_cell_variants(struct device_cells *cells, struct row *row, size_t id,
			 const struct device *device)
{
	struct strv names = { 0 };
	int ret = 0;

	if (!device->modalias || !device->is_pci)
		return 0;
	if (!cells->modules)
		cells->modules = modules_new(NULL);
	if (!cells->modules)
		return 0;
	if (!modules_vfio_variants(cells->modules, device->modalias, &names))
		ret = add_variants(row, id, &names);
	strv_clear(&names);
	return ret;
}

int device_cell_node(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device)
{
	_cleanup_free_ char *cdev = NULL;
	char access[160];
	struct node node;

	if (id == DEV_CDEV || id == DEV_CDEV_ACCESS) {
		cdev = attr_vfio_cdev(cells->gather.host, device);
		if (!cdev || !node_of_cdev(cdev, &node))
			return 0;
	} else if (device->group_id < 0 || !node_of_group(device->group_id, &node)) {
		return 0;
	}
	if (id == DEV_NODE || id == DEV_CDEV)
		return row_str(row, id, node.path);
	node_access(&node, access, sizeof(access));
	return row_str(row, id, access);
}

int device_cell_safety(struct device_cells *cells, struct row *row, size_t id,
		       const struct device *device)
{
	const struct target *target = judged(cells, device);
	int ret = 0;

	if (!target)
		return 0;
	if (id == DEV_SAFETY)
		return row_str(row, id, safety_verdict_name(safety_worst(&cells->safety, target)));
	for (size_t i = 0; !ret && i < cells->safety.n; i++) {
		const struct safety_finding *f = &cells->safety.v[i];

		if (f->target == target)
			ret = row_add(row, id, id == DEV_REASONS ? f->reason : f->resource);
	}
	return ret;
}
