// SPDX-License-Identifier: GPL-2.0-only
#include "tree.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dirent.h>

void tree_path(char *path, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(path, size, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= size)
		errx(1, "a path is longer than %zu bytes", size);
}

void tree_mkdir(int root, const char *path)
{
	char part[1024];
	char *slash;

	if (!*path || mkdirat(root, path, 0755) == 0 || errno == EEXIST)
		return;
	if (errno != ENOENT)
		err(1, "cannot make '%s'", path);
	tree_path(part, sizeof(part), "%s", path);
	slash = strrchr(part, '/');
	if (!slash)
		err(1, "cannot make '%s'", path);
	*slash = '\0';
	tree_mkdir(root, part);
	if (mkdirat(root, path, 0755) != 0 && errno != EEXIST)
		err(1, "cannot make '%s'", path);
}

struct tree_dir tree_open(int root, const char *path)
{
	struct tree_dir dir;

	tree_mkdir(root, path);
	dir.fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir.fd < 0)
		err(1, "cannot open '%s'", path);
	tree_path(dir.path, sizeof(dir.path), "%s", path);
	return dir;
}

void tree_close(struct tree_dir *dir)
{
	close(dir->fd);
	dir->fd = -1;
}

void tree_bytes(const struct tree_dir *dir, const char *name, mode_t mode, const void *data,
		size_t len)
{
	int fd = openat(dir->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0)
		err(1, "cannot make '%s/%s'", dir->path, name);
	if (len && write(fd, data, len) != (ssize_t)len)
		err(1, "cannot write '%s/%s'", dir->path, name);
	close(fd);
}

void tree_attr(const struct tree_dir *dir, const char *name, mode_t mode, const char *format, ...)
{
	char text[4096];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text))
		errx(1, "'%s/%s' is longer than a page", dir->path, name);
	tree_bytes(dir, name, mode, text, (size_t)len);
}

static void make_parent(int root, const char *path)
{
	const char *slash = strrchr(path, '/');
	char part[1024];

	if (!slash)
		return;
	tree_path(part, sizeof(part), "%.*s", (int)(slash - path), path);
	tree_mkdir(root, part);
}

void tree_file(int root, const char *path, mode_t mode, const void *data, size_t len)
{
	struct tree_dir top = { .fd = root, .path = "." };

	make_parent(root, path);
	tree_bytes(&top, path, mode, data, len);
}

void tree_raw_link(int root, const char *path, const char *text)
{
	if (symlinkat(text, root, path) == 0)
		return;
	if (errno == ENOENT) {
		make_parent(root, path);
	} else if (errno == EEXIST) {
		unlinkat(root, path, 0);
	}
	if (symlinkat(text, root, path) != 0)
		err(1, "cannot link '%s'", path);
}

void tree_link(int root, const char *path, const char *target)
{
	char text[2048];
	size_t common = 0;
	size_t len = 0;

	for (size_t i = 0; path[i] && path[i] == target[i]; i++) {
		if (path[i] == '/')
			common = i + 1;
	}
	for (const char *rest = path + common; (rest = strchr(rest, '/')); rest++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "../");
	snprintf(text + len, sizeof(text) - len, "%s", target + common);
	tree_raw_link(root, path, text);
}

void tree_remove(int root, const char *path)
{
	struct dirent *entry;
	DIR *dir;
	int fd;

	if (unlinkat(root, path, 0) == 0 || errno == ENOENT)
		return;
	fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		err(1, "cannot remove '%s'", path);
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			tree_remove(fd, entry->d_name);
	}
	closedir(dir);
	if (unlinkat(root, path, AT_REMOVEDIR) != 0)
		err(1, "cannot remove '%s'", path);
}
