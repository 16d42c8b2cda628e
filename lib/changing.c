// SPDX-License-Identifier: GPL-2.0-only
#include "changing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "run_dir.h"
#include "sysfs.h"

#define RECORDS RUN_DIR "/devices"

struct walk {
	struct changing *changing;
	int dir;
};

/* A record begins with its version and its phase: the head of it is enough. */
static bool is_applying(int dir, const char *name)
{
	char head[64];
	_cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head) - 1);

	if (n < 0)
		return false;
	head[n] = '\0';
	return strstr(head, "\nphase=applying\n");
}

static int on_record(void *arg, const char *name)
{
	struct walk *walk = arg;

	return is_applying(walk->dir, name) ? strv_add(&walk->changing->names, name) : 0;
}

int changing_load(struct changing *changing)
{
	_cleanup_close_ int dir = sysfs_open_dir(AT_FDCWD, RECORDS);
	struct walk walk = { .changing = changing, .dir = dir };

	if (dir < 0) {
		changing->unknown = dir != -ENOENT;
		return 0;
	}
	return sysfs_each(dir, ".", on_record, &walk) == -ENOMEM ? -ENOMEM : 0;
}

void changing_clear(struct changing *changing)
{
	strv_clear(&changing->names);
	changing->unknown = false;
}

bool changing_has(const struct changing *changing, const char *bus, const char *name)
{
	size_t n = strlen(bus);

	for (size_t i = 0; i < changing->names.n; i++) {
		const char *entry = changing->names.v[i];

		if (!strncmp(entry, bus, n) && entry[n] == ':' && !strcmp(entry + n + 1, name))
			return true;
	}
	return false;
}
