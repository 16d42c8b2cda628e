// SPDX-License-Identifier: GPL-2.0-only
#include "stack.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "privilege.h"

#define FRAMES 8

/* A line is "[<0>] function+0x12/0x34 [module]". */
static char *function_of(char *line)
{
	char *name = strchr(line, ']');

	if (!name)
		return NULL;
	name += 1 + strspn(name + 1, " ");
	name[strcspn(name, "+ ")] = '\0';
	return *name ? name : NULL;
}

static bool read_stack(pid_t pid, char *text, size_t size)
{
	/* The second because the process may itself be allowed to look at others. */
	_cleanup_(privilege_restorep) unsigned int had =
		privilege_raise(PRIVILEGE_STACK | PRIVILEGE_LOOK);
	_cleanup_close_ int fd = -1;
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stack", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, size - 1);
	text[n < 0 ? 0 : n] = '\0';
	return n > 0;
}

void stack_sentence(pid_t pid, char *buf, size_t size)
{
	char text[4096], *save = NULL;
	int frames = 0;
	size_t at = 0;

	buf[0] = '\0';
	if (!read_stack(pid, text, sizeof(text)))
		return;
	for (char *line = strtok_r(text, "\n", &save); line && frames < FRAMES && at < size;
	     line = strtok_r(NULL, "\n", &save)) {
		const char *name = function_of(line);

		if (name)
			at += snprintf(buf + at, size - at, "%s'%s'",
				       frames++ ? " < " : "; it waits in ", name);
	}
}
