// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "follow_files.h"

int used_files_find(struct used_files *used, int sysfs)
{
	int ret = vfio_files_find(&used->files, sysfs);

	return ret < 0 ? ret : containers_read(&used->containers, sysfs, &used->files);
}

void used_files_clear(struct used_files *used)
{
	containers_clear(&used->containers);
	vfio_files_clear(&used->files);
}

/* The one group that a process has open, -1: none or several. */
static long only_group_of(const struct vfio_files *files, size_t process)
{
	long group = -1;

	for (size_t i = 0; i < files->n; i++) {
		const struct vfio_file *file = &files->v[i];

		if (file->process != process || file->kind != VFIO_FILE_GROUP || file->group < 0)
			continue;
		if (group >= 0 && group != file->group)
			return -1;
		group = file->group;
	}
	return group;
}

static long group_of_file(const struct vfio_files *files, const struct vfio_file *file)
{
	return file->group >= 0 ? file->group : only_group_of(files, file->process);
}

static bool is_device(const struct vfio_file *file)
{
	return file->kind == VFIO_FILE_DEVICE || file->kind == VFIO_FILE_CDEV;
}

/* One that was inherited or passed on is one file. */
static bool counted_before(const struct vfio_files *files, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (files->v[i].kind == files->v[index].kind &&
		    vfio_files_same(files, &files->v[i], &files->v[index]) == 1)
			return true;
	return false;
}

struct known_use used_files_of(const struct used_files *used, long group, const char **device)
{
	const struct vfio_files *files = &used->files;
	struct known_use use = { 0 };
	bool unnamed = false;

	*device = NULL;
	for (size_t i = 0; i < files->n; i++) {
		const struct vfio_file *file = &files->v[i];

		if (file->kind == VFIO_FILE_GROUP && file->group == group)
			use.opened = true;
		if (!is_device(file) || file->revoked || group_of_file(files, file) != group ||
		    counted_before(files, i))
			continue;
		use.users++;
		if (!file->device || (*device && strcmp(*device, file->device)))
			unnamed = true;
		else
			*device = file->device;
	}
	if (unnamed)
		*device = NULL;
	for (size_t i = 0; i < used->containers.n; i++)
		if (used->containers.v[i].groups_known &&
		    container_has_group(&used->containers.v[i], group))
			use.attached = true;
	return use;
}
