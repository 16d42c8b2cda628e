// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "run_dir.h"
#include "sysfs.h"

#define RECORD_MAX 65536

void record_clear(struct record *record)
{
	free(record->bus);
	free(record->name);
	free(record->path);
	free(record->modalias);
	free(record->origin_driver);
	free(record->origin_override);
	free(record->set);
	free(record->before);
	free(record->from_driver);
	free(record->from_override);
	free(record->to_driver);
	free(record->to_override);
	plan_clear(&record->plan);
	*record = (struct record){ 0 };
}

bool record_is_of(const struct record *record, const char *path, const char *modalias,
		  unsigned long long inode)
{
	if (!record->path || strcmp(record->path, path) != 0 ||
	    (record->inode && record->inode != inode))
		return false;
	/* One that could not be read now or then says nothing against what the inode says. */
	if (record->inode && (!record->modalias || !modalias))
		return true;
	return !strcmp(record->modalias ?: "", modalias ?: "");
}

static bool same(const char *a, const char *b)
{
	return !strcmp(a ?: "", b ?: "");
}

struct plan_unfinished record_unfinished(const struct record *r, const char *override)
{
	struct plan_unfinished u = {
		.from_driver = r->from_driver,
		.from_override = r->from_override,
		.to = { r->to_driver, r->to_override, r->to_any },
		.override_ours = same(override, r->from_override),
	};

	for (size_t i = 0; i < r->plan.n; i++) {
		const struct step *step = &r->plan.steps[i];

		if (step->kind == STEP_OVERRIDE)
			u.override_ours |=
				same(override, step->value) || same(override, step->undo);
		u.probed |= step->kind == STEP_PROBE && i < r->done;
	}
	return u;
}

/* Writing. */

static void put_encoded(FILE *f, const char *value)
{
	for (const unsigned char *p = (const unsigned char *)(value ?: ""); *p; p++) {
		if (*p > ' ' && *p < 0x7f && *p != '%' && *p != '=')
			putc(*p, f);
		else
			fprintf(f, "%%%02x", *p);
	}
}

static void put(FILE *f, const char *key, const char *value)
{
	if (!value)
		return;
	fprintf(f, "%s=", key);
	put_encoded(f, value);
	putc('\n', f);
}

static void put_plan(FILE *f, const struct plan *plan, size_t done)
{
	for (size_t i = 0; i < plan->n; i++) {
		fprintf(f, "step=%s ", step_kind_name(plan->steps[i].kind));
		put_encoded(f, plan->steps[i].value);
		putc(' ', f);
		put_encoded(f, plan->steps[i].undo);
		putc('\n', f);
	}
	for (size_t i = 0; i < done; i++)
		fprintf(f, "done=%zu\n", i);
}

static void put_change(FILE *f, const struct record *r)
{
	put(f, "verb", r->giving_back ? "unbind" : "bind");
	put(f, "before", r->before);
	put(f, "from-driver", r->from_driver);
	put(f, "from-override", r->from_override);
	put(f, "to-driver", r->to_driver);
	put(f, "to-override", r->to_override);
	put(f, "to-any", r->to_any ? "1" : NULL);
	put_plan(f, &r->plan, r->done);
}

/* In one piece, and onto stable storage. */
static int write_whole(int fd, const char *text, size_t size)
{
	ssize_t n = write(fd, text, size);

	if (n < 0)
		return -errno;
	if ((size_t)n != size)
		return -ENOSPC;
	return fsync(fd) ? -errno : 0;
}

static int write_all(int fd, const struct record *r)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return -ENOMEM;
	put(f, "version", "1");
	put(f, "phase", r->applying ? "applying" : "bound");
	put(f, "bus", r->bus);
	put(f, "name", r->name);
	put(f, "path", r->path);
	put(f, "modalias", r->modalias);
	if (r->inode)
		fprintf(f, "inode=%llu\n", r->inode);
	put(f, "origin-driver", r->origin_driver);
	put(f, "origin-override", r->origin_override);
	put(f, "set", r->set);
	if (r->applying)
		put_change(f, r);
	if (fclose(f))
		return -ENOMEM;
	return write_whole(fd, text, size);
}

