// SPDX-License-Identifier: GPL-2.0-only
#include "change.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fd_room.h"

const char *change_result_name(enum change_result result)
{
	static const char *const names[] = {
		[CHANGE_NOT_STARTED] = "not-started", [CHANGE_DONE] = "done",
		[CHANGE_UNCHANGED] = "unchanged",     [CHANGE_PLANNED] = "planned",
		[CHANGE_REFUSED] = "refused",	      [CHANGE_FAILED] = "failed",
		[CHANGE_ROLLED_BACK] = "rolled-back", [CHANGE_NOT_ROLLED_BACK] = "not-rolled-back",
		[CHANGE_TIMED_OUT] = "timed-out",     [CHANGE_BUSY] = "busy",
		[CHANGE_FINISHED] = "finished",	      [CHANGE_UNDONE] = "undone",
		[CHANGE_FORGOTTEN] = "forgotten",
	};

	return names[result];
}

static int by_group(const void *a, const void *b)
{
	const struct device *x = ((const struct change *)a)->target.device;
	const struct device *y = ((const struct change *)b)->target.device;

	if (x->group_id != y->group_id)
		return x->group_id < y->group_id ? -1 : 1;
	return device_compare(x, y);
}

int change_set_add(struct change_set *set, struct device *const *devices, size_t n,
		   struct error *err)
{
	int ret = fd_room(n, n, err);

	if (ret)
		return ret;
	set->v = calloc(n ?: 1, sizeof(*set->v));
	if (!set->v)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		ret = target_open(&set->v[set->n++].target, set->host, devices[i], err);

		if (ret)
			return ret;
	}
	qsort(set->v, set->n, sizeof(*set->v), by_group);
	return 0;
}

void change_set_clear(struct change_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct change *change = &set->v[i];

		target_close(&change->target);
		free(change->driver);
		free(change->unloaded);
		free(change->from);
		free(change->to);
		free(change->message);
		free(change->now);
		plan_clear(&change->steps);
	}
	free(set->v);
	safety_clear(&set->safety);
	*set = (struct change_set){ 0 };
}

void change_end(struct change *change, enum change_result result, enum exit_status status,
		const char *fmt, ...)
{
	va_list ap;

	free(change->message);
	change->message = NULL;
	change->ended = true;
	change->result = result;
	change->status = status;
	if (!fmt)
		return;
	va_start(ap, fmt);
	if (vasprintf(&change->message, fmt, ap) < 0)
		change->message = NULL;
	va_end(ap);
}

enum exit_status change_set_status(const struct change_set *set)
{
	enum exit_status worst = EXIT_DONE;

	for (size_t i = 0; i < set->n; i++)
		worst = exit_status_worst(worst, set->v[i].status);
	return worst;
}
