/* SPDX-License-Identifier: GPL-2.0-only */
/* How each cell of a device's row is found. */
#ifndef VFIOCTL_DEVICE_CELLS_H
#define VFIOCTL_DEVICE_CELLS_H

#include "gather.h"
#include "safety.h"

enum device_column {
	DEV_BDF,
	DEV_ID,
	DEV_GROUP,
	DEV_DRIVER,
	DEV_VERDICT,
	DEV_NAME,
	DEV_VIABLE,
	DEV_BLOCKERS,
	DEV_BUS,
	DEV_ROLE,
	DEV_VENDOR,
	DEV_DEVICE,
	DEV_CLASS,
	DEV_PROG_IF,
	DEV_SUBVENDOR,
	DEV_SUBDEVICE,
	DEV_VENDOR_NAME,
	DEV_DEVICE_NAME,
	DEV_CLASS_NAME,
	DEV_MODALIAS,
	DEV_VFIO,
	DEV_OVERRIDE,
	DEV_VARIANTS,
	DEV_NUMA,
	DEV_RESET,
	DEV_POWER,
	DEV_RUNTIME,
	DEV_MAX_VFS,
	DEV_VFS,
	DEV_PHYSFN,
	DEV_DOMAIN,
	DEV_RESERVED,
	DEV_NODE,
	DEV_NODE_ACCESS,
	DEV_CDEV,
	DEV_CDEV_ACCESS,
	DEV_SAFETY,
	DEV_REASONS,
	DEV_RESOURCES,
};

/* Zero-initialise; what only some cells need is made when the first of them is filled. */
struct device_cells {
	struct gather gather;
	struct names *names;
	struct modules *modules;
	/* The judgement on those selected devices from @first on, some at a time. */
	struct safety safety;
	struct target *targets;
	size_t first, n_targets;
};

void device_cells_clear(struct device_cells *cells);

/*
 * Each fills the column @id of @row, one of those it knows; what cannot be read stays null. 0 or
 * -ENOMEM.
 */
int device_cell_basic(struct device_cells *cells, struct row *row, size_t id,
		      const struct device *device);
int device_cell_id(struct device_cells *cells, struct row *row, size_t id,
		   const struct device *device);
int device_cell_hex(struct device_cells *cells, struct row *row, size_t id,
		    const struct device *device);
int device_cell_group(struct device_cells *cells, struct row *row, size_t id,
		      const struct device *device);
int device_cell_vfio(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device);
int device_cell_verdict(struct device_cells *cells, struct row *row, size_t id,
			const struct device *device);
int device_cell_viable(struct device_cells *cells, struct row *row, size_t id,
		       const struct device *device);
int device_cell_blockers(struct device_cells *cells, struct row *row, size_t id,
			 const struct device *device);
int device_cell_name(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device);
int device_cell_text(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device);
int device_cell_number(struct device_cells *cells, struct row *row, size_t id,
		       const struct device *device);
int device_cell_list(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device);
int device_cell_variants(struct device_cells *cells, struct row *row, size_t id,
			 const struct device *device);
int device_cell_node(struct device_cells *cells, struct row *row, size_t id,
		     const struct device *device);

int device_cell_safety(struct device_cells *cells, struct row *row, size_t id,
		       const struct device *device);

/*
 * Judges the selected device @index, and those behind it as well: what it costs is hardly more.
 * Before the cells of that device are filled. 0, or -errno with a sentence.
 */
int device_cells_judge(struct device_cells *cells, size_t index, struct error *err);

#endif
