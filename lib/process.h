/* SPDX-License-Identifier: GPL-2.0-only */
/* What there is to tell of one process to who wants to know it. */
#ifndef VFIOCTL_PROCESS_H
#define VFIOCTL_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * All strings are owned, and are the process' own words: hostile. What could not be read, or does
 * not apply, is NULL.
 */
struct process {
	pid_t pid;
	char *user;			     /* name, or number where the host knows no name */
	char *command;			     /* as the kernel has it, at most 15 bytes */
	char *program;			     /* "qemu" by its arguments, "dpdk" by what it maps */
	char *vm;			     /* name of the virtual machine that a QEMU runs */
	char *unit;			     /* systemd's unit */
	bool foreign_pid_ns, foreign_mnt_ns; /* in other namespaces than we are */
};

/* Reads it all from /proc, whose fd is @proc. 0 or -ENOMEM; a process that is gone tells less. */
int process_read(struct process *out, int proc, pid_t pid);
void process_clear(struct process *process);

/*
 * Pure. The name after -name among the arguments of a QEMU, @size bytes each ended by a zero byte:
 * "-name guest=web,debug-threads=on" and "-name web" are both "web"; ",," stands for a comma. NULL
 * when it is no QEMU or has none; the caller frees.
 */
char *process_vm_of(const char *arguments, size_t size);

/* Pure. True when the first argument's last component is that of a QEMU. */
bool process_is_qemu(const char *arguments, size_t size);

/* Pure. True when @path, as /proc/PID/maps has it, is of DPDK: only its processes map it. */
bool process_maps_dpdk(const char *path);

/* Pure. The unit in the text of /proc/PID/cgroup, or NULL; the caller frees. */
char *process_unit_of(const char *cgroup);

#endif
