// SPDX-License-Identifier: GPL-2.0-only
#include "holders.h"

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

struct walk {
	struct holders *out;
	const struct holders_wanted *wanted;
	size_t n;
	bool maps;
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

static bool is_path(const struct holders_wanted *wanted, const char *path)
{
	if (!wanted->path)
		return false;
	return wanted->begins ? !strncmp(wanted->path, path, strlen(wanted->path))
			      : !strcmp(wanted->path, path);
}

/* What nearly every process has open, and nobody looks for. */
static bool is_common(const char *path)
{
	return !strcmp(path, "/dev/null") || !strncmp(path, "/dev/pts/", 9) ||
	       !strncmp(path, "/dev/shm/", 9) || !strcmp(path, "/dev/urandom");
}

/*
 * stat() of an fd may ask a network filesystem that does not answer, so only what the kernel calls
 * a path under /dev is looked at. A container may mount that elsewhere, but keeps the name of
 * vfio.
 */
static bool has_number(const struct walk *walk, const char *name, const char *path, struct stat *st)
{
	if ((strncmp(path, "/dev/", 5) != 0 && !strstr(path, "vfio")) || is_common(path))
		return false;
	return !fstatat(walk->fds, name, st, 0) && (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode));
}

static int on_fd(void *arg, const char *name)
{
	struct walk *walk = arg;
	char target[PATH_MAX];
	ssize_t n = readlinkat(walk->fds, name, target, sizeof(target) - 1);
	struct stat st = { 0 };
	bool numbered;

	if (n <= 0 || target[0] != '/')
		return 0;
	target[n] = '\0';
	numbered = has_number(walk, name, target, &st);
	for (size_t i = 0; i < walk->n; i++)
		if ((is_path(&walk->wanted[i], target) ||
		     (numbered && walk->wanted[i].rdev && walk->wanted[i].rdev == st.st_rdev)) &&
		    add(walk, i))
			return -ENOMEM;
	return 0;
}

/* Lines of "START-END PERMISSIONS OFFSET DEVICE INODE PATH". */
static int on_mapping(struct walk *walk, char *line)
{
	char *path = strchr(line, '/');

	if (!path)
		return 0;
	path[strcspn(path, "\n")] = '\0';
	for (size_t i = 0; i < walk->n; i++)
		if (is_path(&walk->wanted[i], path) && add(walk, i))
			return -ENOMEM;
	return 0;
}

/* A process that has ended, or is a thread of the kernel, has no mappings. */
static int walk_maps(struct walk *walk)
{
	_cleanup_fclose_ FILE *in = NULL;
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	char path[32];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "%d/maps", walk->pid);
	fd = openat(walk->proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOENT && errno != ESRCH)
			walk->out->complete = false;
		return 0;
	}
	in = fdopen(fd, "r");
	if (!in) {
		close(fd);
		return -ENOMEM;
	}
	while (!ret && getline(&line, &size, in) > 0)
		ret = on_mapping(walk, line);
	if (ferror(in) && errno != ESRCH)
		walk->out->complete = false;
	return ret;
}

static int on_process(void *arg, const char *name)
{
	struct walk *walk = arg;
	char path[32];
	int ret;

	if (!isdigit((unsigned char)name[0]))
		return 0;
	walk->pid = atoi(name);
	if (walk->maps)
		return walk_maps(walk);
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

int holders_search(struct holders *out, const struct holders_wanted *wanted, size_t n, bool maps)
{
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_LOOK);
	_cleanup_close_ int proc = sysfs_open_dir(AT_FDCWD, "/proc");
	struct walk walk = { .out = out, .wanted = wanted, .n = n, .maps = maps, .proc = proc };

	out->complete = true;
	return proc < 0 ? proc : sysfs_each(proc, ".", on_process, &walk);
}

int holders_find(struct holders *out, const dev_t *nodes, size_t n)
{
	_cleanup_free_ struct holders_wanted *wanted = calloc(n ?: 1, sizeof(*wanted));

	if (!wanted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		wanted[i].rdev = nodes[i];
	return holders_search(out, wanted, n, false);
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
