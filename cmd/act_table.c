// SPDX-License-Identifier: GPL-2.0-only
#include "act_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "node.h"
#include "viability.h"

enum {
	COL_BDF,
	COL_GROUP,
	COL_RESULT,
	COL_FROM,
	COL_TO,
	COL_NODE,
	COL_VIABLE,
	COL_BLOCKERS,
	COL_CLEAR,
	COL_STATUS,
	COL_MESSAGE,
};

const struct column act_columns[ACT_N_COLUMNS] = {
	[COL_BDF] = { "BDF", 12, COLF_DEFAULT, COL_STRING, "address, or name on another bus", 0 },
	[COL_GROUP] = { "GROUP", 4, COLF_DEFAULT | COLF_RIGHT, COL_NUMBER, "IOMMU group", 0 },
	[COL_RESULT] = { "RESULT", 8, COLF_DEFAULT, COL_STRING,
			 "done, unchanged, refused, failed, rolled-back, not-rolled-back, "
			 "timed-out, busy, not-started; of recover also finished, undone, "
			 "forgotten",
			 0 },
	[COL_FROM] = { "FROM", 8, COLF_DEFAULT, COL_STRING, "driver before", 0 },
	[COL_TO] = { "TO", 8, COLF_DEFAULT, COL_STRING, "driver now", 0 },
	[COL_NODE] = { "NODE", 12, COLF_DEFAULT, COL_STRING, "the group's device node", 0 },
	[COL_VIABLE] = { "VIABLE", 3, COLF_DEFAULT, COL_BOOL, "is the whole group viable now", 0 },
	[COL_BLOCKERS] = { "BLOCKERS", 12, 0, COL_STRINGS, "devices that block the group", 0 },
	[COL_CLEAR] = { "CLEAR", 12, 0, COL_STRINGS, "commands that clear the blockers", 0 },
	[COL_STATUS] = { "STATUS", 2, COLF_RIGHT, COL_NUMBER, "exit status of this device", 0 },
	[COL_MESSAGE] = { "MESSAGE", 0.4, COLF_DEFAULT | COLF_TRUNC, COL_STRING,
			  "what there is to say about it", 0 },
};

const struct column act_plan_columns[ACT_N_PLAN_COLUMNS] = {
	[PLAN_BDF] = { "BDF", 12, COLF_DEFAULT, COL_STRING, "address, or name on another bus", 0 },
	[PLAN_GROUP] = { "GROUP", 4, COLF_DEFAULT | COLF_RIGHT, COL_NUMBER, "IOMMU group", 0 },
	[PLAN_NR] = { "NR", 2, COLF_DEFAULT | COLF_RIGHT, COL_NUMBER, "the step's number", 0 },
	[PLAN_STEP] = { "STEP", 8, COLF_DEFAULT, COL_STRING,
			"load, unbind, override, bind, probe, verify; none; "
			"block, unknown, ask, inform, allowed; refuse; forgotten",
			0 },
	[PLAN_VALUE] = { "VALUE", 8, COLF_DEFAULT, COL_STRING,
			 "driver or module of the step, or reason of what was found", 0 },
	[PLAN_UNDO] = { "UNDO", 12, COLF_DEFAULT, COL_STRING, "what undoes it", 0 },
	[PLAN_MESSAGE] = { "MESSAGE", 0.4, COLF_DEFAULT | COLF_TRUNC, COL_STRING,
			   "what there is to say about it", 0 },
};

static void set_group(struct row *row, size_t id, const struct device *device)
{
	if (device->group_id >= 0)
		row_num(row, id, device->group_id);
}

static int no_memory(struct error *err)
{
	return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
}

/* What is true after the change, from a scan of the groups that it touched. */
struct aftermath {
	struct host *host;
	struct whitelist list;
};

static void name_blockers(const struct cmd_run *run, const struct group *group,
			  const struct viability *v)
{
	for (size_t i = 0; i < v->n_blockers; i++) {
		_cleanup_free_ char *why = viability_reason(v->blockers[i]);
		_cleanup_free_ char *command = viability_command(v->blockers[i]);

		cmd_warn(run, "group %ld is not viable yet: %s%s%s%s", group->id, why ?: "?",
			 command ? "; '" : "", command ?: "", command ? "' clears it" : "");
	}
}

