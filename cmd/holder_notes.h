/* SPDX-License-Identifier: GPL-2.0-only */
/* What the verbs that look into processes have to say about the limits of that. */
#ifndef VFIOCTL_HOLDER_NOTES_H
#define VFIOCTL_HOLDER_NOTES_H

#include "cmd.h"
#include "vfio_files.h"

/* Warns when there may be holders that could not be seen. */
void holder_notes(const struct cmd_run *run, const struct vfio_files *files);

/* The same by itself. */
void holder_notes_incomplete(const struct cmd_run *run);

/* The sentence for what vfio_files_find() returned, and that. */
int holder_failure(int ret, struct error *err);

#endif
