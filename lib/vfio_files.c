// SPDX-License-Identifier: GPL-2.0-only
#include "vfio_files.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "privilege.h"
#include "sysfs.h"

/* Both cores name a device's file so. */
#define DEVICE_LINK "anon_inode:[vfio-device]"
/* As fixed in the kernel's miscdevice.h. */
#define MISC_MAJOR  10
#define VFIO_MINOR  196

const char *vfio_file_kind_name(enum vfio_file_kind kind)
{
	static const char *const names[] = {
		[VFIO_FILE_CONTAINER] = "container", [VFIO_FILE_GROUP] = "group",
		[VFIO_FILE_DEVICE] = "device",	     [VFIO_FILE_CDEV] = "cdev",
		[VFIO_FILE_IOMMUFD] = "iommufd",
	};

	return names[kind];
}

/* The names above a node's own in /sys/dev/char/MAJOR:MINOR, such as "vfio" and "12". */
static bool node_names(int sysfs, dev_t rdev, char *subsystem, char *name, size_t size)
{
	char path[64], sub[96];

	snprintf(path, sizeof(path), "dev/char/%u:%u", major(rdev), minor(rdev));
	snprintf(sub, sizeof(sub), "%s/subsystem", path);
	return sysfs_link_name(sysfs, path, name, size) == 0 &&
	       sysfs_link_name(sysfs, sub, subsystem, size) == 0;
}

/* False for a node that has nothing to do with us. */
static bool classify_node(int sysfs, dev_t rdev, struct vfio_file *out)
{
	char subsystem[64], name[64], *end;

	if (rdev == makedev(MISC_MAJOR, VFIO_MINOR)) {
		out->kind = VFIO_FILE_CONTAINER;
		return true;
	}
	if (!node_names(sysfs, rdev, subsystem, name, sizeof(name)))
		return false;
	if (!strcmp(subsystem, "misc") && !strcmp(name, "iommu")) {
		out->kind = VFIO_FILE_IOMMUFD;
		return true;
	}
	if (!strcmp(subsystem, "vfio-dev")) {
		out->kind = VFIO_FILE_CDEV;
		out->device = strdup(name);
		return true;
	}
	if (strcmp(subsystem, "vfio"))
		return false;
	out->kind = VFIO_FILE_GROUP;
	out->group = strtol(name, &end, 10);
	if (*end || end == name)
		out->group = -1;
	return true;
}

/* One line of fdinfo, "name: value". */
static void take_line(struct vfio_file *out, char *line)
{
	char *value = strstr(line, ": ");

	if (!value)
		return;
	*value = '\0';
	value += 2;
	if (!strcmp(line, "vfio-container")) {
		out->container = strtoull(value, NULL, 10);
	} else if (!strcmp(line, "vfio-group")) {
		out->group = strtol(value, NULL, 10);
		out->told = true;
	} else if (!strcmp(line, "vfio-backend")) {
		out->told = true;
	} else if (!strcmp(line, "vfio-revoked")) {
		out->revoked = true;
	} else if (!out->device && !strcmp(line, "vfio-device")) {
		out->device = strdup(value);
	} else if (!out->device && !strcmp(line, "vfio-device-syspath")) {
		char *slash = strrchr(value, '/');

		out->device = strdup(slash ? slash + 1 : value);
	}
}

static void read_fdinfo(const struct open_file *file, struct vfio_file *out)
{
	_cleanup_free_ char *text = NULL;
	char path[64], *rest, *line;

	snprintf(path, sizeof(path), "%d/fdinfo/%.16s", file->pid, file->fd);
	text = sysfs_read_str(file->proc, path);
	rest = text;
	while (text && (line = strsep(&rest, "\n")))
		take_line(out, line);
}

/* The group of a device that the kernel has named; its own link tells. */
static void find_group(int sysfs, struct vfio_file *out)
{
	char path[128], name[32];

	if (out->group >= 0 || !out->device)
		return;
	if (out->kind == VFIO_FILE_CDEV)
		snprintf(path, sizeof(path), "class/vfio-dev/%s/device/iommu_group", out->device);
	else
		snprintf(path, sizeof(path), "bus/pci/devices/%s/iommu_group", out->device);
	if (sysfs_link_name(sysfs, path, name, sizeof(name)) == 0)
		out->group = strtol(name, NULL, 10);
}

/* A cdev is known by its own name, vfioN, until here. */
static void name_device(int sysfs, struct vfio_file *out)
{
	char path[128], name[64];

	if (out->kind != VFIO_FILE_CDEV || !out->device)
		return;
	snprintf(path, sizeof(path), "class/vfio-dev/%s/device", out->device);
	free(take_ptr(out->device));
	if (sysfs_link_name(sysfs, path, name, sizeof(name)) == 0)
		out->device = strdup(name);
}

static bool classify(int sysfs, const struct open_file *file, struct vfio_file *out)
{
	struct stat st;

	if (!strcmp(file->link, DEVICE_LINK)) {
		out->kind = VFIO_FILE_DEVICE;
		return true;
	}
	return open_file_may_be_node(file) && !fstatat(file->fds, file->fd, &st, 0) &&
	       S_ISCHR(st.st_mode) && classify_node(sysfs, st.st_rdev, out);
}

static int add_process(struct vfio_files *out, const struct open_file *file)
{
	if (out->n_processes && out->processes[out->n_processes - 1].pid == file->pid)
		return 0;
	if (out->n_processes == out->processes_room) {
		size_t room = out->processes_room ? out->processes_room * 2 : 8;
		struct process *v = reallocarray(out->processes, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		out->processes = v;
		out->processes_room = room;
	}
	return process_read(&out->processes[out->n_processes++], file->proc, file->pid);
}

static int add_file(struct vfio_files *out, const struct vfio_file *found)
{
	if (out->n == out->room) {
		size_t room = out->room ? out->room * 2 : 16;
		struct vfio_file *v = reallocarray(out->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		out->v = v;
		out->room = room;
	}
	out->v[out->n++] = *found;
	return 0;
}

static int on_file(void *arg, const struct open_file *file)
{
	struct vfio_files *out = arg;
	struct vfio_file found = { .group = -1, .fd = atoi(file->fd) };
	int ret;

	if (!classify(out->sysfs, file, &found))
		return 0;
	ret = add_process(out, file);
	if (ret < 0)
		goto forget;
	found.process = out->n_processes - 1;
	read_fdinfo(file, &found);
	find_group(out->sysfs, &found);
	name_device(out->sysfs, &found);
	found.link = strdup(file->link);
	ret = add_file(out, &found);
	if (!ret)
		return 0;
forget:
	free(found.device);
	free(found.link);
	return ret;
}

int vfio_files_find(struct vfio_files *out, int sysfs)
{
	int ret;

	out->sysfs = sysfs;
	ret = processes_each_file(on_file, out, &out->complete);
	out->complete = out->complete && processes_all_listed();
	return ret;
}

void vfio_files_clear(struct vfio_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->v[i].device);
		free(files->v[i].link);
	}
	for (size_t i = 0; i < files->n_processes; i++)
		process_clear(&files->processes[i]);
	free(files->v);
	free(files->processes);
	*files = (struct vfio_files){ 0 };
}

int vfio_files_same(const struct vfio_files *files, const struct vfio_file *a,
		    const struct vfio_file *b)
{
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_LOOK);
	long ret = syscall(SYS_kcmp, files->processes[a->process].pid,
			   files->processes[b->process].pid, KCMP_FILE, a->fd, b->fd);

	return ret < 0 ? -errno : !ret;
}