static void fill_viability(struct row *row, const struct cmd_run *run, const struct aftermath *a,
			   long id, bool bound, bool first)
{
	const struct group *group = a->host ? host_group(a->host, id) : NULL;
	struct viability v = { 0 };

	if (!group || viability_judge(group, &a->list, &v))
		return;
	row_bool(row, COL_VIABLE, v.viable);
	for (size_t i = 0; i < v.n_blockers; i++) {
		_cleanup_free_ char *command = viability_command(v.blockers[i]);

		row_add(row, COL_BLOCKERS, v.blockers[i]->name);
		if (command)
			row_add(row, COL_CLEAR, command);
	}
	if (bound && first)
		name_blockers(run, group, &v);
	viability_clear(&v);
}

static bool is_bound(const struct change_set *set, const struct change *change)
{
	return set->verb == CHANGE_BIND &&
	       (change->result == CHANGE_DONE || change->result == CHANGE_UNCHANGED) &&
	       change->driver && strstr(change->to ?: "", "vfio");
}

static void fill_result(struct row *row, const struct change *change)
{
	const struct device *device = change->target.device;
	struct node node;

	row_str(row, COL_BDF, device->name);
	set_group(row, COL_GROUP, device);
	row_str(row, COL_RESULT, change_result_name(change->result));
	row_str(row, COL_FROM, change->from);
	row_str(row, COL_TO, change->to);
	row_num(row, COL_STATUS, change->status);
	row_str(row, COL_MESSAGE, change->message);
	if (device->group_id >= 0 && node_of_group(device->group_id, &node))
		row_str(row, COL_NODE, node.path);
	if (change->status != EXIT_DONE)
		row_colour(row, "red");
}

int act_check_output(const struct cmd_run *run, struct error *err)
{
	const struct column *columns = run->dry_run ? act_plan_columns : act_columns;
	size_t n = run->dry_run ? ACT_N_PLAN_COLUMNS : ACT_N_COLUMNS;
	_cleanup_(table_freep) struct table *table =
		table_new("devices", columns, n, &run->table, err);
	struct whitelist list = { 0 };
	int ret = table ? whitelist_load(&list, err) : -EINVAL;

	whitelist_clear(&list);
	return ret;
}

