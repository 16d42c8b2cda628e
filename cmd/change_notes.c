// SPDX-License-Identifier: GPL-2.0-only
#include "change_notes.h"

#include <errno.h>

#include "safety.h"

void change_notes_informs(const struct cmd_run *run, const struct change_set *set)
{
	for (size_t i = 0; i < set->safety.n; i++)
		if (set->safety.v[i].verdict == SAFETY_INFORM)
			cmd_warn(run, "'%s': %s", set->safety.v[i].target->device->name,
				 set->safety.v[i].resource);
}

void change_notes_failures(const struct cmd_run *run, const struct change_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct error err = { 0 };

		if (set->v[i].status == EXIT_DONE || !set->v[i].message)
			continue;
		error_set(&err, set->v[i].status, 0, "%s", set->v[i].message);
		cmd_error(run, &err);
	}
}

int change_notes_all_found(struct error *err)
{
	struct error why = { 0 };

	if (err->status != EXIT_SOME_FOUND)
		return 0;
	error_set(&why, EXIT_SOME_FOUND, ENOENT, "%s; nothing was changed", err->msg);
	*err = why;
	return -ENOENT;
}
