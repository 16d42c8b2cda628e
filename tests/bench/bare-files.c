// SPDX-License-Identifier: GPL-2.0-only
/*
 * bare-files: reads the link of each open file of each process, by the fewest system calls there
 * are, and prints how many it has read: the yardstick for `vfioctl holders`.
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static unsigned long count;

static void read_links(int proc, const char *pid)
{
	char path[300], buf[8192] __attribute__((aligned(8))), target[256];
	ssize_t n;
	int dir;

	snprintf(path, sizeof(path), "%s/fd", pid);
	dir = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return;
	while ((n = getdents64(dir, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; at < n; at += ((struct dirent64 *)(buf + at))->d_reclen) {
			const struct dirent64 *entry = (const struct dirent64 *)(buf + at);

			if (entry->d_name[0] != '.' &&
			    readlinkat(dir, entry->d_name, target, sizeof(target)) > 0)
				count++;
		}
	}
	close(dir);
}

int main(void)
{
	char buf[32768] __attribute__((aligned(8)));
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ssize_t n;

	if (proc < 0)
		err(1, "cannot open '/proc'");
	while ((n = getdents64(proc, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; at < n; at += ((struct dirent64 *)(buf + at))->d_reclen) {
			const struct dirent64 *entry = (const struct dirent64 *)(buf + at);

			if (isdigit((unsigned char)entry->d_name[0]))
				read_links(proc, entry->d_name);
		}
	}
	printf("%lu\n", count);
	return 0;
}
