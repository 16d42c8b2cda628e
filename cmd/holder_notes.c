// SPDX-License-Identifier: GPL-2.0-only
#include "holder_notes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gather.h"

void holder_notes_incomplete(const struct cmd_run *run)
{
	cmd_warn(run, "not every process could be looked into%s: there may be more holders",
		 geteuid() ? "; run it as root" : "");
}

void holder_notes(const struct cmd_run *run, const struct vfio_files *files)
{
	if (!files->complete)
		holder_notes_incomplete(run);
}

int holder_failure(int ret, struct error *err)
{
	if (ret == -ENOMEM)
		return gather_no_memory(err);
	return error_set(err, EXIT_FAILED, -ret, "cannot look into '/proc': %s", strerror(-ret));
}
