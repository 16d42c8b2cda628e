// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl status: the host at a glance; with selectors everything known of each device. */
#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "cleanup.h"
#include "device_columns.h"
#include "dispute.h"
#include "in_use.h"
#include "iommu.h"
#include "modules.h"

enum {
	HOST_KERNEL,
	HOST_CORE,
	HOST_IOMMU,
	HOST_UNITS,
	HOST_REMAPPING,
	HOST_MODULES,
	HOST_ORIGINS,
	HOST_VERSIONS,
	HOST_FILES,
	HOST_GROUPS,
	HOST_VIABLE,
	HOST_IN_USE,
	HOST_DEVICES,
	HOST_BOUND,
	HOST_CONTAINERS,
};

enum {
	NEED_SCAN = 1 << 0,
	NEED_WHITELIST = 1 << 1,
	NEED_IN_USE = 1 << 2,
	NEED_MODULES = 1 << 3,
	NEED_IOMMU = 1 << 4,
	NEED_CONTAINERS = 1 << 5,
};

#define SHOWN COLF_DEFAULT

/* clang-format off */
static const struct column columns[] = {
	[HOST_KERNEL] = { "KERNEL", 0, SHOWN, COL_STRING, "release of the running kernel", 0 },
	[HOST_CORE] = { "CORE", 0, 0, COL_STRING, "VFIO core that is loaded: vfioctl, stock or none",
		0 },
	[HOST_IOMMU] = { "IOMMU", 0, SHOWN, COL_STRING, "kind of IOMMU; none: nothing is translated",
		NEED_IOMMU },
	[HOST_UNITS] = { "IOMMU-UNITS", 0, SHOWN, COL_STRINGS, "IOMMU units", NEED_IOMMU },
	[HOST_REMAPPING] = { "INTERRUPT-REMAPPING", 0, SHOWN, COL_BOOL,
		"interrupts of devices are remapped; none: cannot be told", NEED_IOMMU },
	[HOST_MODULES] = { "MODULES", 0, SHOWN, COL_STRINGS, "VFIO modules that are loaded",
		NEED_MODULES },
	[HOST_ORIGINS] = { "MODULE-ORIGINS", 0, SHOWN, COL_STRINGS,
		"of each module: in-tree, out-of-tree or built-in", NEED_MODULES },
	[HOST_VERSIONS] = { "MODULE-VERSIONS", 0, 0, COL_STRINGS, "version of each module",
		NEED_MODULES },
	[HOST_FILES] = { "MODULE-FILES", 0, 0, COL_STRINGS, "where each module's name leads",
		NEED_MODULES },
	[HOST_GROUPS] = { "GROUPS", 0, SHOWN, COL_NUMBER, "IOMMU groups", NEED_SCAN },
	[HOST_VIABLE] = { "VIABLE", 0, SHOWN, COL_NUMBER, "groups that are viable",
		NEED_SCAN | NEED_WHITELIST },
	[HOST_IN_USE] = { "IN-USE", 0, SHOWN, COL_NUMBER,
		"groups that are open; none: not every process could be looked into",
		NEED_SCAN | NEED_IN_USE },
	[HOST_DEVICES] = { "DEVICES", 0, SHOWN, COL_NUMBER, "devices", NEED_SCAN },
	[HOST_BOUND] = { "BOUND", 0, SHOWN, COL_NUMBER, "devices bound to VFIO drivers", NEED_SCAN },
	[HOST_CONTAINERS] = { "CONTAINERS", 0, 0, COL_NUMBER,
		"VFIO containers; none: the core does not tell", NEED_CONTAINERS },
};
/* clang-format on */

static int add_iommu(struct row *row, const struct host *host)
{
	_cleanup_(iommu_info_clear) struct iommu_info info = { 0 };
	int ret = iommu_info_read(host, &info);

	if (ret < 0)
		return ret;
	if (info.interrupt_remapping != TRI_UNKNOWN)
		row_bool(row, HOST_REMAPPING, info.interrupt_remapping == TRI_YES);
	ret = row_str(row, HOST_IOMMU, info.kind);
	return ret ? ret : row_strv(row, HOST_UNITS, &info.units);
}

static int add_module(struct row *row, const struct vfio_module *module)
{
	int ret = row_add(row, HOST_MODULES, module->name);

	ret |= row_add(row, HOST_ORIGINS, module->origin);
	ret |= row_add(row, HOST_VERSIONS, module->version);
	ret |= row_add(row, HOST_FILES, module->file);
	return ret ? -ENOMEM : 0;
}

