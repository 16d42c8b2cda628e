// SPDX-License-Identifier: GPL-2.0-only
#include "run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

static int open_private(int dirfd, const char *path, struct error *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (mkdirat(dirfd, path, 0700) && errno != EEXIST)
		return error_set(err, EXIT_FAILED, errno, "cannot make '%s': %s", path,
				 strerror(errno));
	fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return error_set(err, EXIT_FAILED, errno, "cannot open '%s': %s", path,
				 strerror(errno));
	if (st.st_uid != geteuid() || (st.st_mode & 022))
		return error_set(
			err, EXIT_FAILED, EPERM,
			"cannot trust '%s': it belongs to, or is writable by, somebody else", path);
	return take_fd(fd);
}

int run_dir_open(struct error *err)
{
	return open_private(AT_FDCWD, RUN_DIR, err);
}

int run_dir_open_below(int dirfd, const char *name, struct error *err)
{
	return open_private(dirfd, name, err);
}
