// SPDX-License-Identifier: GPL-2.0-only
#include "holders.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "privilege.h"
#include "processes.h"
#include "sysfs.h"

struct walk {
	struct holders *out;
	const struct holders_wanted *wanted;
	size_t n;
	int proc;
	pid_t pid;
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

static bool has_number(const struct open_file *file, struct stat *st)
{
	return open_file_may_be_node(file) && !fstatat(file->fds, file->fd, st, 0) &&
	       (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode));
}

static int on_file(void *arg, const struct open_file *file)
{
	struct walk *walk = arg;
	struct stat st = { 0 };
	bool numbered;

	if (file->link[0] != '/' && strncmp(file->link, "socket:", 7) != 0)
		return 0;
	walk->proc = file->proc;
	walk->pid = file->pid;
	numbered = has_number(file, &st);
	for (size_t i = 0; i < walk->n; i++)
		if ((is_path(&walk->wanted[i], file->link) ||
		     (numbered && walk->wanted[i].rdev && walk->wanted[i].rdev == st.st_rdev)) &&
		    add(walk, i))
			return -ENOMEM;
	return 0;
}

/* Lines of "START-END PERMISSIONS OFFSET DEVICE INODE PATH". */
static bool is_part(const struct holders_wanted *wanted, const char *line)
{
	uint64_t start, end, offset;

	if (!wanted->partly)
		return true;
	/* What cannot be read may be any part. */
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64, &start, &end, &offset) != 3)
		return true;
	return offset <= wanted->to && wanted->from < offset + (end - start);
}

static int on_mapping(struct walk *walk, char *line)
{
	char *path = strchr(line, '/');

	if (!path)
		return 0;
	path[strcspn(path, "\n")] = '\0';
	for (size_t i = 0; i < walk->n; i++)
		if (is_path(&walk->wanted[i], path) && is_part(&walk->wanted[i], line) &&
		    add(walk, i))
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

	if (!isdigit((unsigned char)name[0]))
		return 0;
	walk->pid = atoi(name);
	return walk_maps(walk);
}

static int search_maps(struct walk *walk)
{
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_LOOK);
	_cleanup_close_ int proc = sysfs_open_dir(AT_FDCWD, "/proc");

	walk->proc = proc;
	walk->out->complete = true;
	return proc < 0 ? proc : sysfs_each_in(proc, on_process, walk);
}

int holders_search(struct holders *out, const struct holders_wanted *wanted, size_t n, bool maps)
{
	struct walk walk = { .out = out, .wanted = wanted, .n = n };

	return maps ? search_maps(&walk) : processes_each_file(on_file, &walk, &out->complete);
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
