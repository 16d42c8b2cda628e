// SPDX-License-Identifier: GPL-2.0-only
#include "fd_room.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

/* For everything that is no device: standard streams, locks, records, a walk over /proc, ... */
#define FDS_BESIDES 64

int fd_room(size_t fds, size_t devices, struct error *err)
{
	const rlim_t wanted = fds + FDS_BESIDES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted)
		return 0;
	if (limit.rlim_max < wanted)
		return error_set(err, EXIT_FAILED, EMFILE,
				 "%zu devices are too many for one call: only %llu files may be "
				 "open (ulimit -n)",
				 devices, (unsigned long long)limit.rlim_max);
	limit.rlim_cur = wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		return error_set(err, EXIT_FAILED, errno, "cannot have %zu devices open: %s",
				 devices, strerror(errno));
	return 0;
}
