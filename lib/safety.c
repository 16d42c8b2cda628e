// SPDX-License-Identifier: GPL-2.0-only
#include "safety.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "privilege.h"
#include "safety_check.h"

enum concerns {
	DRIVEN_BY_HOST = 1 << 0, /* devices with a driver that is no VFIO driver */
	DRIVEN_BY_VFIO = 1 << 1,
	NOT_DRIVEN = 1 << 2,
	ONCE = 1 << 3, /* too costly for the second look */
};

struct safety_check {
	const char *reason;
	unsigned int concerns;
	int (*run)(struct safety_run *run);
	enum exit_status status;
};

static const struct safety_check checks[] = {
	{ "mounted", DRIVEN_BY_HOST, safety_check_mounted, EXIT_REFUSED },
	{ "swap", DRIVEN_BY_HOST, safety_check_swap, EXIT_REFUSED },
	{ "claimed", DRIVEN_BY_HOST, safety_check_claimed, EXIT_REFUSED },
	{ "address", DRIVEN_BY_HOST, safety_check_address, EXIT_REFUSED },
	{ "route", DRIVEN_BY_HOST, safety_check_route, EXIT_REFUSED },
	{ "netns", DRIVEN_BY_HOST, safety_check_netns, EXIT_REFUSED },
	{ "vfs", DRIVEN_BY_HOST | DRIVEN_BY_VFIO, safety_check_vfs, EXIT_REFUSED },
	{ "boot-vga", DRIVEN_BY_HOST | NOT_DRIVEN, safety_check_boot_vga, EXIT_REFUSED },
	{ "held", DRIVEN_BY_VFIO | ONCE, safety_check_held, EXIT_BUSY },
};

void safety_clear(struct safety *safety)
{
	for (size_t i = 0; i < safety->n; i++)
		free(safety->v[i].resource);
	free(safety->v);
	*safety = (struct safety){ 0 };
}

const struct target *safety_target_of(const struct safety_run *run, const char *path)
{
	for (size_t i = 0; i < run->n; i++) {
		size_t n = strlen(run->targets[i]->path);

		if (!strncmp(run->targets[i]->path, path, n) && (path[n] == '/' || !path[n]))
			return run->targets[i];
	}
	return NULL;
}

static int add(struct safety_run *run, const struct target *target, bool unknown, char *resource)
{
	struct safety *out = run->out;

	if (!resource)
		return -ENOMEM;
	for (size_t i = 0; i < out->n; i++) {
		if (out->v[i].target == target && !strcmp(out->v[i].resource, resource)) {
			free(resource);
			return 0;
		}
	}
	if (out->n == out->room) {
		size_t room = out->room ? out->room * 2 : 8;
		struct safety_finding *v = reallocarray(out->v, room, sizeof(*v));

		if (!v) {
			free(resource);
			return -ENOMEM;
		}
		out->v = v;
		out->room = room;
	}
	out->v[out->n++] = (struct safety_finding){
		.target = target,
		.reason = run->check->reason,
		.bit = run->bit,
		.unknown = unknown,
		.status = run->check->status,
		.resource = resource,
	};
	return 0;
}

int safety_found(struct safety_run *run, const struct target *target, const char *fmt, ...)
{
	char *resource;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&resource, fmt, ap) < 0)
		resource = NULL;
	va_end(ap);
	return add(run, target, false, resource);
}

int safety_unknown(struct safety_run *run, const struct target *target, const char *fmt, ...)
{
	_cleanup_free_ char *why = NULL;
	va_list ap;
	int ret = 0;

	va_start(ap, fmt);
	if (vasprintf(&why, fmt, ap) < 0)
		why = NULL;
	va_end(ap);
	if (!why)
		return -ENOMEM;
	if (target)
		return add(run, target, true, strdup(why));
	for (size_t i = 0; !ret && i < run->n; i++)
		ret = add(run, run->targets[i], true, strdup(why));
	return ret;
}

static unsigned int concern_of(const struct target *target)
{
	const struct driver *driver = target->device->driver;

	if (!driver)
		return NOT_DRIVEN;
	return driver->vfio ? DRIVEN_BY_VFIO : DRIVEN_BY_HOST;
}

int safety_judge(struct safety *out, const struct target *const *targets, size_t n,
		 enum safety_flags flags, struct error *err)
{
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_LOOK);
	_cleanup_free_ const struct target **some = calloc(n ?: 1, sizeof(*some));
	int ret = some ? 0 : -ENOMEM;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(checks); i++) {
		struct safety_run run = {
			.check = &checks[i],
			.bit = 1U << i,
			.targets = some,
			.out = out,
		};

		if ((checks[i].concerns & ONCE) && (flags & SAFETY_AGAIN))
			continue;
		for (size_t j = 0; j < n; j++)
			if (concern_of(targets[j]) & checks[i].concerns)
				some[run.n++] = targets[j];
		if (!run.n)
			continue;
		run.host = some[0]->host;
		ret = checks[i].run(&run);
	}
	return ret ? error_set(err, EXIT_FAILED, ENOMEM, "out of memory") : 0;
}

int safety_refuse(const struct safety_finding *f, unsigned int allow, struct error *err)
{
	const char *name = f->target->device->name;

	if (allow & f->bit)
		return 0;
	if (f->unknown)
		return error_set(
			err, f->status, EPERM,
			"cannot tell whether the host needs '%s': %s (--allow=%s to go on)", name,
			f->resource, f->reason);
	if (f->status == EXIT_BUSY)
		return error_set(err, f->status, EBUSY, "'%s' is in use: %s (--allow=%s to go on)",
				 name, f->resource, f->reason);
	return error_set(err, f->status, EPERM, "the host needs '%s': %s (--allow=%s to go on)",
			 name, f->resource, f->reason);
}

int safety_reasons(struct strv *out)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(checks); i++)
		ret = strv_add(out, checks[i].reason);
	return ret;
}

static unsigned int bit_of(const char *reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (!strcmp(checks[i].reason, reason))
			return 1U << i;
	return 0;
}

int safety_allow_parse(const char *list, unsigned int *allow, struct error *err)
{
	_cleanup_free_ char *copy = strdup(list);
	char *save = NULL;

	if (!copy)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		unsigned int bit = bit_of(word);

		if (!bit)
			return error_set(err, EXIT_USAGE, EINVAL,
					 "'%s' is no reason that --allow knows", word);
		*allow |= bit;
	}
	return 0;
}
