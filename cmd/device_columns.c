// SPDX-License-Identifier: GPL-2.0-only
#include "device_columns.h"

#include <errno.h>

#include "cleanup.h"
#include "device_cells.h"

enum {
	NEED_GROUPS = 1 << 0,
	NEED_WHITELIST = 1 << 1,
	NEED_SAFETY = 1 << 2,
};

#define SHOWN COLF_DEFAULT

/* clang-format off */
const struct column device_columns[N_DEVICE_COLUMNS] = {
	[DEV_BDF] = { "BDF", 0, SHOWN, COL_STRING, "address, or name on another bus than PCI", 0 },
	[DEV_ID] = { "ID", 0, SHOWN, COL_STRING, "vendor and device ID, as 8086:10d3", 0 },
	[DEV_GROUP] = { "GROUP", 0, SHOWN | COLF_RIGHT, COL_NUMBER, "IOMMU group", 0 },
	[DEV_DRIVER] = { "DRIVER", 0, SHOWN, COL_STRING, "driver it is bound to", 0 },
	[DEV_VERDICT] = { "VERDICT", 0, SHOWN, COL_STRING,
		"what it means to its group: driverless, vfio, whitelisted or blocks",
		NEED_WHITELIST },
	[DEV_NAME] = { "NAME", 0.2, SHOWN | COLF_TRUNC, COL_STRING, "names of vendor and device", 0 },
	[DEV_VIABLE] = { "VIABLE", 0, 0, COL_BOOL, "its group can be handed out",
		NEED_GROUPS | NEED_WHITELIST },
	[DEV_BLOCKERS] = { "BLOCKERS", 0, 0, COL_STRINGS, "devices that make its group not viable",
		NEED_GROUPS | NEED_WHITELIST },
	[DEV_BUS] = { "BUS", 0, 0, COL_STRING, "bus it is on", 0 },
	[DEV_ROLE] = { "ROLE", 0, 0, COL_STRING, "endpoint, bridge, host or other", 0 },
	[DEV_VENDOR] = { "VENDOR", 0, 0, COL_STRING, "vendor ID, 4 hexadecimal digits", 0 },
	[DEV_DEVICE] = { "DEVICE", 0, 0, COL_STRING, "device ID, 4 hexadecimal digits", 0 },
	[DEV_CLASS] = { "CLASS", 0, 0, COL_STRING, "class and subclass, 4 hexadecimal digits", 0 },
	[DEV_PROG_IF] = { "PROG-IF", 0, 0, COL_STRING, "programming interface, 2 hexadecimal digits", 0 },
	[DEV_SUBVENDOR] = { "SUBVENDOR", 0, 0, COL_STRING, "subsystem's vendor ID", 0 },
	[DEV_SUBDEVICE] = { "SUBDEVICE", 0, 0, COL_STRING, "subsystem's device ID", 0 },
	[DEV_VENDOR_NAME] = { "VENDOR-NAME", 0, COLF_TRUNC, COL_STRING, "name of the vendor", 0 },
	[DEV_DEVICE_NAME] = { "DEVICE-NAME", 0, COLF_TRUNC, COL_STRING, "name of the device", 0 },
	[DEV_CLASS_NAME] = { "CLASS-NAME", 0, COLF_TRUNC, COL_STRING, "name of the class", 0 },
	[DEV_MODALIAS] = { "MODALIAS", 0, COLF_TRUNC, COL_STRING, "alias by which a module is found", 0 },
	[DEV_VFIO] = { "VFIO", 0, 0, COL_BOOL, "bound to a VFIO driver", 0 },
	[DEV_OVERRIDE] = { "OVERRIDE", 0, 0, COL_STRING, "driver that alone may bind it", 0 },
	[DEV_VARIANTS] = { "VARIANTS", 0, 0, COL_STRINGS,
		"modules of VFIO variant drivers made for it, the most specific first", 0 },
	[DEV_NUMA] = { "NUMA", 0, COLF_RIGHT, COL_NUMBER, "NUMA node", 0 },
	[DEV_RESET] = { "RESET-METHODS", 0, 0, COL_STRINGS, "ways to reset it, in the order of trial", 0 },
	[DEV_POWER] = { "POWER", 0, 0, COL_STRING, "PCI power state", 0 },
	[DEV_RUNTIME] = { "RUNTIME", 0, 0, COL_STRING, "state of runtime power management", 0 },
	[DEV_MAX_VFS] = { "MAX-VFS", 0, COLF_RIGHT, COL_NUMBER, "virtual functions it can have", 0 },
	[DEV_VFS] = { "VFS", 0, COLF_RIGHT, COL_NUMBER, "virtual functions it has", 0 },
	[DEV_PHYSFN] = { "PHYSFN", 0, 0, COL_STRING, "physical function of a virtual one", 0 },
	[DEV_DOMAIN] = { "DOMAIN-TYPE", 0, 0, COL_STRING, "type of its group's default domain", 0 },
	[DEV_RESERVED] = { "RESERVED", 0, 0, COL_STRINGS, "address ranges its group cannot map", 0 },
	[DEV_NODE] = { "NODE", 0, 0, COL_STRING, "its group's device node", 0 },
	[DEV_NODE_ACCESS] = { "NODE-ACCESS", 0, 0, COL_STRING, "owner, group and mode of NODE", 0 },
	[DEV_CDEV] = { "CDEV", 0, 0, COL_STRING, "its own device node", 0 },
	[DEV_CDEV_ACCESS] = { "CDEV-ACCESS", 0, 0, COL_STRING, "owner, group and mode of CDEV", 0 },
	[DEV_SAFETY] = { "SAFETY", 0, 0, COL_STRING,
		"may it be taken from the host: clear, inform, ask, unknown or block",
		NEED_GROUPS | NEED_SAFETY },
	[DEV_REASONS] = { "REASONS", 0, 0, COL_STRINGS, "why, in the words of --allow",
		NEED_GROUPS | NEED_SAFETY },
	[DEV_RESOURCES] = { "RESOURCES", 0, 0, COL_STRINGS, "what it is needed for, one for each reason",
		NEED_GROUPS | NEED_SAFETY },
};
/* clang-format on */

