/* SPDX-License-Identifier: GPL-2.0-only */
/* A failure and its sentence. The callee writes a complete one, the caller prints it once. */
#ifndef VFIOCTL_ERROR_H
#define VFIOCTL_ERROR_H

/*
 * Exit statuses, one table for all verbs; vfioctl(8) publishes it. When the devices of one call
 * end differently, exit_status_worst() decides.
 */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_VIABLE = 3,
	EXIT_REFUSED = 4,
	EXIT_BUSY = 5,
	EXIT_TIMED_OUT = 6,
	EXIT_ROLLED_BACK = 7,
	EXIT_NOT_ROLLED_BACK = 8,
	EXIT_NONE_FOUND = 32,
	EXIT_SOME_FOUND = 64,
};

/*
 * Plain data, no ownership; zero-initialise. @msg is a whole sentence in lower case without a full
 * stop, the subject quoted; error_set() escapes what came from outside.
 */
struct error {
	enum exit_status status;
	int errnum;
	char msg[1024];
};

/*
 * Writes the sentence and returns -@errnum (-EINVAL when @errnum is 0), so that a caller may
 * `return error_set(...)`. Keeps errno. When @err already holds a failure the first one stays: the
 * cause is worth more than its consequences. @err may be NULL.
 */
int error_set(struct error *err, enum exit_status status, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The graver of two: 8, 7, 6, 5, 4, 3, 1, 2, 32, 64, 0. */
enum exit_status exit_status_worst(enum exit_status a, enum exit_status b);

/* One word for a status, as JSON shows it: "done", "failed", "not-viable", ... */
const char *exit_status_name(enum exit_status status);

#endif
