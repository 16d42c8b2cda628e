// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl containers: what is mapped together for which devices, and who holds it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "container.h"
#include "gather.h"
#include "holder_notes.h"

enum {
	CONTAINER_ID,
	CONTAINER_BACKEND,
	CONTAINER_GROUPS,
	CONTAINER_DEVICES,
	CONTAINER_MAPPINGS,
	CONTAINER_MAPPED,
	CONTAINER_PINNED,
	CONTAINER_USERS,
	CONTAINER_PIDS,
	CONTAINER_COMMANDS,
	CONTAINER_PROGRAMS,
	CONTAINER_VMS,
	CONTAINER_UNITS,
};

#define SHOWN COLF_DEFAULT

/* clang-format off */
static const struct column columns[] = {
	[CONTAINER_ID] = { "ID", 0, SHOWN | COLF_RIGHT, COL_NUMBER,
		"number that the core gave it; none: stock core", 0 },
	[CONTAINER_BACKEND] = { "BACKEND", 0, SHOWN, COL_STRING, "its IOMMU backend", 0 },
	[CONTAINER_GROUPS] = { "GROUPS", 0, SHOWN, COL_STRINGS,
		"its IOMMU groups; stock core: those that its holders have open, if that is clear", 0 },
	[CONTAINER_DEVICES] = { "DEVICES", 0, SHOWN, COL_STRINGS,
		"devices of these groups that have VFIO drivers", 0 },
	[CONTAINER_MAPPINGS] = { "MAPPINGS", 0, SHOWN | COLF_RIGHT, COL_NUMBER,
		"number of DMA mappings", 0 },
	[CONTAINER_MAPPED] = { "MAPPED", 0, 0 | COLF_RIGHT, COL_NUMBER, "bytes that are mapped", 0 },
	[CONTAINER_PINNED] = { "PINNED", 0, SHOWN | COLF_RIGHT, COL_NUMBER,
		"bytes of memory that are pinned", 0 },
	[CONTAINER_USERS] = { "USERS", 0, SHOWN | COLF_RIGHT, COL_NUMBER,
		"open files of its devices", 0 },
	[CONTAINER_PIDS] = { "PIDS", 0, SHOWN, COL_STRINGS, "processes that hold it", 0 },
	[CONTAINER_COMMANDS] = { "COMMANDS", 0, SHOWN, COL_STRINGS, "command of each process", 0 },
	[CONTAINER_PROGRAMS] = { "PROGRAMS", 0, 0, COL_STRINGS,
		"of each process: qemu or dpdk, if that is what it is", 0 },
	[CONTAINER_VMS] = { "VMS", 0, SHOWN, COL_STRINGS,
		"virtual machine that each process runs", 0 },
	[CONTAINER_UNITS] = { "UNITS", 0, 0, COL_STRINGS, "systemd unit of each process", 0 },
};
/* clang-format on */

static int add_groups(struct row *row, const struct container *container, const struct host *host)
{
	int ret = 0;

	if (!container->groups_known)
		return row_unknown(row, CONTAINER_GROUPS) | row_unknown(row, CONTAINER_DEVICES);
	for (size_t i = 0; !ret && i < container->n_groups; i++) {
		const struct group *group = host_group(host, container->groups[i]);
		char id[24];

		snprintf(id, sizeof(id), "%ld", container->groups[i]);
		ret = row_add(row, CONTAINER_GROUPS, id);
		for (size_t j = 0; !ret && group && j < group->n_devices; j++)
			if (group->devices[j]->driver && group->devices[j]->driver->vfio)
				ret = row_add(row, CONTAINER_DEVICES, group->devices[j]->name);
	}
	return ret;
}