#define TEMP ".new:"

static bool file_name(char *buf, size_t size, const char *prefix, const char *bus, const char *name)
{
	int n = snprintf(buf, size, "%s%s:%s", prefix, bus, name);

	return n > 0 && (size_t)n < size;
}

int record_save(const struct record *r, int run_dir, struct error *err)
{
	_cleanup_close_ int dir = run_dir_open_below(run_dir, "devices", err);
	_cleanup_close_ int fd = -1;
	char name[NAME_MAX + 1], temp[NAME_MAX + 1];
	int ret;

	if (dir < 0)
		return dir;
	if (!file_name(name, sizeof(name), "", r->bus, r->name) ||
	    !file_name(temp, sizeof(temp), TEMP, r->bus, r->name))
		return error_set(err, EXIT_FAILED, ENAMETOOLONG, "name too long: '%s'", r->name);
	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	ret = fd < 0 ? -errno : write_all(fd, r);
	if (!ret && renameat(dir, temp, dir, name))
		ret = -errno;
	if (!ret && fsync(dir))
		ret = -errno;
	if (!ret)
		return 0;
	unlinkat(dir, temp, 0);
	return error_set(err, EXIT_FAILED, -ret, "cannot record '%s' under '%s': %s", r->name,
			 RUN_DIR, strerror(-ret));
}

