/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that nobody but root can have had a hand in. */
#ifndef VFIOCTL_TRUSTED_H
#define VFIOCTL_TRUSTED_H

#include "error.h"

/*
 * Opens the file @path, absolute, for reading. Each directory on the way to it, and the file
 * itself, must be root's and writable by nobody else; so must be what a symbolic link on the way
 * leads through. Looked at and opened component by component, so nothing can be changed in between.
 * An fd, close-on-exec; -ENOENT, without a sentence, when there is no such file; -EPERM with a
 * sentence that names what others can write; other -errno with a sentence.
 */
int trusted_open(const char *path, struct error *err);

#endif