static int by_id(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static struct host *scan_changed(const struct change_set *set, struct error *err)
{
	_cleanup_free_ long *ids = calloc(set->n ?: 1, sizeof(*ids));
	size_t n = 0;

	if (!ids) {
		no_memory(err);
		return NULL;
	}
	for (size_t i = 0; i < set->n; i++)
		if (set->v[i].target.device->group_id >= 0)
			ids[n++] = set->v[i].target.device->group_id;
	qsort(ids, n, sizeof(*ids), by_id);
	return host_scan_groups(ids, n, err);
}

/* Devices that are on record and not there any more have little else to be said of them. */
static int add_gone(struct table *table, const struct change_set *set, size_t bdf, size_t result,
		    size_t message)
{
	for (size_t i = 0; set->gone && i < set->gone->n; i++) {
		const char *name = strchr(set->gone->v[i], ':') + 1;
		struct row *row = table_add(table, NULL);

		if (!row)
			return -ENOMEM;
		row_str(row, bdf, name);
		row_str(row, result, change_result_name(CHANGE_FORGOTTEN));
		row_str(row, message, "the device that is on record is gone");
	}
	return 0;
}

int act_print_results(const struct cmd_run *run, const struct change_set *set, struct error *err)
{
	_cleanup_(table_freep) struct table *table =
		table_new("devices", act_columns, ACT_N_COLUMNS, &run->table, err);
	struct aftermath after = { 0 };
	int ret = 0;

	if (!table)
		return -EINVAL;
	/* What was done is told even when what it led to cannot be. */
	after.host = scan_changed(set, err);
	if (after.host && whitelist_load(&after.list, err)) {
		host_free(after.host);
		after.host = NULL;
	}
	for (size_t i = 0; !ret && i < set->n; i++) {
		const struct change *change = &set->v[i];
		long id = change->target.device->group_id;
		struct row *row = table_add(table, NULL);

		if (!row) {
			ret = no_memory(err);
			break;
		}
		fill_result(row, change);
		fill_viability(row, run, &after, id, is_bound(set, change),
			       !i || set->v[i - 1].target.device->group_id != id);
	}
	whitelist_clear(&after.list);
	host_free(after.host);
	if (!ret && add_gone(table, set, COL_BDF, COL_RESULT, COL_MESSAGE))
		ret = no_memory(err);
	return ret ?: table_print(table, stdout, err);
}

static void fill_undo(struct row *row, const struct step *step)
{
	switch (step->kind) {
	case STEP_UNBIND:
		row_strf(row, PLAN_UNDO, "bind %s", step->undo);
		break;
	case STEP_OVERRIDE:
		row_strf(row, PLAN_UNDO, "override %s", *step->undo ? step->undo : "none");
		break;
	case STEP_BIND:
	case STEP_PROBE:
		row_str(row, PLAN_UNDO, "unbind");
		break;
	case STEP_VERIFY:
		break;
	}
}

struct row *act_plan_row(struct table *table, const struct change *change)
{
	struct row *row = table_add(table, NULL);

	if (!row)
		return NULL;
	row_str(row, PLAN_BDF, change->target.device->name);
	set_group(row, PLAN_GROUP, change->target.device);
	return row;
}

int act_plan_note(struct table *table, const struct change *change, const char *step)
{
	struct row *row = act_plan_row(table, change);

	if (!row)
		return -ENOMEM;
	row_str(row, PLAN_STEP, step);
	row_str(row, PLAN_MESSAGE, change->message);
	if (change->status != EXIT_DONE)
		row_colour(row, "red");
	return 0;
}

static int add_load(struct table *table, const struct change *change)
{
	struct row *row = act_plan_row(table, change);

	if (!row)
		return -ENOMEM;
	row_num(row, PLAN_NR, 1);
	row_str(row, PLAN_STEP, "load");
	row_str(row, PLAN_VALUE, change->unloaded);
	row_str(row, PLAN_MESSAGE, "only once it is loaded is its driver's name certain");
	return 0;
}

static int add_steps(struct table *table, const struct change *change)
{
	size_t nr = 1;

	if (change->unloaded) {
		if (add_load(table, change))
			return -ENOMEM;
		nr++;
	}
	for (size_t i = 0; i < change->steps.n; i++) {
		const struct step *step = &change->steps.steps[i];
		struct row *row = act_plan_row(table, change);

		if (!row)
			return -ENOMEM;
		row_num(row, PLAN_NR, (long long)(nr + i));
		row_str(row, PLAN_STEP, step_kind_name(step->kind));
		row_str(row, PLAN_VALUE, step->value && *step->value ? step->value : NULL);
		fill_undo(row, step);
	}
	return 0;
}

int act_plan_findings(struct table *table, const struct change_set *set,
		      const struct change *change)
{
	for (size_t i = 0; i < set->safety.n; i++) {
		const struct safety_finding *f = &set->safety.v[i];
		bool allowed = f->verdict > SAFETY_INFORM && (f->bit & set->allow);
		struct row *row;

		if (f->target != &change->target)
			continue;
		row = act_plan_row(table, change);
		if (!row)
			return -ENOMEM;
		row_str(row, PLAN_STEP, allowed ? "allowed" : safety_verdict_name(f->verdict));
		row_str(row, PLAN_VALUE, f->reason);
		row_str(row, PLAN_MESSAGE, f->resource);
		row_colour(row, allowed || f->verdict == SAFETY_INFORM ? "yellow" : "red");
	}
	return 0;
}

int act_print_plan(const struct cmd_run *run, const struct change_set *set, struct error *err)
{
	_cleanup_(table_freep) struct table *table =
		table_new("steps", act_plan_columns, ACT_N_PLAN_COLUMNS, &run->table, err);
	int ret = 0;

	if (!table)
		return -EINVAL;
	for (size_t i = 0; !ret && i < set->n; i++) {
		const struct change *change = &set->v[i];

		ret = act_plan_findings(table, set, change);
		if (!ret && change->result == CHANGE_PLANNED)
			ret = add_steps(table, change);
		else if (!ret)
			ret = act_plan_note(table, change,
					    change->status == EXIT_DONE ? "none" : "refuse");
	}
	if (!ret)
		ret = add_gone(table, set, PLAN_BDF, PLAN_STEP, PLAN_MESSAGE);
	return ret ? no_memory(err) : table_print(table, stdout, err);
}
