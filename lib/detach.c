// SPDX-License-Identifier: GPL-2.0-only
#include "detach.h"

#include <fcntl.h>
#include <signal.h>

#include "cleanup.h"

/* Our own fds are all close-on-exec, and what came through an exec cannot be. */
static void drop_foreign_fds(void)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);
		int flags = entry->d_name[0] == '.' ? -1 : fcntl(fd, F_GETFD);

		if (flags >= 0 && !(flags & FD_CLOEXEC) && fd > STDERR_FILENO)
			close(fd);
	}
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
}

void detach_from_caller(void)
{
	signal(SIGPIPE, SIG_IGN);
	/* A command that is suspended at a terminal must not leave a device without a driver. */
	signal(SIGTSTP, SIG_IGN);
	drop_foreign_fds();
}
