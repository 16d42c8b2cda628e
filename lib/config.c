// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "cleanup.h"

/* A file that another user may write would let that user weaken what root's commands refuse. */
static int check_owner(int fd, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return error_set(err, EXIT_FAILED, errno, "cannot look at '%s': %s", CONFIG_PATH,
				 strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, EXIT_FAILED, EPERM, "'%s' is not a regular file",
				 CONFIG_PATH);
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return error_set(err, EXIT_FAILED, EPERM,
				 "'%s' is not used: others than root can write it; "
				 "run 'chown root:root %s; chmod 644 %s'",
				 CONFIG_PATH, CONFIG_PATH, CONFIG_PATH);
	return 0;
}

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return s;
}

/* Splits "key = value  # comment"; false for a line that is neither that nor empty. */
static bool split(char *line, char **key, char **value)
{
	char *comment = strchr(line, '#'), *equals;

	if (comment)
		*comment = '\0';
	*key = trim(line);
	if (!**key) {
		*value = *key;
		return true;
	}
	equals = strchr(*key, '=');
	if (!equals)
		return false;
	*equals = '\0';
	*key = trim(*key);
	*value = trim(equals + 1);
	return **key && **value;
}

static int read_lines(FILE *file,
		      int (*fn)(void *arg, const char *key, const char *value, unsigned int line,
				struct error *err),
		      void *arg, struct error *err)
{
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	ssize_t n;

	for (unsigned int number = 1; (n = getline(&line, &room, file)) >= 0; number++) {
		char *key, *value;
		int ret = 0;

		if (strlen(line) != (size_t)n || !split(line, &key, &value))
			return error_set(err, EXIT_FAILED, EINVAL,
					 "'%s', line %u, is no 'key = value'", CONFIG_PATH, number);
		if (*key)
			ret = fn(arg, key, value, number, err);
		if (ret)
			return ret;
	}
	if (ferror(file))
		return error_set(err, EXIT_FAILED, errno, "cannot read '%s': %s", CONFIG_PATH,
				 strerror(errno));
	return 0;
}

int config_each(int (*fn)(void *arg, const char *key, const char *value, unsigned int line,
			  struct error *err),
		void *arg, struct error *err)
{
	_cleanup_close_ int fd = open(CONFIG_PATH, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	_cleanup_fclose_ FILE *file = NULL;
	int ret;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_set(err, EXIT_FAILED, errno, "cannot open '%s': %s", CONFIG_PATH,
				 strerror(errno));
	ret = check_owner(fd, err);
	if (ret)
		return ret;
	file = fdopen(fd, "re");
	if (!file)
		return error_set(err, EXIT_FAILED, errno, "cannot open '%s': %s", CONFIG_PATH,
				 strerror(errno));
	fd = -1; /* the FILE's now */
	return read_lines(file, fn, arg, err);
}
