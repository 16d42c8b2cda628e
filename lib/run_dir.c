// SPDX-License-Identifier: GPL-2.0-only
#include "run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

static int open_there(int dirfd, const char *path, struct error *err)
{
	_cleanup_close_ int fd =
		openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 || fstat(fd, &st))
		return error_set(err, EXIT_FAILED, errno, "cannot open '%s': %s", path,
				 strerror(errno));
	if (st.st_uid != geteuid() || (st.st_mode & 022))
		return error_set(
			err, EXIT_FAILED, EPERM,
			"cannot trust '%s': it belongs to, or is writable by, somebody else", path);
	return take_fd(fd);
}

static int open_private(int dirfd, const char *path, struct error *err)
{
	int fd = open_there(dirfd, path, err);

	if (fd != -ENOENT)
		return fd;
	if (mkdirat(dirfd, path, 0700) && errno != EEXIST)
		return error_set(err, EXIT_FAILED, errno, "cannot make '%s': %s", path,
				 strerror(errno));
	fd = open_there(dirfd, path, err);
	return fd == -ENOENT ? error_set(err, EXIT_FAILED, ENOENT, "cannot open '%s': %s", path,
					 strerror(ENOENT))
			     : fd;
}

int run_dir_look(struct error *err)
{
	return open_there(AT_FDCWD, RUN_DIR, err);
}

int run_dir_open(struct error *err)
{
	return open_private(AT_FDCWD, RUN_DIR, err);
}

int run_dir_open_below(int dirfd, const char *name, struct error *err)
{
	return open_private(dirfd, name, err);
}
