// SPDX-License-Identifier: GPL-2.0-only
/* Checks for what the host is set up to use at its next boot or wake-up, and what a disk holds. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block.h"
#include "cleanup.h"
#include "mounts.h"
#include "safety_storage.h"
#include "safety_text.h"
#include "signature.h"
#include "sysfs.h"

#define CMDLINE	     "/proc/cmdline"
#define RESUME_CONF  "/etc/initramfs-tools/conf.d/resume"
#define CRYPTTAB     "/etc/crypttab"
#define CMDLINE_SIZE 65536

/* A source by its tag. With udev there is a link for it; without one the disks are asked. */

struct tag {
	const char *name, *dir;
	size_t at;
};

static const struct tag tags[] = {
	{ "UUID=", "/dev/disk/by-uuid/", offsetof(struct signature, uuid) },
	{ "LABEL=", "/dev/disk/by-label/", offsetof(struct signature, label) },
	{ "PARTUUID=", "/dev/disk/by-partuuid/", offsetof(struct signature, part_uuid) },
	{ "PARTLABEL=", "/dev/disk/by-partlabel/", offsetof(struct signature, part_label) },
};

struct search {
	struct safety_run *run;
	const struct tag *tag;
	const char *value;
	const char *what, *source;
};

/* "UUID=..." and what follows the "="; quotes around it are none of it. NULL: it has no tag. */
static const struct tag *split_tag(const char *source, char *value, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		size_t n = strlen(tags[i].name);

		if (strncmp(source, tags[i].name, n) != 0)
			continue;
		source += n + (source[n] == '"');
		snprintf(value, size, "%.*s", (int)strcspn(source, "\""), source);
		return &tags[i];
	}
	return NULL;
}

static int on_candidate(void *arg, const struct storage_disk *disk)
{
	struct search *search = arg;
	struct signature sig;
	char node[NAME_MAX + 8];

	block_node(disk->name, node, sizeof(node));
	if (safety_is_explained(search->run, disk->dev) || signature_read(node, &sig) ||
	    strcasecmp((const char *)&sig + search->tag->at, search->value) != 0)
		return 0;
	return safety_found(search->run, disk->target, "%s is set up to be on '%s' (%s)",
			    search->what, node, search->source);
}

/* What is not there now may be a disk that is not plugged in; what is in use is found as such. */
static int follow(struct safety_run *run, const char *path, const char *what, const char *source)
{
	char words[512];
	struct stat st;

	if (strncmp(path, "/dev/", 5) != 0 || stat(path, &st) || !S_ISBLK(st.st_mode) ||
	    safety_is_explained(run, st.st_rdev))
		return 0;
	snprintf(words, sizeof(words), "%s", what);
	return storage_follow(run, st.st_rdev, words, source);
}

static int follow_source(struct safety_run *run, const char *source, const char *what)
{
	char value[256], path[PATH_MAX];
	const struct tag *tag = split_tag(source, value, sizeof(value));
	struct search search = {
		.run = run, .tag = tag, .value = value, .what = what, .source = source
	};
	unsigned int major, minor;
	struct stat st;
	int end = 0;

	/* "259:3", as the kernel takes it as well. */
	if (sscanf(source, "%u:%u%n", &major, &minor, &end) == 2 && !source[end])
		return storage_follow(run, makedev(major, minor), what, source);
	if (!tag)
		return follow(run, source, what, source);
	snprintf(path, sizeof(path), "%s%s", tag->dir, value);
	if (!strchr(value, '/') && !stat(path, &st))
		return follow(run, path, what, source);
	return storage_each(run, on_candidate, &search);
}

/* Resume. */

static int check_resume_in(struct safety_run *run, const char *file)
{
	_cleanup_free_ char *text = malloc(CMDLINE_SIZE);
	char *source, what[256];
	ssize_t n;

	if (!text)
		return -ENOMEM;
	n = sysfs_read(AT_FDCWD, file, text, CMDLINE_SIZE);
	if (n == -ENOENT)
		return 0;
	if (n < 0)
		return safety_unknown(run, NULL, "cannot read '%s': %s", file, strerror(-n));
	source = text_resume(text);
	if (!source)
		return 0;
	snprintf(what, sizeof(what), "resume (%s)", file);
	return follow_source(run, source, what);
}

int safety_check_resume(struct safety_run *run)
{
	unsigned int major, minor;
	char text[32];
	int ret = storage_only(run);

	if (ret || !run->n)
		return ret;
	if (sysfs_read(run->host->sysfs, "power/resume", text, sizeof(text)) > 0 &&
	    sscanf(text, "%u:%u", &major, &minor) == 2 && major)
		ret = storage_follow(run, makedev(major, minor), "resume", NULL);
	if (!ret)
		ret = check_resume_in(run, CMDLINE);
	return ret ?: check_resume_in(run, RESUME_CONF);
}

/* fstab and crypttab. */

static int on_fstab(void *arg, const struct mount_entry *entry)
{
	_cleanup_free_ char *what = NULL;

	if (asprintf(&what, "%s in %s", !strcmp(entry->type, "swap") ? "swap" : entry->target,
		     mounts_path(MOUNTS_FSTAB)) < 0) {
		what = NULL;
		return -ENOMEM;
	}
	return follow_source(arg, entry->source, what);
}

int safety_check_fstab(struct safety_run *run)
{
	int ret = storage_only(run);

	if (!ret && run->n)
		ret = mounts_each(MOUNTS_FSTAB, on_fstab, run);
	if (ret == -EIO)
		return safety_unknown(run, NULL, "cannot read '%s'", mounts_path(MOUNTS_FSTAB));
	return ret == -ENOENT ? 0 : ret;
}

static int on_crypttab_line(struct safety_run *run, char *line)
{
	char *name, *source, what[256];

	if (!text_crypttab(line, &name, &source))
		return 0;
	snprintf(what, sizeof(what), "%s in %s", name, CRYPTTAB);
	return follow_source(run, source, what);
}

int safety_check_crypttab(struct safety_run *run)
{
	_cleanup_fclose_ FILE *in = NULL;
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int ret = storage_only(run);

	if (ret || !run->n)
		return ret;
	in = fopen(CRYPTTAB, "re");
	if (!in)
		return errno == ENOENT ? 0
				       : safety_unknown(run, NULL, "cannot read '%s': %s", CRYPTTAB,
							strerror(errno));
	while (!ret && getline(&line, &size, in) > 0)
		ret = on_crypttab_line(run, line);
	return ret;
}

/* Signatures: an idle disk is not an empty one. */

static int on_disk(void *arg, const struct storage_disk *disk)
{
	struct safety_run *run = arg;
	struct signature sig;
	char node[NAME_MAX + 8];

	block_node(disk->name, node, sizeof(node));
	if (safety_is_explained(run, disk->dev) || signature_read(node, &sig) || !*sig.type)
		return 0;
	return safety_found(run, disk->target, "'%s' holds '%s'%s%s%s", node, sig.type,
			    *sig.label ? " labelled '" : "", sig.label, *sig.label ? "'" : "");
}

int safety_check_signature(struct safety_run *run)
{
	int ret = storage_only(run);

	return ret || !run->n ? ret : storage_each(run, on_disk, run);
}
