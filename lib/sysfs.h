/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place that opens sysfs. Every access is relative to a directory fd, bounded in size and
 * terminated; trailing newlines are gone. All functions return 0 or a length, or -errno.
 */
#ifndef VFIOCTL_SYSFS_H
#define VFIOCTL_SYSFS_H

#include <stddef.h>
#include <sys/types.h>

/* No attribute is larger than a page (Documentation/filesystems/sysfs.rst). */
#define SYSFS_ATTR_MAX 4096

/* A directory fd, close-on-exec; @dirfd may be AT_FDCWD. The caller closes it. */
int sysfs_open_dir(int dirfd, const char *path);

/*
 * Reads an attribute into @buf of @size bytes, terminated, without trailing newlines. Returns the
 * length; -EFBIG when it does not fit, -EBADMSG when a NUL byte is in it.
 */
ssize_t sysfs_read(int dirfd, const char *path, char *buf, size_t size);

/* An attribute as a new string; NULL on any error, with errno set. The caller frees. */
char *sysfs_read_str(int dirfd, const char *path);

/* A number in C notation (0x8086, 42, -1); -EINVAL when it is none. */
int sysfs_read_long(int dirfd, const char *path, long *out);

/* The last component of a link's target into @buf; -ENAMETOOLONG when it does not fit. */
int sysfs_link_name(int dirfd, const char *path, char *buf, size_t size);

/* Where the directory @path really is, "/sys/devices/...", with all links followed. */
int sysfs_real_path(int dirfd, const char *path, char *buf, size_t size);

/*
 * The same for an entry of a class or of dev/, from the text of its link alone: one call instead of
 * three, for hosts with thousands of them. Links that are not the kernel's are followed.
 */
int sysfs_entry_path(int sysfs, const char *path, char *buf, size_t size);

/* 0 when @path exists below @dirfd, else -errno. */
int sysfs_exists(int dirfd, const char *path);

/*
 * Calls @fn for each entry of a directory, without "." and "..", in the order the kernel gives. A
 * non-zero return of @fn ends the walk and is returned.
 */
int sysfs_each(int dirfd, const char *path, int (*fn)(void *arg, const char *name), void *arg);

/* The same for a directory that is open already and was not read yet: it can be read once. */
int sysfs_each_in(int fd, int (*fn)(void *arg, const char *name), void *arg);

/* One write(2) of all of @data; -EIO when the kernel took only a part. May block for long. */
int sysfs_write(int dirfd, const char *path, const char *data);

#endif
