// SPDX-License-Identifier: GPL-2.0-only
#include "reset_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "act_table.h"
#include "cleanup.h"

enum {
	RESET_BDF,
	RESET_GROUP,
	RESET_DRIVER,
	RESET_METHODS,
	RESET_HITS,
	RESET_HIT_DRIVERS,
	RESET_SOURCE,
	RESET_RESULT,
	RESET_STATUS,
	RESET_MESSAGE,
};

#define SHOWN	COLF_DEFAULT

/* When nothing is done, there is no result to show, but more to know. */
#define LOOKING "bdf,group,driver,methods,hits,hit-drivers,source"

/* clang-format off */
const struct column reset_columns[RESET_N_COLUMNS] = {
	[RESET_BDF] = { "BDF", 12, SHOWN, COL_STRING, "address, or name on another bus", 0 },
	[RESET_GROUP] = { "GROUP", 4, SHOWN | COLF_RIGHT, COL_NUMBER, "IOMMU group", 0 },
	[RESET_DRIVER] = { "DRIVER", 8, SHOWN, COL_STRING, "its driver", 0 },
	[RESET_METHODS] = { "METHODS", 8, SHOWN | COLF_INLINE, COL_STRINGS,
		"enabled reset methods, the first one is tried first; none: it has none of its own", 0 },
	[RESET_HITS] = { "HITS", 12, 0, COL_STRINGS,
		"others that a hot reset, of the slot or bus, would hit", RESET_NEEDS_HITS },
	[RESET_HIT_DRIVERS] = { "HIT-DRIVERS", 8, 0, COL_STRINGS, "driver of each of HITS",
		RESET_NEEDS_HITS },
	[RESET_SOURCE] = { "SOURCE", 8, 0, COL_STRING,
		"who tells of HITS: kernel or topology; none: a hot reset is not possible",
		RESET_NEEDS_HITS },
	[RESET_RESULT] = { "RESULT", 8, SHOWN, COL_STRING,
		"done, unchanged, refused, busy, failed, rolled-back, not-rolled-back, timed-out, "
		"not-started", 0 },
	[RESET_STATUS] = { "STATUS", 2, COLF_RIGHT, COL_NUMBER, "exit status of this device", 0 },
	[RESET_MESSAGE] = { "MESSAGE", 0.4, SHOWN | COLF_TRUNC, COL_STRING,
		"what there is to say about it", 0 },
};

const struct column reset_plan_columns[RESET_N_PLAN_COLUMNS] = {
	[PLAN_BDF] = { "BDF", 12, SHOWN, COL_STRING, "address, or name on another bus", 0 },
	[PLAN_GROUP] = { "GROUP", 4, SHOWN | COLF_RIGHT, COL_NUMBER, "IOMMU group", 0 },
	[PLAN_NR] = { "NR", 2, SHOWN | COLF_RIGHT, COL_NUMBER, "the step's number", 0 },
	[PLAN_STEP] = { "STEP", 8, SHOWN, COL_STRING,
		"choose, reset, verify; none; hit; block, unknown, ask, inform, allowed; refuse", 0 },
	[PLAN_VALUE] = { "VALUE", 8, SHOWN, COL_STRING,
		"methods of the step, who is hit, or reason of what was found", 0 },
	[PLAN_UNDO] = { "UNDO", 12, SHOWN, COL_STRING, "what undoes it", 0 },
	[PLAN_MESSAGE] = { "MESSAGE", 0.4, SHOWN | COLF_TRUNC, COL_STRING,
		"what there is to say about it", 0 },
};
/* clang-format on */

struct table *reset_table_new(const struct cmd_run *run, bool acts, struct error *err)
{
	struct table_options shown = run->table;

	if (run->dry_run)
		return table_new("steps", reset_plan_columns, RESET_N_PLAN_COLUMNS, &shown, err);
	if (!acts && !shown.columns)
		shown.columns = LOOKING;
	return table_new("devices", reset_columns, RESET_N_COLUMNS, &shown, err);
}

