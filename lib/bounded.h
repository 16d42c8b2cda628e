/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One call that may hang, in a child process that needs not be waited for: pool.h is for many. What
 * the kernel does not give back cannot be interrupted, only left behind.
 */
#ifndef VFIOCTL_BOUNDED_H
#define VFIOCTL_BOUNDED_H

#include <stddef.h>

#include "error.h"

/*
 * In the child, @fn writes its answer to the fd @out; it shares the parent's memory as it was when
 * it was forked, and nothing that it changes there comes back. The parent gets all of the answer as
 * a new buffer in *@answer. 0; -ETIME, EXIT_TIMED_OUT when it did not come within @timeout_ms: the
 * sentence says that @what did not end, and where it is stuck; -EIO when the child died; other
 * -errno when it could not be started.
 */
int bounded_call(void (*fn)(void *arg, int out), void *arg, int timeout_ms, const char *what,
		 char **answer, size_t *size, struct error *err);

/* In the child: all of @data. What cannot be written is missed by the parent. */
void bounded_answer(int out, const void *data, size_t size);

#endif
