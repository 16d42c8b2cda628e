// SPDX-License-Identifier: GPL-2.0-only
#include "config_edit.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "config.h"

/* Far more than anybody writes by hand. */
#define SIZE_MAX_KEPT (1 << 20)

static int fail(struct error *err, const char *what, const char *path)
{
	int saved = errno;

	return error_set(err, EXIT_FAILED, saved, "cannot %s '%s': %s", what, path,
			 strerror(saved));
}

/* The value when @line is a setting of @key, in @buf; else NULL. */
static const char *value_of(const char *line, size_t n, const char *key, char *buf, size_t size)
{
	char *comment, *equals, *end;
	size_t len = strlen(key);

	if (n >= size)
		return NULL;
	memcpy(buf, line, n);
	buf[n] = '\0';
	comment = strchr(buf, '#');
	if (comment)
		*comment = '\0';
	while (isspace((unsigned char)*buf))
		buf++;
	equals = strchr(buf, '=');
	if (!equals || strncmp(buf, key, len) ||
	    strspn(buf + len, " \t") != (size_t)(equals - buf) - len)
		return NULL;
	buf = equals + 1;
	while (isspace((unsigned char)*buf))
		buf++;
	end = buf + strlen(buf);
	while (end > buf && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return buf;
}

/* The text without what is unwanted and with what is new; NULL without memory. */
static char *edited(const char *text, const char *key,
		    bool (*unwanted)(void *arg, const char *value), void *arg,
		    const struct strv *more)
{
	char *out = NULL, buf[1024];
	size_t size;
	FILE *f = open_memstream(&out, &size);
	bool ended = true;

	if (!f)
		return NULL;
	while (*text) {
		size_t n = strcspn(text, "\n");
		const char *value = value_of(text, n, key, buf, sizeof(buf));

		n += text[n] == '\n';
		if (!value || !unwanted(arg, value)) {
			fwrite(text, 1, n, f);
			ended = text[n - 1] == '\n';
		}
		text += n;
	}
	if (!ended && more->n)
		fputc('\n', f);
	for (size_t i = 0; i < more->n; i++)
		fprintf(f, "%s = %s\n", key, more->v[i]);
	return fclose(f) ? NULL : out;
}

/* All of the file, "" when there is none. @st tells owner and mode. The caller frees. */
static char *read_all(const char *path, struct stat *st, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_free_ char *text = NULL;
	ssize_t n;

	*st = (struct stat){ .st_mode = 0644 };
	if (fd < 0 && errno == ENOENT)
		return strdup("");
	if (fd < 0 || fstat(fd, st)) {
		fail(err, "read", path);
		return NULL;
	}
	if (st->st_size > SIZE_MAX_KEPT) {
		errno = EFBIG;
		fail(err, "change", path);
		return NULL;
	}
	text = calloc(1, st->st_size + 1);
	n = text ? read(fd, text, st->st_size) : -1;
	if (n < 0 || n != st->st_size || memchr(text, '\0', (size_t)n)) {
		errno = n < 0 ? errno : EINVAL;
		fail(err, "read", path);
		return NULL;
	}
	return take_ptr(text);
}

static int write_all(int fd, const char *text, const struct stat *st)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(fd, text, left);

		if (n < 0)
			return -errno;
		text += n;
		left -= n;
	}
	if (fchown(fd, st->st_uid, st->st_gid) || fchmod(fd, st->st_mode & 07777) || fsync(fd))
		return -errno;
	return 0;
}

static void sync_dir_of(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int dir = -1;

	if (!copy)
		return;
	*strrchr(copy, '/') = '\0';
	dir = open(*copy ? copy : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0)
		fsync(dir);
}

static int replace(const char *path, const char *text, const struct stat *st, struct error *err)
{
	char temporary[PATH_MAX + 16];
	_cleanup_close_ int fd = -1;
	int ret;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return fail(err, "write beside", path);
	ret = write_all(fd, text, st);
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret) {
		unlink(temporary);
		errno = -ret;
		return fail(err, "write", path);
	}
	sync_dir_of(path);
	return 0;
}

int config_edit(const char *key, bool (*unwanted)(void *arg, const char *value), void *arg,
		const struct strv *more, struct error *err)
{
	_cleanup_free_ char *old = NULL, *new = NULL, *real = realpath(CONFIG_PATH, NULL);
	const char *path = real ?: CONFIG_PATH;
	struct stat st;

	old = read_all(path, &st, err);
	if (!old)
		return -EIO;
	new = edited(old, key, unwanted, arg, more);
	if (!new)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return strcmp(old, new) ? replace(path, new, &st, err) : 0;
}
