/* SPDX-License-Identifier: GPL-2.0-only */
/* The open files of all processes, by one walk over /proc. */
#ifndef VFIOCTL_PROCESSES_H
#define VFIOCTL_PROCESSES_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * One open file of one process, valid during the call alone. @link is what the kernel says it is, a
 * path that need not exist or lead to the file: hostile text, since processes make files of any
 * name. @fd is its number, a name below @fds.
 */
struct open_file {
	int proc; /* fd of /proc */
	pid_t pid;
	int fds; /* fd of /proc/PID/fd */
	const char *fd;
	const char *link;
};

/*
 * Calls @fn for each open file of each process, all files of a process one after the other; a
 * non-zero return ends the walk with that. *@complete becomes false when a process could not be
 * looked into. A process costs opening and closing it, two more system calls, and one for each
 * file. 0, or -errno when /proc cannot be walked at all.
 */
int processes_each_file(int (*fn)(void *arg, const struct open_file *file), void *arg,
			bool *complete);

/* False when there may be processes that this one cannot see: hidepid, or a pid namespace. */
bool processes_all_listed(void);

/*
 * Whether a file is worth a stat(). That may ask a network filesystem that does not answer, so only
 * what the kernel calls a path under /dev, or one that speaks of VFIO or an IOMMU, is; and not what
 * nearly every process has open. A container may mount a node elsewhere, but keeps the name.
 */
bool open_file_may_be_node(const struct open_file *file);

#endif
