// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl whitelist: the drivers that may stay in a viable group, who says so, and changes of it.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "core.h"
#include "gather.h"
#include "whitelist_change.h"

enum {
	LIST_DRIVER,
	LIST_BUS,
	LIST_SOURCE,
	LIST_KERNEL,
};

#define SHOWN COLF_DEFAULT

static const struct column columns[] = {
	[LIST_DRIVER] = { "DRIVER", 0, SHOWN, COL_STRING, "driver that may stay bound", 0 },
	[LIST_BUS] = { "BUS", 0, SHOWN, COL_STRING, "bus it is meant on; none: any", 0 },
	[LIST_SOURCE] = { "SOURCE", 0, SHOWN, COL_STRING, "built-in, kernel, or file and line", 0 },
	[LIST_KERNEL] = { "KERNEL", 0, 0, COL_BOOL, "the running core has it; none: it has no list",
			  0 },
};

/* What the running core has; @told is false on the stock one. */
struct kernel_list {
	bool told;
	struct strv entries;
};

static int kernel_list_read(struct kernel_list *list, int sysfs)
{
	int ret = core_whitelist_read(sysfs, &list->entries);

	list->told = !ret;
	return ret == -ENOMEM ? ret : 0;
}

static int add_row(struct table *table, const char *driver, const char *bus, const char *source,
		   const struct kernel_list *kernel)
{
	_cleanup_free_ char *full = NULL;
	struct row *row = table_add(table, NULL);
	int ret;

	if (!row || asprintf(&full, "%s:%s", bus ?: "pci", driver) < 0)
		return -ENOMEM;
	ret = row_str(row, LIST_DRIVER, driver);
	ret |= row_str(row, LIST_BUS, bus);
	ret |= row_str(row, LIST_SOURCE, source);
	if (kernel->told)
		ret |= row_bool(row, LIST_KERNEL, strv_contains(&kernel->entries, full));
	return ret ? -ENOMEM : 0;
}

static bool is_listed(const struct whitelist *list, const char *bus, size_t n, const char *driver)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *other = list->entries[i].bus ?: "pci";

		if (strlen(other) == n && !strncmp(other, bus, n) &&
		    !strcmp(list->entries[i].driver, driver))
			return true;
	}
	return false;
}

/* What only the kernel has. */
static int add_kernel_rows(struct table *table, const struct whitelist *list,
			   const struct kernel_list *kernel)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < kernel->entries.n; i++) {
		const char *full = kernel->entries.v[i], *colon = strchr(full, ':');
		_cleanup_free_ char *bus = NULL;

		if (!colon || is_listed(list, full, colon - full, colon + 1))
			continue;
		bus = strndup(full, colon - full);
		ret = bus ? add_row(table, colon + 1, bus, "kernel", kernel) : -ENOMEM;
	}
	return ret;
}

static int add_entries(struct table *table, const struct whitelist *list,
		       const struct kernel_list *kernel)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < list->n; i++)
		ret = add_row(table, list->entries[i].driver, list->entries[i].bus,
			      list->entries[i].source, kernel);
	return ret ? ret : add_kernel_rows(table, list, kernel);
}

static void show(struct table *table, const struct host *host, struct error *err)
{
	_cleanup_(whitelist_clear) struct whitelist list = { 0 };
	struct kernel_list kernel = { 0 };

	if (whitelist_load(&list, err) < 0)
		return;
	if (kernel_list_read(&kernel, host->sysfs) || add_entries(table, &list, &kernel))
		gather_no_memory(err);
	else
		table_print(table, stdout, err);
	strv_clear(&kernel.entries);
}

static const struct {
	const char *word;
	enum whitelist_act act;
	bool takes_drivers;
} acts[] = {
	{ "add", WHITELIST_ADD, true },
	{ "remove", WHITELIST_REMOVE, true },
	{ "reset", WHITELIST_RESET, false },
	{ "apply", WHITELIST_APPLY, false },
};

static int change(const struct cmd_run *run, const struct host *host, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		if (strcmp(run->selectors[0], acts[i].word))
			continue;
		if (acts[i].takes_drivers != (run->n_selectors > 1))
			return error_set(
				err, EXIT_USAGE, EINVAL, "whitelist %s takes %s", acts[i].word,
				acts[i].takes_drivers ? "the names of drivers" : "nothing more");
		if (geteuid())
			return error_set(err, EXIT_FAILED, EPERM,
					 "whitelist %s must be run by root", acts[i].word);
		return whitelist_change(host, acts[i].act, run->selectors + 1, run->n_selectors - 1,
					err);
	}
	return error_set(err, EXIT_USAGE, EINVAL,
			 "whitelist knows no '%s'; it takes add, remove, "
			 "reset or apply",
			 run->selectors[0]);
}

/* A change needs all groups, as one in use may need what would go. */
static struct host *open_host(const struct cmd_run *run, struct error *err)
{
	const long no_group = -1;

	if (run->n_selectors)
		return host_scan(SCAN_GROUPS, err);
	return host_scan_groups(&no_group, 0, err);
}

static enum exit_status whitelist_run(struct cmd_run *run, struct error *err)
{
	_cleanup_(table_freep) struct table *table =
		table_new("drivers", columns, ARRAY_SIZE(columns), &run->table, err);
	_cleanup_(host_freep) struct host *host = table ? open_host(run, err) : NULL;

	if (host && (!run->n_selectors || change(run, host, err) >= 0))
		show(table, host, err);
	return EXIT_DONE;
}

const struct cmd cmd_whitelist = {
	.name = "whitelist",
	.operands = "[add DRIVER... | remove DRIVER... | reset | apply]",
	.summary = "list or change the drivers that may stay bound in a viable group",
	.flags = CMD_TABLE | CMD_OPERANDS,
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.run = whitelist_run,
};
