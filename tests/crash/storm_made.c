// SPDX-License-Identifier: GPL-2.0-only
/* Puts model.h beneath the vfioctl that is linked in: the linker sends its write(2) here. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "model.h"

#define LOCK "/run/model.lock"

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

/* One at a time, as under the device's lock in the kernel. */
static ssize_t answer(const char *path, const void *data, size_t size)
{
	char text[256];
	int lock = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	long ret;

	if (lock < 0 || flock(lock, LOCK_EX))
		err(2, "cannot lock '%s'", LOCK);
	snprintf(text, sizeof(text), "%.*s", (int)size, (const char *)data);
	ret = model_write(path, text, size);
	close(lock);
	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	char link[64], path[512];
	ssize_t n;

	/* A made host has no processes, and the real ones elsewhere (tests/fakehost). */
	snprintf(link, sizeof(link), "/proc/.real/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 5 || strncmp(path, "/sys/", 5) != 0)
		return __real_write(fd, data, size);
	path[n] = '\0';
	return answer(path, data, size);
}