static int add_modules(struct row *row, const struct host *host)
{
	_cleanup_(modules_freep) struct modules *modules = modules_new(NULL);
	_cleanup_(vfio_modules_clear) struct vfio_modules list = { 0 };
	int ret = 0;

	if (!modules || vfio_modules_read(modules, host->sysfs, &list) < 0)
		return 0;
	for (size_t i = 0; !ret && i < list.n; i++)
		ret = add_module(row, &list.v[i]);
	return ret;
}

static void add_devices(struct row *row, const struct host *host)
{
	long long bound = 0;

	for (size_t i = 0; i < host->n_devices; i++)
		bound += host->devices[i]->driver && host->devices[i]->driver->vfio;
	row_num(row, HOST_GROUPS, (long long)host->n_groups);
	row_num(row, HOST_DEVICES, (long long)host->n_devices);
	row_num(row, HOST_BOUND, bound);
}

/*
 * Groups that are viable, and on our core those that are in use. Where the core does not tell the
 * second, *@in_use is left alone.
 */
static int add_viable(struct row *row, const struct cmd_run *run, const struct gather *g,
		      enum core_kind core, long *in_use)
{
	long long viable = 0;
	long used = 0;

	for (size_t i = 0; i < g->host->n_groups; i++) {
		_cleanup_(group_verdict_clear) struct group_verdict verdict = { 0 };

		if (group_verdict_read(&verdict, g->host->sysfs, core, g->host->groups[i],
				       &g->whitelist) < 0)
			return -ENOMEM;
		dispute_warn(run, &verdict, g->host->groups[i]->id);
		viable += verdict.viable;
		used += verdict.kernel.opened || verdict.kernel.container;
	}
	if (core == CORE_OURS)
		*in_use = used;
	return row_num(row, HOST_VIABLE, viable);
}

static int add_containers(struct row *row, const struct host *host)
{
	_cleanup_(core_containers_clear) struct core_containers containers = { 0 };

	if (core_containers_read(host->sysfs, &containers) < 0)
		return -ENOMEM;
	return row_num(row, HOST_CONTAINERS, (long long)containers.n);
}

static int fill(struct row *row, const struct cmd_run *run, const struct gather *g, unsigned needs)
{
	enum core_kind core = core_kind(g->host->sysfs);
	struct utsname kernel;
	long in_use = -1;
	int ret = uname(&kernel) ? 0 : row_str(row, HOST_KERNEL, kernel.release);

	if (!ret)
		ret = row_str(row, HOST_CORE, core_kind_name(core));
	if (!ret && (needs & NEED_IOMMU))
		ret = add_iommu(row, g->host);
	if (!ret && (needs & NEED_MODULES))
		ret = add_modules(row, g->host);
	if (!ret && (needs & NEED_WHITELIST))
		ret = add_viable(row, run, g, core, &in_use);
	if (!ret && (needs & NEED_CONTAINERS) && core == CORE_OURS)
		ret = add_containers(row, g->host);
	if (ret)
		return ret;
	add_devices(row, g->host);
	if (needs & NEED_IN_USE) {
		if (in_use < 0)
			in_use = in_use_count(g->host);
		if (in_use >= 0)
			row_num(row, HOST_IN_USE, in_use);
	}
	return 0;
}

static void glance(struct cmd_run *run, struct error *err)
{
	_cleanup_(table_freep) struct table *table =
		table_new("hosts", columns, ARRAY_SIZE(columns), &run->table, err);
	_cleanup_(gather_clear) struct gather g = { 0 };
	struct row *row;

	if (!table || gather_devices(&g, run, SCAN_GROUPS, err) < 0)
		return;
	if ((table_needs(table) & NEED_WHITELIST) && gather_whitelist(&g, err) < 0)
		return;
	row = table_add(table, NULL);
	if (!row || fill(row, run, &g, table_needs(table)))
		gather_no_memory(err);
	else
		table_print(table, stdout, err);
}

static void tell_devices(struct cmd_run *run, struct error *err)
{
	struct table_options options = run->table;
	_cleanup_(table_freep) struct table *table = NULL;

	options.all_columns = !options.columns;
	table = table_new("devices", device_columns, N_DEVICE_COLUMNS, &options, err);
	if (table && device_rows(table, run, err) >= 0)
		table_print(table, stdout, err);
}

static enum exit_status status_run(struct cmd_run *run, struct error *err)
{
	run->table.vertical = true;
	if (run->n_selectors)
		tell_devices(run, err);
	else
		glance(run, err);
	return EXIT_DONE;
}

const struct cmd cmd_status = {
	.name = "status",
	.operands = "[SELECTOR...]",
	.summary = "show the host at a glance, or all that is known of a device",
	.flags = CMD_TABLE | CMD_SELECTORS,
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.selected_columns = device_columns,
	.n_selected_columns = N_DEVICE_COLUMNS,
	.run = status_run,
};
