// SPDX-License-Identifier: GPL-2.0-only
#include "trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

/* As many as the kernel follows. */
#define LINKS_MAX    40

/* What a user namespace shows of an owner that it does not know (user_namespaces(7)). */
#define UID_UNMAPPED 65534

struct walk {
	const char *path;    /* what was asked for */
	int at;		     /* the directory that was reached */
	char left[PATH_MAX]; /* what is to be walked from there */
	int links;
};

static int fail(const struct walk *w, int errnum, struct error *err)
{
	if (errnum == ENOENT)
		return -ENOENT;
	return error_set(err, EXIT_FAILED, errnum, "cannot open '%s': %s", w->path,
			 strerror(errnum));
}

/* Where an fd is, for a sentence: the kernel's own word for it. */
static void name_of(int fd, char buf[static PATH_MAX])
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, buf, PATH_MAX - 1);
	buf[n < 0 ? 0 : n] = '\0';
}

/*
 * A root directory of an owner that our user namespace does not know was made by whoever made the
 * namespace, and that one could have given us any files at all.
 */
static bool is_roots(const struct stat *st, bool is_root_dir)
{
	return !st->st_uid || (is_root_dir && st->st_uid == UID_UNMAPPED);
}

static int check(const struct walk *w, int fd, bool is_root_dir, struct error *err)
{
	char name[PATH_MAX];
	struct stat st;

	if (fstat(fd, &st))
		return fail(w, errno, err);
	/* Nobody writes to a link: its directory was checked. */
	if (S_ISLNK(st.st_mode) ||
	    (is_roots(&st, is_root_dir) && !(st.st_mode & (S_IWGRP | S_IWOTH))))
		return 0;
	name_of(fd, name);
	return error_set(err, EXIT_FAILED, EPERM,
			 "'%s' is not used: others than root can write '%s'; "
			 "run 'chown root:root %s; chmod go-w %s'",
			 w->path, name, name, name);
}

/* Cuts the next component off. False at the end of the path. */
static bool next(struct walk *w, char name[static PATH_MAX])
{
	char *start = w->left + strspn(w->left, "/");
	size_t n = strcspn(start, "/");

	if (!n)
		return false;
	memcpy(name, start, n);
	name[n] = '\0';
	memmove(w->left, start + n, strlen(start + n) + 1);
	return true;
}

static int go_to_root(struct walk *w, struct error *err)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(w, errno, err);
	if (w->at >= 0)
		close(w->at);
	w->at = fd;
	return check(w, fd, true, err);
}

/* Goes on from where the link leads to, with what was left to walk behind it. */
static int follow(struct walk *w, int link, struct error *err)
{
	char target[PATH_MAX], left[PATH_MAX];
	ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);

	if (n < 0)
		return fail(w, errno, err);
	target[n] = '\0';
	strcpy(left, w->left);
	if (++w->links > LINKS_MAX)
		return fail(w, ELOOP, err);
	if ((size_t)snprintf(w->left, sizeof(w->left), "%s%s", target, left) >= sizeof(w->left))
		return fail(w, ENAMETOOLONG, err);
	return *target == '/' ? go_to_root(w, err) : 0;
}

static bool is_link(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISLNK(st.st_mode);
}

/* One component further, through a link or not. */
static int step(struct walk *w, const char *name, struct error *err)
{
	int fd = openat(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), ret;

	if (fd < 0)
		return fail(w, errno, err);
	if (is_link(fd)) {
		ret = follow(w, fd, err);
		close(fd);
		return ret;
	}
	close(w->at);
	w->at = fd;
	return check(w, fd, false, err);
}

/* What was reached, opened for reading: the very file that was checked. */
static int reopen(const struct walk *w, struct error *err)
{
	char link[32];
	struct stat st;
	int fd;

	if (fstat(w->at, &st))
		return fail(w, errno, err);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EXIT_FAILED, EPERM, "'%s' is not a regular file", w->path);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", w->at);
	fd = open(link, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return error_set(err, EXIT_FAILED, ENODEV,
				 "cannot open '%s': '/proc' is not mounted", w->path);
	return fd < 0 ? fail(w, errno, err) : fd;
}

int trusted_open(const char *path, struct error *err)
{
	struct walk w = { .path = path, .at = -1 };
	char name[PATH_MAX];
	int ret;

	/* Most hosts have no such file: then nothing else on the way to it matters. */
	if (access(path, F_OK) && errno == ENOENT)
		return -ENOENT;
	if ((size_t)snprintf(w.left, sizeof(w.left), "%s", path) >= sizeof(w.left))
		return fail(&w, ENAMETOOLONG, err);
	ret = go_to_root(&w, err);
	while (!ret && next(&w, name))
		ret = step(&w, name, err);
	if (!ret)
		ret = reopen(&w, err);
	if (w.at >= 0)
		close(w.at);
	return ret;
}