/* An fd; no link is followed. -errno. */
static int open_records(int run_dir)
{
	int fd = openat(run_dir, "devices", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int record_note_done(int run_dir, const char *bus, const char *device, size_t index,
		     struct error *err)
{
	_cleanup_close_ int dir = open_records(run_dir), fd = -1;
	char name[NAME_MAX + 1], line[32];
	ssize_t size;
	int ret = 0;

	if (!file_name(name, sizeof(name), "", bus, device))
		return error_set(err, EXIT_FAILED, ENAMETOOLONG, "name too long: '%s'", device);
	size = snprintf(line, sizeof(line), "done=%zu\n", index);
	fd = dir < 0 ? -1 : openat(dir, name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		ret = dir < 0 ? dir : -errno;
	else
		ret = write_whole(fd, line, size);
	return ret ? error_set(err, EXIT_FAILED, -ret, "cannot record a step of '%s': %s", device,
			       strerror(-ret))
		   : 0;
}

int record_remove(int run_dir, const char *bus, const char *device, struct error *err)
{
	_cleanup_close_ int dir = open_records(run_dir);
	char name[NAME_MAX + 1], temp[NAME_MAX + 1];
	int ret = dir < 0 ? dir : 0;

	if (!file_name(name, sizeof(name), "", bus, device))
		return 0;
	if (!ret && unlinkat(dir, name, 0))
		ret = -errno;
	/* What a run left that was killed while it wrote. */
	if (dir >= 0 && file_name(temp, sizeof(temp), TEMP, bus, device))
		unlinkat(dir, temp, 0);
	if (!ret || ret == -ENOENT)
		return 0;
	return error_set(err, EXIT_FAILED, -ret, "cannot remove '%s/devices/%s': %s", RUN_DIR, name,
			 strerror(-ret));
}

/* Reading. */

static char *decode(const char *in)
{
	char *out = malloc(strlen(in) + 1), *p = out;

	if (!out)
		return NULL;
	for (; *in; in++) {
		unsigned int byte;

		if (*in == '%' && isxdigit((unsigned char)in[1]) &&
		    isxdigit((unsigned char)in[2]) && sscanf(in + 1, "%2x", &byte) == 1 && byte) {
			*p++ = (char)byte;
			in += 2;
		} else {
			*p++ = *in;
		}
	}
	*p = '\0';
	return out;
}

static int take_step(struct plan *plan, char *text)
{
	char *value = strchr(text, ' '), *undo = value ? strchr(value + 1, ' ') : NULL;
	struct step *step = &plan->steps[plan->n];

	if (!undo || plan->n == PLAN_MAX)
		return -EBADMSG;
	*value++ = '\0';
	*undo++ = '\0';
	for (int kind = STEP_UNBIND; kind <= STEP_VERIFY; kind++) {
		if (strcmp(step_kind_name(kind), text) != 0)
			continue;
		step->kind = kind;
		step->value = decode(value);
		step->undo = decode(undo);
		plan->n++;
		return step->value && step->undo ? 0 : -ENOMEM;
	}
	return -EBADMSG;
}

static int take_line(struct record *r, char *line)
{
	const struct {
		const char *key;
		char **to;
	} strings[] = {
		{ "bus", &r->bus },
		{ "name", &r->name },
		{ "path", &r->path },
		{ "modalias", &r->modalias },
		{ "origin-driver", &r->origin_driver },
		{ "origin-override", &r->origin_override },
		{ "set", &r->set },
		{ "before", &r->before },
		{ "from-driver", &r->from_driver },
		{ "from-override", &r->from_override },
		{ "to-driver", &r->to_driver },
		{ "to-override", &r->to_override },
	};
	char *value = strchr(line, '=');

	if (!value)
		return -EBADMSG;
	*value++ = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		if (strcmp(strings[i].key, line) != 0)
			continue;
		free(*strings[i].to);
		*strings[i].to = decode(value);
		return *strings[i].to ? 0 : -ENOMEM;
	}
	if (!strcmp(line, "version"))
		return strcmp(value, "1") ? -EBADMSG : 0;
	if (!strcmp(line, "phase"))
		r->applying = !strcmp(value, "applying");
	if (!strcmp(line, "verb"))
		r->giving_back = !strcmp(value, "unbind");
	if (!strcmp(line, "to-any"))
		r->to_any = true;
	if (!strcmp(line, "inode"))
		r->inode = strtoull(value, NULL, 10);
	if (!strcmp(line, "step"))
		return take_step(&r->plan, value);
	if (!strcmp(line, "done"))
		r->done++;
	return 0;
}

static int parse(struct record *r, char *text)
{
	char *save = NULL, *last = strrchr(text, '\n');
	int ret = 0;

	/* A line that did not fit on a full disk is as good as not written. */
	if (last)
		last[1] = '\0';
	for (char *line = strtok_r(text, "\n", &save); line && !ret;
	     line = strtok_r(NULL, "\n", &save))
		ret = take_line(r, line);
	if (!ret && (!r->bus || !r->name || !r->path || r->done > r->plan.n))
		ret = -EBADMSG;
	return ret;
}

int record_load(struct record *r, int run_dir, const char *bus, const char *device,
		struct error *err)
{
	_cleanup_close_ int dir = open_records(run_dir), fd = -1;
	_cleanup_free_ char *text = malloc(RECORD_MAX + 1);
	char name[NAME_MAX + 1];
	ssize_t n;
	int ret;

	if (!text)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	if (dir == -ENOENT || !file_name(name, sizeof(name), "", bus, device))
		return -ENOENT;
	errno = dir < 0 ? -dir : 0;
	fd = dir < 0 ? -1 : openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	n = fd < 0 ? -1 : read(fd, text, RECORD_MAX);
	if (n < 0)
		return error_set(err, EXIT_FAILED, errno, "cannot read '%s/devices/%s': %s",
				 RUN_DIR, name, strerror(errno));
	text[n] = '\0';
	ret = parse(r, text);
	if (!ret)
		return 0;
	record_clear(r);
	return error_set(
		err, EXIT_FAILED, -ret,
		"'%s/devices/%s' makes no sense; without that file the kernel chooses what an "
		"unbind gives the device to",
		RUN_DIR, name);
}

static int on_file(void *arg, const char *name)
{
	struct strv *out = arg;

	/* One that is being written is not there yet. */
	return name[0] == '.' ? 0 : strv_add(out, name);
}

int record_list(int run_dir, struct strv *out, struct error *err)
{
	_cleanup_close_ int dir = open_records(run_dir);
	int ret = dir == -ENOENT ? 0 : dir < 0 ? dir : sysfs_each_in(dir, on_file, out);

	return ret ? error_set(err, EXIT_FAILED, -ret, "cannot read '%s/devices': %s", RUN_DIR,
			       strerror(-ret))
		   : 0;
}
