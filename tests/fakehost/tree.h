/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Write directories, attributes and links of a made sysfs.
 *
 * Every path is relative to the tree's root. Missing directories on the way are made. A test tool:
 * what cannot be written ends the program with a sentence on stderr and status 1.
 */
#ifndef FAKEHOST_TREE_H
#define FAKEHOST_TREE_H

#include <stddef.h>
#include <stdbool.h>
#include <sys/types.h>

/* An open directory of the tree, for many files in one place. */
struct tree_dir {
	int fd;
	char path[1024];
};

/* Makes @path and opens it; close with tree_close(). */
struct tree_dir tree_open(int root, const char *path);
void tree_close(struct tree_dir *dir);

/* One attribute in an open directory, from bytes or from a format. */
void tree_bytes(const struct tree_dir *dir, const char *name, mode_t mode, const void *data,
		size_t len);
void tree_attr(const struct tree_dir *dir, const char *name, mode_t mode, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Formats a path; one that does not fit ends the program. */
void tree_path(char *path, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void tree_mkdir(int root, const char *path);

/* One file by its whole path. */
void tree_file(int root, const char *path, mode_t mode, const void *data, size_t len);

/* A link at @path that leads to @target, also relative to the root, written as a relative link
 * the way sysfs does. @target need not exist. An existing link is replaced. */
void tree_link(int root, const char *path, const char *target);

/* The same, with the target's text as given. */
void tree_raw_link(int root, const char *path, const char *text);

/* Removes a file, a link or a whole directory; nothing there is no error. */
void tree_remove(int root, const char *path);

#endif
