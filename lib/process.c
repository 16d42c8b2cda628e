// SPDX-License-Identifier: GPL-2.0-only
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "sysfs.h"

/* Arguments beyond this are not looked at; libvirt gives a QEMU the name among the first. */
#define ARGUMENTS_MAX 65536

bool process_is_qemu(const char *arguments, size_t size)
{
	size_t n = strnlen(arguments, size);
	const char *slash = memrchr(arguments, '/', n);
	const char *name = slash ? slash + 1 : arguments;

	n -= name - arguments;
	return (n >= 4 && !strncmp(name, "qemu", 4)) || (n == 3 && !strncmp(name, "kvm", 3));
}

/* @text up to a comma that is no ",,", those halved. */
static char *until_comma(const char *text)
{
	char *out = strdup(text), *to = out;

	if (!out)
		return NULL;
	for (const char *from = text; *from; from++) {
		if (from[0] == ',' && from[1] != ',')
			break;
		from += from[0] == ',';
		*to++ = *from;
	}
	*to = '\0';
	return out;
}

/* The value of -name: options apart by commas, the first of which may be the name alone. */
static char *name_in(const char *value)
{
	for (const char *option = value; option; option = strchr(option, ',')) {
		option += *option == ',';
		if (!strncmp(option, "guest=", 6))
			return until_comma(option + 6);
	}
	return strcspn(value, "=") < strcspn(value, ",") ? NULL : until_comma(value);
}

char *process_vm_of(const char *arguments, size_t size)
{
	const char *at = arguments, *end = arguments + size;

	if (!size || arguments[size - 1] || !process_is_qemu(arguments, size))
		return NULL;
	for (; at < end; at += strlen(at) + 1) {
		const char *value = at + strlen(at) + 1;

		if ((!strcmp(at, "-name") || !strcmp(at, "--name")) && value < end)
			return name_in(value);
	}
	return NULL;
}

/* Its library, the file that its processes share, or its pages: the first two with any prefix. */
bool process_maps_dpdk(const char *path)
{
	const char *slash = strrchr(path, '/'), *up;

	if (*path != '/')
		return false;
	if (!strncmp(slash, "/librte_eal.so", 14) || !strncmp(slash, "/rtemap_", 8))
		return true;
	if (strncmp(slash, "/config", 7) || (slash[7] && slash[7] != ' '))
		return false;
	up = memrchr(path, '/', slash - path);
	return up && up - path >= 5 && !strncmp(up - 5, "/dpdk", 5);
}

static bool ends_with(const char *text, size_t n, const char *suffix)
{
	size_t len = strlen(suffix);

	return n > len && !strncmp(text + n - len, suffix, len);
}

/* The first component that is a unit and no slice: what is below it, the unit has made itself. */
static char *unit_in(const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (ends_with(path, n, ".service") || ends_with(path, n, ".scope") ||
		    ends_with(path, n, ".socket") || ends_with(path, n, ".mount"))
			return strndup(path, n);
		path += n;
		path += *path == '/';
	}
	return NULL;
}

/* Lines are ID:CONTROLLERS:PATH. systemd has the unified one, or with cgroups v1 its own by name.
 */
char *process_unit_of(const char *cgroup)
{
	_cleanup_free_ char *copy = strdup(cgroup);
	char *rest = copy, *line;

	while (copy && (line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "0::", 3))
			line += 3;
		else if ((line = strstr(line, ":name=systemd:")))
			line += strlen(":name=systemd:");
		if (line && *line == '/')
			return unit_in(line + 1);
	}
	return NULL;
}

/* The real user: the effective one is whatever the program is at this moment. */
static char *user_of(const char *status)
{
	const char *line = strstr(status, "\nUid:");
	struct passwd entry, *found = NULL;
	char buf[4096], *name;
	unsigned uid;

	if (!line || sscanf(line, "\nUid: %u", &uid) != 1)
		return NULL;
	if (!getpwuid_r(uid, &entry, buf, sizeof(buf), &found) && found)
		return strdup(found->pw_name);
	return asprintf(&name, "%u", uid) < 0 ? NULL : name;
}

static bool foreign_ns(int proc, pid_t pid, const char *kind)
{
	char path[64], theirs[64], ours[64];

	snprintf(path, sizeof(path), "self/ns/%s", kind);
	if (sysfs_link_name(proc, path, ours, sizeof(ours)) < 0)
		return false;
	snprintf(path, sizeof(path), "%d/ns/%s", pid, kind);
	return sysfs_link_name(proc, path, theirs, sizeof(theirs)) == 0 && strcmp(theirs, ours);
}

static void read_arguments(struct process *out, int proc)
{
	_cleanup_free_ char *arguments = malloc(ARGUMENTS_MAX + 1);
	_cleanup_close_ int fd = -1;
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "%d/cmdline", out->pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (!arguments || fd < 0)
		return;
	n = read(fd, arguments, ARGUMENTS_MAX);
	if (n <= 0)
		return;
	arguments[n] = '\0'; /* of an argument that was cut */
	n += arguments[n - 1] != '\0';
	if (process_is_qemu(arguments, n))
		out->program = strdup("qemu");
	out->vm = process_vm_of(arguments, n);
}

/* The paths of what it maps begin with the first slash of their lines. */
static bool maps_dpdk(int proc, pid_t pid)
{
	_cleanup_fclose_ FILE *in = NULL;
	_cleanup_free_ char *line = NULL;
	bool found = false;
	size_t size = 0;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%d/maps", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	in = fdopen(fd, "r");
	if (!in)
		close(fd);
	while (in && !found && getline(&line, &size, in) > 0) {
		char *name = strchr(line, '/');

		line[strcspn(line, "\n")] = '\0';
		found = name && process_maps_dpdk(name);
	}
	return found;
}

static char *read_text(int proc, pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	return sysfs_read_str(proc, path);
}

int process_read(struct process *out, int proc, pid_t pid)
{
	_cleanup_free_ char *status = read_text(proc, pid, "status");
	_cleanup_free_ char *cgroup = read_text(proc, pid, "cgroup");

	*out = (struct process){ .pid = pid, .command = read_text(proc, pid, "comm") };
	if (status)
		out->user = user_of(status);
	if (cgroup)
		out->unit = process_unit_of(cgroup);
	read_arguments(out, proc);
	if (!out->program && maps_dpdk(proc, pid))
		out->program = strdup("dpdk");
	out->foreign_pid_ns = foreign_ns(proc, pid, "pid");
	out->foreign_mnt_ns = foreign_ns(proc, pid, "mnt");
	return 0;
}

void process_clear(struct process *process)
{
	free(process->user);
	free(process->command);
	free(process->program);
	free(process->vm);
	free(process->unit);
	*process = (struct process){ 0 };
}