static int fill_hits(struct row *row, const struct hot_reset *hits)
{
	int ret = row_str(row, RESET_SOURCE,
			  hits->source == HOT_RESET_NONE ? NULL
							 : hot_reset_source_name(hits->source));

	ret |= row_strv(row, RESET_HITS, &hits->names);
	for (size_t i = 0; i < hits->drivers.n; i++)
		ret |= row_add(row, RESET_HIT_DRIVERS,
			       *hits->drivers.v[i] ? hits->drivers.v[i] : NULL);
	return ret;
}

static int fill_result(struct row *row, const struct change *change)
{
	int ret = row_str(row, RESET_RESULT, change_result_name(change->result));

	ret |= row_num(row, RESET_STATUS, change->status);
	if (change->status != EXIT_DONE)
		row_colour(row, "red");
	return ret | row_str(row, RESET_MESSAGE, change->message);
}

static int fill(struct row *row, const struct reset *reset, const struct strv *methods)
{
	const struct device *device = reset->change->target.device;
	int ret = row_str(row, RESET_BDF, device->name);

	if (device->group_id >= 0)
		ret |= row_num(row, RESET_GROUP, device->group_id);
	ret |= row_str(row, RESET_DRIVER, device->driver ? device->driver->name : NULL);
	return ret | row_strv(row, RESET_METHODS, methods);
}

int reset_rows(struct table *table, const struct resets *resets, const struct hot_reset *hits,
	       bool acted)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < resets->n; i++) {
		const struct reset *reset = &resets->v[i];
		struct row *row = table_add(table, NULL);

		if (!row)
			return -ENOMEM;
		ret = fill(row, reset, &reset->methods);
		if (hits)
			ret |= fill_hits(row, &hits[i]);
		if (acted)
			ret |= fill_result(row, reset->change);
	}
	return ret ? -ENOMEM : 0;
}

/* Plans. */

static char *joined(const struct strv *words)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; f && i < words->n; i++)
		fprintf(f, "%s%s", i ? "," : "", words->v[i]);
	if (!f || fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static int add_step(struct table *table, const struct reset *reset, size_t *nr, const char *step,
		    const char *value, const char *undo)
{
	struct row *row = act_plan_row(table, reset->change);
	int ret;

	if (!row)
		return -ENOMEM;
	if (nr)
		row_num(row, PLAN_NR, (long long)++*nr);
	ret = row_str(row, PLAN_STEP, step) | row_str(row, PLAN_VALUE, value);
	if (undo)
		ret |= row_strf(row, PLAN_UNDO, "choose %s", undo);
	return ret;
}

static int add_hits(struct table *table, const struct reset *reset,
		    const struct reset_request *request)
{
	int ret = 0;

	if (!reset_begins_with_bus(reset, request))
		return 0;
	for (size_t i = 0; !ret && i < reset->n_hits; i++)
		ret = add_step(table, reset, NULL, "hit", reset->hits[i]->name, NULL);
	return ret;
}

static int add_steps(struct table *table, const struct reset *reset,
		     const struct reset_request *request)
{
	_cleanup_free_ char *wanted = joined(&request->methods);
	_cleanup_free_ char *tried = joined(reset_methods_of(reset, request));
	_cleanup_free_ char *had = joined(&reset->methods);
	size_t nr = 0;
	int ret = 0;

	if (!wanted || !tried || !had)
		return -ENOMEM;
	if (request->methods.n)
		ret = add_step(table, reset, &nr, "choose", wanted, had);
	if (!ret && request->now)
		ret = add_step(table, reset, &nr, "reset",
			       reset_takes_owner(reset, request) ? "bus" : tried, NULL)
			      ?: add_step(table, reset, &nr, "verify", NULL, NULL);
	return ret;
}

int reset_plan_rows(struct table *table, const struct resets *resets)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < resets->n; i++) {
		const struct reset *reset = &resets->v[i];

		ret = act_plan_findings(table, resets->set, reset->change);
		if (!ret)
			ret = add_hits(table, reset, resets->request);
		if (!ret && reset->change->ended)
			ret = act_plan_note(table, reset->change, "refuse");
		else if (!ret)
			ret = add_steps(table, reset, resets->request);
	}
	return ret ? -ENOMEM : 0;
}
