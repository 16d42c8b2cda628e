// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkproc DIR PROCESSES FILES: makes what looks like /proc with that many processes of that many
 * open files each, whose links are what those of a busy host are.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const links[] = {
	"/dev/null",
	"socket:[184467]",
	"anon_inode:[eventpoll]",
	"pipe:[73709]",
	"/var/log/journal/0123456789abcdef0123456789abcdef/system.journal",
	"anon_inode:[eventfd]",
	"/usr/lib/locale/locale-archive",
	"socket:[551616]",
};
#define N_LINKS (int)(sizeof(links) / sizeof(links[0]))

static void make_dir(int at, const char *path)
{
	if (mkdirat(at, path, 0755))
		err(1, "cannot make '%s'", path);
}

static void make_process(int dir, int pid, int files)
{
	char path[64];

	snprintf(path, sizeof(path), "%d", pid);
	make_dir(dir, path);
	snprintf(path, sizeof(path), "%d/fd", pid);
	make_dir(dir, path);
	for (int i = 0; i < files; i++) {
		snprintf(path, sizeof(path), "%d/fd/%d", pid, i);
		if (symlinkat(links[i % N_LINKS], dir, path))
			err(1, "cannot make '%s'", path);
	}
}

int main(int argc, char **argv)
{
	int dir, processes, files;

	if (argc != 4)
		errx(2, "usage: mkproc DIR PROCESSES FILES");
	processes = atoi(argv[2]);
	files = atoi(argv[3]);
	if (mkdir(argv[1], 0755) && errno != EEXIST)
		err(1, "cannot make '%s'", argv[1]);
	dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		err(1, "cannot open '%s'", argv[1]);
	for (int pid = 1; pid <= processes; pid++)
		make_process(dir, pid, files);
	return 0;
}