static int add_holders(struct row *row, const struct container *container,
		       const struct vfio_files *files)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < container->n_holders; i++) {
		const struct process *process = &files->processes[container->holders[i]];
		char pid[24];

		snprintf(pid, sizeof(pid), "%d", process->pid);
		ret |= row_add(row, CONTAINER_PIDS, pid);
		ret |= row_add(row, CONTAINER_COMMANDS, process->command);
		ret |= row_add(row, CONTAINER_PROGRAMS, process->program);
		ret |= row_add(row, CONTAINER_VMS, process->vm);
		ret |= row_add(row, CONTAINER_UNITS, process->unit);
	}
	return ret;
}

static int add_numbers(struct row *row, const struct core_container *core)
{
	int ret = row_str(row, CONTAINER_BACKEND, core->backend);

	ret |= row_num(row, CONTAINER_ID, (long long)core->id);
	ret |= row_num(row, CONTAINER_MAPPINGS, core->mappings);
	ret |= row_num(row, CONTAINER_MAPPED, core->mapped_bytes);
	ret |= row_num(row, CONTAINER_PINNED, core->pinned_bytes);
	ret |= row_num(row, CONTAINER_USERS, core->users);
	return ret;
}

/* What a stock core keeps to itself. */
static int add_unknown(struct row *row)
{
	static const size_t cells[] = { CONTAINER_BACKEND, CONTAINER_MAPPINGS, CONTAINER_MAPPED,
					CONTAINER_PINNED, CONTAINER_USERS };
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		ret |= row_unknown(row, cells[i]);
	return ret;
}

static int add_container(struct table *table, const struct container *container,
			 const struct vfio_files *files, const struct host *host)
{
	struct row *row = table_add(table, NULL);
	int ret;

	if (!row)
		return -ENOMEM;
	ret = container->core ? add_numbers(row, container->core) : add_unknown(row);
	ret |= add_groups(row, container, host);
	return ret | add_holders(row, container, files);
}

/* Of whose groups nothing is known, it may be the one that is asked for. */
static bool selected(const struct container *container, const struct selection *sel)
{
	for (size_t i = 0; i < sel->n; i++)
		if (container_has_group(container, sel->devices[i]->group_id))
			return true;
	return !container->groups_known;
}

static void tell_doubts(const struct cmd_run *run, const struct containers *containers,
			const struct vfio_files *files)
{
	holder_notes(run, files);
	for (size_t i = 0; i < containers->n; i++)
		if (!containers->v[i].told_apart) {
			cmd_warn(run,
				 "the kernel does not tell which open files are one container: "
				 "some may be listed more than once");
			return;
		}
}

static int fill(struct table *table, const struct cmd_run *run, const struct gather *g,
		struct error *err)
{
	_cleanup_(vfio_files_clear) struct vfio_files files = { 0 };
	_cleanup_(containers_clear) struct containers containers = { 0 };
	int ret = vfio_files_find(&files, g->host->sysfs);

	if (ret < 0)
		return holder_failure(ret, err);
	if (containers_read(&containers, g->host->sysfs, &files) < 0)
		return gather_no_memory(err);
	for (size_t i = 0; i < containers.n; i++) {
		if (run->n_selectors && !selected(&containers.v[i], &g->sel))
			continue;
		if (add_container(table, &containers.v[i], &files, g->host))
			return gather_no_memory(err);
	}
	tell_doubts(run, &containers, &files);
	return 0;
}

static enum exit_status containers_run(struct cmd_run *run, struct error *err)
{
	_cleanup_(table_freep) struct table *table =
		table_new("containers", columns, ARRAY_SIZE(columns), &run->table, err);
	_cleanup_(gather_clear) struct gather g = { 0 };

	if (table && gather_devices(&g, run, SCAN_GROUPS, err) >= 0 &&
	    fill(table, run, &g, err) >= 0)
		table_print(table, stdout, err);
	return EXIT_DONE;
}

const struct cmd cmd_containers = {
	.name = "containers",
	.operands = "[SELECTOR...]",
	.summary = "list VFIO containers, what they map, and who holds them",
	.flags = CMD_TABLE | CMD_SELECTORS,
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.run = containers_run,
};
