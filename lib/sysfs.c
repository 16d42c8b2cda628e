// SPDX-License-Identifier: GPL-2.0-only
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

int sysfs_open_dir(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

ssize_t sysfs_read(int dirfd, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	/*
	 * sysfs gives an attribute whole in one read (sysfs.rst). A buffer filled to its last byte
	 * may have cut it, and a value that may be cut is no value.
	 */
	n = read(fd, buf, size);
	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -EFBIG;
	if (memchr(buf, '\0', n))
		return -EBADMSG;
	while (n && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return n;
}

char *sysfs_read_str(int dirfd, const char *path)
{
	char buf[SYSFS_ATTR_MAX + 1];
	ssize_t n = sysfs_read(dirfd, path, buf, sizeof(buf));

	if (n < 0) {
		errno = -n;
		return NULL;
	}
	return strdup(buf);
}

int sysfs_read_long(int dirfd, const char *path, long *out)
{
	char buf[64], *end;
	ssize_t n = sysfs_read(dirfd, path, buf, sizeof(buf));

	if (n < 0)
		return n;
	errno = 0;
	*out = strtol(buf, &end, 0);
	return errno || end == buf || *end ? -EINVAL : 0;
}

int sysfs_link_name(int dirfd, const char *path, char *buf, size_t size)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dirfd, path, target, sizeof(target));
	const char *name;

	if (n < 0)
		return -errno;
	if (n == sizeof(target))
		return -ENAMETOOLONG;
	target[n] = '\0';
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (strlen(name) >= size)
		return -ENAMETOOLONG;
	strcpy(buf, name);
	return 0;
}

int sysfs_real_path(int dirfd, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = sysfs_open_dir(dirfd, path);
	char link[32];
	ssize_t n;

	if (fd < 0)
		return fd;
	/* The kernel's own word, which needs no walk through ".." of somebody's making. */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, buf, size);
	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	return 0;
}

int sysfs_entry_path(int sysfs, const char *path, char *buf, size_t size)
{
	static const char up[] = "../../devices/";
	char text[PATH_MAX];
	ssize_t n = readlinkat(sysfs, path, text, sizeof(text) - 1);

	if (n < 0)
		return errno == EINVAL ? sysfs_real_path(sysfs, path, buf, size) : -errno;
	text[n] = '\0';
	if (strncmp(text, up, strlen(up)) != 0 || strstr(text + strlen(up), ".."))
		return sysfs_real_path(sysfs, path, buf, size);
	n = snprintf(buf, size, "/sys/devices/%s", text + strlen(up));
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int sysfs_exists(int dirfd, const char *path)
{
	return faccessat(dirfd, path, F_OK, 0) ? -errno : 0;
}

/* getdents64() itself: readdir() would cost an allocation and two more calls a directory. */
int sysfs_each_in(int fd, int (*fn)(void *arg, const char *name), void *arg)
{
	char buf[8192] __attribute__((aligned(__alignof__(struct dirent64))));
	ssize_t n;
	int ret = 0;

	while ((n = getdents64(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; at < n;) {
			struct dirent64 *entry = (struct dirent64 *)(buf + at);

			at += entry->d_reclen;
			if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
				continue;
			ret = fn(arg, entry->d_name);
			if (ret)
				return ret;
		}
	}
	return n < 0 ? -errno : 0;
}

int sysfs_each(int dirfd, const char *path, int (*fn)(void *arg, const char *name), void *arg)
{
	_cleanup_close_ int fd = sysfs_open_dir(dirfd, path);

	return fd < 0 ? fd : sysfs_each_in(fd, fn, arg);
}

int sysfs_write(int dirfd, const char *path, const char *data)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t size = strlen(data);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, data, size);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}
