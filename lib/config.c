// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cleanup.h"
#include "trusted.h"

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

int config_parse(FILE *file, config_fn *fn, void *arg, struct error *err)
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

int config_each(config_fn *fn, void *arg, struct error *err)
{
	_cleanup_fclose_ FILE *file = NULL;
	int fd = trusted_open(CONFIG_PATH, err);

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	file = fdopen(fd, "re");
	if (!file) {
		close(fd);
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	}
	return config_parse(file, fn, arg, err);
}
