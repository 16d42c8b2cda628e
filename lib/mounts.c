// SPDX-License-Identifier: GPL-2.0-only
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"

const char *mounts_path(enum mounts_table table)
{
	static const char *const paths[] = {
		[MOUNTS_OWN] = "/proc/self/mountinfo",
		[MOUNTS_INIT] = "/proc/1/mountinfo",
		[MOUNTS_SWAP] = "/proc/swaps",
		[MOUNTS_FSTAB] = "/etc/fstab",
	};

	return paths[table];
}

static int parse(struct libmnt_table *table, enum mounts_table which)
{
	if (which == MOUNTS_SWAP)
		return mnt_table_parse_swaps(table, mounts_path(which));
	if (which == MOUNTS_FSTAB)
		return mnt_table_parse_fstab(table, mounts_path(which));
	return mnt_table_parse_file(table, mounts_path(which));
}

static int walk(struct libmnt_table *table, int (*fn)(void *, const struct mount_entry *),
		void *arg)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	int ret = iter ? 0 : -ENOMEM;

	while (!ret && !mnt_table_next_fs(table, iter, &fs)) {
		struct mount_entry entry = {
			.source = mnt_fs_get_source(fs) ?: "",
			.target = mnt_fs_get_target(fs) ?: "",
			.type = mnt_fs_get_fstype(fs) ?: "",
			.options = mnt_fs_get_options(fs) ?: "",
			.dev = mnt_fs_get_devno(fs),
			.id = mnt_fs_get_id(fs),
		};

		ret = fn(arg, &entry);
	}
	mnt_free_iter(iter);
	return ret;
}

/* libmount takes a table that it cannot read for an empty one. */
static int check_readable(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char byte;

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : -EIO;
	return read(fd, &byte, 1) < 0 ? -EIO : 0;
}

int mounts_each(enum mounts_table which, int (*fn)(void *arg, const struct mount_entry *entry),
		void *arg)
{
	struct libmnt_table *table;
	int ret = check_readable(mounts_path(which));

	if (ret)
		return ret;
	table = mnt_new_table();
	if (!table)
		return -ENOMEM;
	ret = parse(table, which) ? -EIO : walk(table, fn, arg);
	mnt_unref_table(table);
	return ret;
}

bool mounts_option(const struct mount_entry *entry, const char *name, char *value, size_t size)
{
	char *found = NULL;
	size_t n = 0;

	if (mnt_optstr_get_option(entry->options, name, &found, &n))
		return false;
	if (value)
		snprintf(value, size, "%.*s", (int)n, found ?: "");
	return true;
}
