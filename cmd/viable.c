// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl viable: whether groups can be handed out; if not, what stands in the way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "dispute.h"
#include "gather.h"

enum {
	VIABLE_GROUP,
	VIABLE_VIABLE,
	VIABLE_REASONS,
	VIABLE_COMMANDS,
	VIABLE_BLOCKERS,
	VIABLE_DRIVERS,
	VIABLE_DEVICES,
	VIABLE_SOURCE,
};

#define SHOWN COLF_DEFAULT

/* clang-format off */
static const struct column columns[] = {
	[VIABLE_GROUP] = { "GROUP", 0, SHOWN | COLF_RIGHT, COL_NUMBER, "IOMMU group", 0 },
	[VIABLE_VIABLE] = { "VIABLE", 0, SHOWN, COL_BOOL, "it can be handed out", 0 },
	[VIABLE_REASONS] = { "REASONS", 0, SHOWN, COL_STRINGS, "what each blocking device does", 0 },
	[VIABLE_COMMANDS] = { "COMMANDS", 0, SHOWN, COL_STRINGS,
		"command that takes each blocking device out of the way", 0 },
	[VIABLE_BLOCKERS] = { "BLOCKERS", 0, 0, COL_STRINGS, "blocking devices", 0 },
	[VIABLE_DRIVERS] = { "DRIVERS", 0, 0, COL_STRINGS, "driver of each blocking device", 0 },
	[VIABLE_DEVICES] = { "DEVICES", 0, 0, COL_STRINGS, "all devices of the group", 0 },
	[VIABLE_SOURCE] = { "SOURCE", 0, 0, COL_STRING,
		"who says so: kernel, or computed where it says nothing", 0 },
};
/* clang-format on */

/* One line of the plural cells for each blocker. */
static int add_blocker(struct row *row, const struct device *device)
{
	_cleanup_free_ char *reason = viability_reason(device);
	_cleanup_free_ char *command = viability_command(device);
	int ret = reason ? 0 : -ENOMEM;

	ret |= row_add(row, VIABLE_REASONS, reason);
	ret |= row_add(row, VIABLE_COMMANDS, command);
	ret |= row_add(row, VIABLE_BLOCKERS, device->name);
	ret |= row_add(row, VIABLE_DRIVERS, device->driver ? device->driver->name : NULL);
	return ret ? -ENOMEM : 0;
}

/* What the kernel alone has found; there is no command that would surely help. */
static int add_kernel_blocker(struct row *row, const char *device, const char *driver)
{
	_cleanup_free_ char *reason = NULL;
	int ret;

	if (asprintf(&reason, "%s is bound to %s, says the kernel", device, driver) < 0)
		return -ENOMEM;
	ret = row_add(row, VIABLE_REASONS, reason);
	ret |= row_add(row, VIABLE_COMMANDS, NULL);
	ret |= row_add(row, VIABLE_BLOCKERS, device);
	ret |= row_add(row, VIABLE_DRIVERS, driver);
	return ret ? -ENOMEM : 0;
}

static int add_blockers(struct row *row, const struct group_verdict *verdict)
{
	const struct viability *computed = &verdict->computed;
	const struct core_group *kernel = &verdict->kernel;
	int ret = 0;

	for (size_t i = 0; !ret && i < computed->n_blockers; i++)
		ret = add_blocker(row, computed->blockers[i]);
	if (computed->n_blockers)
		return ret;
	for (size_t i = 0; !ret && i < kernel->blockers.n; i++)
		ret = add_kernel_blocker(row, kernel->blockers.v[i], kernel->drivers.v[i]);
	if (!kernel->blockers.n)
		ret = row_add(row, VIABLE_REASONS,
			      "somebody else, such as iommufd, owns the DMA of its devices");
	return ret;
}

static int add_verdict(struct table *table, const struct group *group,
		       const struct group_verdict *verdict)
{
	struct row *row = table_add(table, NULL);
	int ret;

	if (!row)
		return -ENOMEM;
	row_num(row, VIABLE_GROUP, group->id);
	row_bool(row, VIABLE_VIABLE, verdict->viable);
	row_colour(row, verdict->viable ? "green" : "red");
	ret = row_str(row, VIABLE_SOURCE, verdict->told ? "kernel" : "computed");
	if (!ret && !verdict->viable)
		ret = add_blockers(row, verdict);
	for (size_t i = 0; !ret && i < group->n_devices; i++)
		ret = row_add(row, VIABLE_DEVICES, group->devices[i]->name);
	return ret;
}

/* 1 when all are viable, 0 when not, -ENOMEM. */
static int add_verdicts(struct table *table, const struct cmd_run *run, const struct gather *g,
			struct group **groups, size_t n)
{
	enum core_kind core = core_kind(g->host->sysfs);
	bool all = true;

	for (size_t i = 0; i < n; i++) {
		_cleanup_(group_verdict_clear) struct group_verdict verdict = { 0 };

		if (group_verdict_read(&verdict, g->host->sysfs, core, groups[i], &g->whitelist) <
			    0 ||
		    add_verdict(table, groups[i], &verdict) < 0)
			return -ENOMEM;
		dispute_warn(run, &verdict, groups[i]->id);
		all = all && verdict.viable;
	}
	return all;
}

/* Who asks for a device by name wants to hear that VFIO cannot have it at all. */
static int check_all_in_groups(const struct selection *sel, struct error *err)
{
	for (size_t i = 0; i < sel->n; i++)
		if (!sel->devices[i]->group)
			return error_set(
				err, EXIT_NOT_VIABLE, ENODEV,
				"device '%s' is in no IOMMU group, so VFIO cannot hand it "
				"out; 'vfioctl status' tells whether the host has an IOMMU",
				sel->devices[i]->name);
	return 0;
}

static enum exit_status judge(struct cmd_run *run, struct gather *g, struct table *table,
			      struct error *err)
{
	_cleanup_free_ struct group **groups = NULL;
	struct error ungrouped = { 0 };
	size_t n;
	int all;

	if (gather_whitelist(g, err) < 0 || gather_groups(g, run, &groups, &n, err) < 0)
		return EXIT_DONE;
	all = add_verdicts(table, run, g, groups, n);
	if (all < 0) {
		gather_no_memory(err);
		return EXIT_DONE;
	}
	if (table_print(table, stdout, err) < 0)
		return EXIT_FAILED;
	if (run->n_selectors && check_all_in_groups(&g->sel, &ungrouped) < 0) {
		cmd_error(run, &ungrouped);
		return EXIT_NOT_VIABLE;
	}
	if (!n)
		cmd_warn(run, "this host has no IOMMU groups; 'vfioctl status' tells more");
	return all ? EXIT_DONE : EXIT_NOT_VIABLE;
}

static enum exit_status viable_run(struct cmd_run *run, struct error *err)
{
	_cleanup_(table_freep) struct table *table =
		table_new("groups", columns, ARRAY_SIZE(columns), &run->table, err);
	_cleanup_(gather_clear) struct gather g = { 0 };

	return table ? judge(run, &g, table, err) : EXIT_DONE;
}

const struct cmd cmd_viable = {
	.name = "viable",
	.operands = "[SELECTOR...]",
	.summary = "say whether groups can be handed out, and what stands in the way",
	.flags = CMD_TABLE | CMD_SELECTORS,
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.run = viable_run,
};
