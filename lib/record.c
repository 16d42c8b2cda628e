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
	plan_clear(&record->plan);
	*record = (struct record){ 0 };
}

bool record_is_of(const struct record *record, const char *path, const char *modalias)
{
	return record->path && !strcmp(record->path, path) &&
	       !strcmp(record->modalias ?: "", modalias ?: "");
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

static int write_all(int fd, const struct record *r)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	ssize_t n;

	if (!f)
		return -ENOMEM;
	put(f, "version", "1");
	put(f, "phase", r->applying ? "applying" : "bound");
	put(f, "bus", r->bus);
	put(f, "name", r->name);
	put(f, "path", r->path);
	put(f, "modalias", r->modalias);
	put(f, "origin-driver", r->origin_driver);
	put(f, "origin-override", r->origin_override);
	put(f, "set", r->set);
	if (r->applying)
		put_plan(f, &r->plan, r->done);
	if (fclose(f))
		return -ENOMEM;
	n = write(fd, text, size);
	if (n < 0)
		return -errno;
	if ((size_t)n != size)
		return -ENOSPC;
	return fsync(fd) ? -errno : 0;
}

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
	    !file_name(temp, sizeof(temp), ".new:", r->bus, r->name))
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

int record_note_done(int run_dir, const char *bus, const char *device, size_t index,
		     struct error *err)
{
	char name[NAME_MAX + 1], path[sizeof(name) + 8], line[32];
	_cleanup_close_ int fd = -1;
	ssize_t size;

	if (!file_name(name, sizeof(name), "", bus, device))
		return error_set(err, EXIT_FAILED, ENAMETOOLONG, "name too long: '%s'", device);
	snprintf(path, sizeof(path), "devices/%s", name);
	size = snprintf(line, sizeof(line), "done=%zu\n", index);
	fd = openat(run_dir, path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || write(fd, line, size) != size || fsync(fd))
		return error_set(err, EXIT_FAILED, errno, "cannot record a step of '%s': %s",
				 device, strerror(errno));
	return 0;
}

int record_remove(int run_dir, const char *bus, const char *device, struct error *err)
{
	char name[NAME_MAX + 1], path[sizeof(name) + 8];

	if (!file_name(name, sizeof(name), "", bus, device))
		return 0;
	snprintf(path, sizeof(path), "devices/%s", name);
	if (unlinkat(run_dir, path, 0) && errno != ENOENT)
		return error_set(err, EXIT_FAILED, errno, "cannot remove '%s/%s': %s", RUN_DIR,
				 path, strerror(errno));
	return 0;
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
	if (!strcmp(line, "step"))
		return take_step(&r->plan, value);
	if (!strcmp(line, "done"))
		r->done++;
	return 0;
}

static int parse(struct record *r, char *text)
{
	char *save = NULL;
	int ret = 0;

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
	char name[NAME_MAX + 1], path[sizeof(name) + 8];
	_cleanup_free_ char *text = malloc(RECORD_MAX + 1);
	_cleanup_close_ int fd = -1;
	ssize_t n;
	int ret;

	if (!text)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	if (!file_name(name, sizeof(name), "", bus, device))
		return -ENOENT;
	snprintf(path, sizeof(path), "devices/%s", name);
	fd = openat(run_dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	n = fd < 0 ? -1 : read(fd, text, RECORD_MAX);
	if (n < 0)
		return error_set(err, EXIT_FAILED, errno, "cannot read '%s/%s': %s", RUN_DIR, path,
				 strerror(errno));
	text[n] = '\0';
	ret = parse(r, text);
	if (!ret)
		return 0;
	record_clear(r);
	return error_set(
		err, EXIT_FAILED, -ret,
		"'%s/%s' makes no sense; without that file the kernel chooses what an unbind gives "
		"the device to",
		RUN_DIR, path);
}