/* As data, so that a column that is not shown costs one comparison. */
static int (*const fill[])(struct device_cells *, struct row *, size_t, const struct device *) = {
	[DEV_BDF] = device_cell_basic,	       [DEV_ID] = device_cell_id,
	[DEV_GROUP] = device_cell_group,       [DEV_DRIVER] = device_cell_basic,
	[DEV_VERDICT] = device_cell_verdict,   [DEV_NAME] = device_cell_name,
	[DEV_VIABLE] = device_cell_viable,     [DEV_BLOCKERS] = device_cell_blockers,
	[DEV_BUS] = device_cell_basic,	       [DEV_ROLE] = device_cell_basic,
	[DEV_VENDOR] = device_cell_hex,	       [DEV_DEVICE] = device_cell_hex,
	[DEV_CLASS] = device_cell_hex,	       [DEV_PROG_IF] = device_cell_id,
	[DEV_SUBVENDOR] = device_cell_hex,     [DEV_SUBDEVICE] = device_cell_hex,
	[DEV_VENDOR_NAME] = device_cell_name,  [DEV_DEVICE_NAME] = device_cell_name,
	[DEV_CLASS_NAME] = device_cell_name,   [DEV_MODALIAS] = device_cell_basic,
	[DEV_VFIO] = device_cell_vfio,	       [DEV_OVERRIDE] = device_cell_text,
	[DEV_VARIANTS] = device_cell_variants, [DEV_NUMA] = device_cell_number,
	[DEV_RESET] = device_cell_list,	       [DEV_POWER] = device_cell_text,
	[DEV_RUNTIME] = device_cell_text,      [DEV_MAX_VFS] = device_cell_number,
	[DEV_VFS] = device_cell_number,	       [DEV_PHYSFN] = device_cell_text,
	[DEV_DOMAIN] = device_cell_text,       [DEV_RESERVED] = device_cell_list,
	[DEV_NODE] = device_cell_node,	       [DEV_NODE_ACCESS] = device_cell_node,
	[DEV_CDEV] = device_cell_node,	       [DEV_CDEV_ACCESS] = device_cell_node,
	[DEV_SAFETY] = device_cell_safety,     [DEV_REASONS] = device_cell_safety,
	[DEV_RESOURCES] = device_cell_safety,
};

_Static_assert(ARRAY_SIZE(fill) == ARRAY_SIZE(device_columns), "each column has its filler");

static int add_device(struct device_cells *cells, struct table *table, const struct device *device)
{
	struct row *row = table_add(table, NULL);

	if (!row)
		return -ENOMEM;
	if (device->driver && device->driver->vfio)
		row_colour(row, "green");
	for (size_t id = 0; id < ARRAY_SIZE(fill); id++) {
		int ret = table_shows(table, id) ? fill[id](cells, row, id, device) : 0;

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int prepare(struct device_cells *cells, const struct cmd_run *run, unsigned needs,
		   struct error *err)
{
	int ret;

	if (needs & NEED_WHITELIST) {
		ret = gather_whitelist(&cells->gather, err);
		if (ret < 0)
			return ret;
	}
	return gather_devices(&cells->gather, run, needs & NEED_GROUPS ? SCAN_GROUPS : 0, err);
}

int device_rows(struct table *table, const struct cmd_run *run, struct error *err)
{
	_cleanup_(device_cells_clear) struct device_cells cells = { 0 };
	int ret = prepare(&cells, run, table_needs(table), err);

	for (size_t i = 0; ret >= 0 && i < cells.gather.sel.n; i++) {
		if (table_needs(table) & NEED_SAFETY)
			ret = device_cells_judge(&cells, i, err);
		if (ret < 0)
			return ret;
		ret = add_device(&cells, table, cells.gather.sel.devices[i]);
		if (ret < 0)
			gather_no_memory(err);
	}
	return ret;
}
