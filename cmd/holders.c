// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl holders: which process has which file of VFIO or iommufd open. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "gather.h"
#include "holder_notes.h"

enum {
	HOLDER_PID,
	HOLDER_USER,
	HOLDER_COMMAND,
	HOLDER_PROGRAM,
	HOLDER_VM,
	HOLDER_UNIT,
	HOLDER_KIND,
	HOLDER_FD,
	HOLDER_GROUP,
	HOLDER_DEVICE,
	HOLDER_CONTAINER,
	HOLDER_REVOKED,
	HOLDER_PATH,
	HOLDER_NAMESPACES,
};

#define SHOWN COLF_DEFAULT

/* clang-format off */
static const struct column columns[] = {
	[HOLDER_PID] = { "PID", 0, SHOWN | COLF_RIGHT, COL_NUMBER, "process", 0 },
	[HOLDER_USER] = { "USER", 0, SHOWN, COL_STRING, "its user", 0 },
	[HOLDER_COMMAND] = { "COMMAND", 0, SHOWN, COL_STRING, "its command", 0 },
	[HOLDER_PROGRAM] = { "PROGRAM", 0, 0, COL_STRING, "qemu or dpdk, if that is what it is", 0 },
	[HOLDER_VM] = { "VM", 0, SHOWN, COL_STRING, "virtual machine that it runs", 0 },
	[HOLDER_UNIT] = { "UNIT", 0, SHOWN, COL_STRING, "its systemd unit", 0 },
	[HOLDER_KIND] = { "KIND", 0, SHOWN, COL_STRING,
		"what it has: container, group, device, cdev or iommufd", 0 },
	[HOLDER_FD] = { "FD", 0, SHOWN | COLF_RIGHT, COL_NUMBER, "through which file descriptor", 0 },
	[HOLDER_GROUP] = { "GROUP", 0, SHOWN | COLF_RIGHT, COL_NUMBER, "IOMMU group, where known", 0 },
	[HOLDER_DEVICE] = { "DEVICE", 0, SHOWN, COL_STRING, "device, where known", 0 },
	[HOLDER_CONTAINER] = { "CONTAINER", 0, SHOWN | COLF_RIGHT, COL_NUMBER,
		"container, where known", 0 },
	[HOLDER_REVOKED] = { "REVOKED", 0, 0, COL_BOOL,
		"the device was taken away from it; none: not known", 0 },
	[HOLDER_PATH] = { "PATH", 0, 0, COL_STRING, "what the kernel calls the file", 0 },
	[HOLDER_NAMESPACES] = { "NAMESPACES", 0, 0, COL_STRINGS,
		"those of pid and mnt that are not ours", 0 },
};
/* clang-format on */

static int add_process(struct row *row, const struct process *process)
{
	int ret = row_num(row, HOLDER_PID, process->pid);

	ret |= row_str(row, HOLDER_USER, process->user);
	ret |= row_str(row, HOLDER_COMMAND, process->command);
	ret |= row_str(row, HOLDER_PROGRAM, process->program);
	ret |= row_str(row, HOLDER_VM, process->vm);
	ret |= row_str(row, HOLDER_UNIT, process->unit);
	if (process->foreign_pid_ns)
		ret |= row_add(row, HOLDER_NAMESPACES, "pid");
	if (process->foreign_mnt_ns)
		ret |= row_add(row, HOLDER_NAMESPACES, "mnt");
	return ret;
}

static int add_file(struct table *table, const struct vfio_file *file,
		    const struct process *process)
{
	struct row *row = table_add(table, NULL);
	int ret;

	if (!row)
		return -ENOMEM;
	ret = add_process(row, process);
	ret |= row_str(row, HOLDER_KIND, vfio_file_kind_name(file->kind));
	ret |= row_num(row, HOLDER_FD, file->fd);
	ret |= row_str(row, HOLDER_DEVICE, file->device);
	ret |= row_str(row, HOLDER_PATH, file->link);
	if (file->group >= 0)
		ret |= row_num(row, HOLDER_GROUP, file->group);
	if (file->container)
		ret |= row_num(row, HOLDER_CONTAINER, (long long)file->container);
	if (file->told && file->kind == VFIO_FILE_DEVICE)
		ret |= row_bool(row, HOLDER_REVOKED, file->revoked);
	return ret;
}

static bool selected_group(const struct selection *sel, long group)
{
	for (size_t i = 0; i < sel->n; i++)
		if (sel->devices[i]->group_id == group)
			return true;
	return false;
}

/* Has the process a file that surely belongs to what was selected? */
static bool process_selected(const struct vfio_files *files, size_t process,
			     const struct selection *sel)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->v[i].process == process && files->v[i].group >= 0 &&
		    selected_group(sel, files->v[i].group))
			return true;
	return false;
}

/* Has it a group or cdev at all, so that one knows which groups it may have devices of? */
static bool process_has_group(const struct vfio_files *files, size_t process)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->v[i].process == process && files->v[i].group >= 0)
			return true;
	return false;
}

/*
 * A file of which the kernel does not say whose group it is belongs to the selection when its
 * process has such a group; and also when it has none, as it may have been passed any device.
 */
static bool selected(const struct vfio_files *files, const struct vfio_file *file,
		     const struct selection *sel)
{
	if (file->group >= 0)
		return selected_group(sel, file->group);
	if (process_selected(files, file->process, sel))
		return true;
	return file->kind == VFIO_FILE_DEVICE && !process_has_group(files, file->process);
}

static int fill(struct table *table, const struct cmd_run *run, const struct gather *g,
		struct error *err)
{
	_cleanup_(vfio_files_clear) struct vfio_files files = { 0 };
	int ret = vfio_files_find(&files, g->host->sysfs);

	if (ret < 0)
		return holder_failure(ret, err);
	for (size_t i = 0; i < files.n; i++) {
		const struct vfio_file *file = &files.v[i];

		if (run->n_selectors && !selected(&files, file, &g->sel))
			continue;
		if (add_file(table, file, &files.processes[file->process]))
			return gather_no_memory(err);
	}
	holder_notes(run, &files);
	return 0;
}

static enum exit_status holders_run(struct cmd_run *run, struct error *err)
{
	_cleanup_(table_freep) struct table *table =
		table_new("holders", columns, ARRAY_SIZE(columns), &run->table, err);
	_cleanup_(gather_clear) struct gather g = { 0 };
	const long no_group = -1;
	int ret = 0;

	if (!table)
		return EXIT_DONE;
	/* All holders can be told without a scan of the host. */
	if (run->n_selectors)
		ret = gather_devices(&g, run, SCAN_GROUPS, err);
	else if (!(g.host = host_scan_groups(&no_group, 0, err)))
		ret = -EIO;
	if (ret >= 0 && fill(table, run, &g, err) >= 0)
		table_print(table, stdout, err);
	return EXIT_DONE;
}

const struct cmd cmd_holders = {
	.name = "holders",
	.operands = "[SELECTOR...]",
	.summary = "list the processes that hold groups, containers and devices",
	.flags = CMD_TABLE | CMD_SELECTORS,
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.run = holders_run,
};
