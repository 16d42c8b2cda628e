/* SPDX-License-Identifier: GPL-2.0-only */
/* Which processes have a device node open. One walk over /proc answers for many nodes. */
#ifndef VFIOCTL_HOLDERS_H
#define VFIOCTL_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct holder {
	size_t node; /* index into what holders_find() was given */
	pid_t pid;
	char command[32]; /* as the kernel has it, which the process may have chosen: hostile */
};

/* Zero-initialise; holders_clear() gives back. */
struct holders {
	struct holder *v;
	size_t n, room;
	bool complete; /* every process could be looked into */
};

/*
 * What is looked for: a device node by its number, or a file by its path as the kernel tells it
 * ("/dev/sda", "socket:[42]"), or both. With @begins, every file whose path begins so. What is
 * mapped may be asked for by its place in the file as well.
 */
struct holders_wanted {
	dev_t rdev;	  /* 0: by its path alone */
	const char *path; /* NULL: by its number alone */
	bool begins;
	bool partly; /* only what is mapped of it from @from to @to, both included */
	uint64_t from, to;
};

/*
 * Who has one of @n files open, or with @maps who has one mapped. Each process is named once for
 * each. 0, or -errno when /proc cannot be walked at all.
 */
int holders_search(struct holders *out, const struct holders_wanted *wanted, size_t n, bool maps);

/*
 * Who has one of @n character devices open. Each process is named once for a node. 0, or -errno
 * when /proc cannot be walked at all.
 */
int holders_find(struct holders *out, const dev_t *nodes, size_t n);
void holders_clear(struct holders *holders);

/* "process 123 ('qemu-system-x86')" and so on for one node, or NULL when there is none. Frees. */
char *holders_sentence(const struct holders *holders, size_t node);

#endif
