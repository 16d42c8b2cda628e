// SPDX-License-Identifier: GPL-2.0-only
#include "processes.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "privilege.h"
#include "sysfs.h"

/* The first pid namespace has this inode since namespaces have any (PROC_PID_INIT_INO). */
#define INIT_PID_NS "pid:[4026531836]"

struct walk {
	int (*fn)(void *arg, const struct open_file *file);
	void *arg;
	bool *complete;
	struct open_file file;
};

static int on_file(void *arg, const char *name)
{
	struct walk *walk = arg;
	char link[PATH_MAX];
	ssize_t n = readlinkat(walk->file.fds, name, link, sizeof(link) - 1);

	if (n < 0)
		return 0;
	link[n] = '\0';
	walk->file.fd = name;
	walk->file.link = link;
	return walk->fn(walk->arg, &walk->file);
}

static int on_process(void *arg, const char *name)
{
	struct walk *walk = arg;
	char path[32];
	int ret;

	if (!isdigit((unsigned char)name[0]))
		return 0;
	walk->file.pid = atoi(name);
	snprintf(path, sizeof(path), "%d/fd", walk->file.pid);
	walk->file.fds = sysfs_open_dir(walk->file.proc, path);
	if (walk->file.fds < 0) {
		if (walk->file.fds != -ENOENT && walk->file.fds != -ESRCH)
			*walk->complete = false;
		return 0;
	}
	ret = sysfs_each_in(walk->file.fds, on_file, walk);
	close(walk->file.fds);
	/* A process that ended meanwhile, or that is no more ours to see. */
	if (ret == -EACCES || ret == -EPERM)
		*walk->complete = false;
	return ret == -ENOENT || ret == -ESRCH || ret == -EACCES || ret == -EPERM ? 0 : ret;
}

/* With hidepid, processes of others are not even listed: the first one is never ours to see then.
 */
bool processes_all_listed(void)
{
	char ns[32];
	ssize_t n = readlink("/proc/self/ns/pid", ns, sizeof(ns) - 1);

	if (access("/proc/1", F_OK))
		return false;
	if (n < 0)
		return true; /* a kernel without namespaces */
	ns[n] = '\0';
	return !strcmp(ns, INIT_PID_NS);
}

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

bool open_file_may_be_node(const struct open_file *file)
{
	static const char *const common[] = { "null", "pts/", "urandom", "shm/" };
	const char *link = file->link;

	if (link[0] != '/')
		return false;
	if (!starts_with(link, "/dev/"))
		return strstr(link, "vfio") || strstr(link, "iommu");
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		if (starts_with(link + 5, common[i]))
			return false;
	return true;
}

int processes_each_file(int (*fn)(void *arg, const struct open_file *file), void *arg,
			bool *complete)
{
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_LOOK);
	_cleanup_close_ int proc = sysfs_open_dir(AT_FDCWD, "/proc");
	struct walk walk = { .fn = fn, .arg = arg, .complete = complete, .file.proc = proc };

	if (proc < 0)
		return proc;
	*complete = true;
	return sysfs_each_in(proc, on_process, &walk);
}
