// SPDX-License-Identifier: GPL-2.0-only
#include "holders.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "privilege.h"
#include "sysfs.h"

struct walk {
	struct holders *out;
	const dev_t *nodes;
	size_t n;
	int proc;
	pid_t pid;
	int fds;
};

static int add(struct walk *walk, size_t node)
{
	struct holders *out = walk->out;
	struct holder *holder;
	char path[32];

	for (size_t i = out->n; i-- && out->v[i].pid == walk->pid;)
		if (out->v[i].node == node)
			return 0;
	if (out->n == out->room) {
		size_t room = out->room ? out->room * 2 : 8;
		struct holder *v = reallocarray(out->v, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		out->v = v;
		out->room = room;
	}
	holder = &out->v[out->n++];
	*holder = (struct holder){ .node = node, .pid = walk->pid };
	snprintf(path, sizeof(path), "%d/comm", walk->pid);
	if (sysfs_read(walk->proc, path, holder->command, sizeof(holder->command)) < 0)
		strcpy(holder->command, "?");
	return 0;
}

/*
 * stat() of an fd may ask a network filesystem that does not answer, so only what the kernel calls
 * a path under /dev/vfio is looked at. A container may mount that elsewhere, but keeps the name.
 */
static int on_fd(void *arg, const char *name)
{
	struct walk *walk = arg;
	char target[256];
	ssize_t n = readlinkat(walk->fds, name, target, sizeof(target) - 1);
	struct stat st;

	if (n < 0)
		return 0;
	target[n] = '\0';
	if (!strstr(target, "vfio") || fstatat(walk->fds, name, &st, 0) || !S_ISCHR(st.st_mode))
		return 0;
	for (size_t i = 0; i < walk->n; i++)
		if (walk->nodes[i] == st.st_rdev && add(walk, i))
			return -ENOMEM;
	return 0;
}

static int on_process(void *arg, const char *name)
{
	struct walk *walk = arg;
	char path[32];
	int ret;

	if (!isdigit((unsigned char)name[0]))
		return 0;
	walk->pid = atoi(name);
	snprintf(path, sizeof(path), "%d/fd", walk->pid);
	walk->fds = sysfs_open_dir(walk->proc, path);
	if (walk->fds < 0) {
		if (walk->fds != -ENOENT && walk->fds != -ESRCH)
			walk->out->complete = false;
		return 0;
	}
	ret = sysfs_each(walk->fds, ".", on_fd, walk);
	close(walk->fds);
	return ret == -ENOMEM ? ret : 0;
}

int holders_find(struct holders *out, const dev_t *nodes, size_t n)
{
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_LOOK);
	_cleanup_close_ int proc = sysfs_open_dir(AT_FDCWD, "/proc");
	struct walk walk = { .out = out, .nodes = nodes, .n = n, .proc = proc };

	out->complete = true;
	return proc < 0 ? proc : sysfs_each(proc, ".", on_process, &walk);
}

void holders_clear(struct holders *holders)
{
	free(holders->v);
	*holders = (struct holders){ 0 };
}

char *holders_sentence(const struct holders *holders, size_t node)
{
	char *text = NULL;
	size_t size;
	FILE *f = NULL;

	for (size_t i = 0; i < holders->n; i++) {
		if (holders->v[i].node != node)
			continue;
		if (f)
			fputs(", ", f);
		else if (!(f = open_memstream(&text, &size)))
			return NULL;
		fprintf(f, "process %d ('%s')", holders->v[i].pid, holders->v[i].command);
	}
	if (f && fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
