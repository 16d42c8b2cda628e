// SPDX-License-Identifier: GPL-2.0-only
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "text.h"

int error_set(struct error *err, enum exit_status status, int errnum, const char *fmt, ...)
{
	int saved = errno;
	char plain[sizeof(err->msg)];
	va_list ap;

	if (err && err->status == EXIT_DONE) {
		va_start(ap, fmt);
		vsnprintf(plain, sizeof(plain), fmt, ap);
		va_end(ap);
		text_escape_to(err->msg, sizeof(err->msg), plain);
		err->status = status;
		err->errnum = errnum;
	}
	errno = saved;
	return errnum ? -errnum : -EINVAL;
}

/* A device that may have been left wrong outranks one that was merely not touched. */
static int gravity(enum exit_status status)
{
	switch (status) {
	case EXIT_NOT_ROLLED_BACK:
		return 10;
	case EXIT_ROLLED_BACK:
		return 9;
	case EXIT_TIMED_OUT:
		return 8;
	case EXIT_BUSY:
		return 7;
	case EXIT_REFUSED:
		return 6;
	case EXIT_NOT_VIABLE:
		return 5;
	case EXIT_FAILED:
		return 4;
	case EXIT_USAGE:
		return 3;
	case EXIT_NONE_FOUND:
		return 2;
	case EXIT_SOME_FOUND:
		return 1;
	case EXIT_DONE:
		break;
	}
	return 0;
}

enum exit_status exit_status_worst(enum exit_status a, enum exit_status b)
{
	return gravity(a) >= gravity(b) ? a : b;
}

const char *exit_status_name(enum exit_status status)
{
	switch (status) {
	case EXIT_DONE:
		return "done";
	case EXIT_FAILED:
		return "failed";
	case EXIT_USAGE:
		return "usage";
	case EXIT_NOT_VIABLE:
		return "not-viable";
	case EXIT_REFUSED:
		return "refused";
	case EXIT_BUSY:
		return "busy";
	case EXIT_TIMED_OUT:
		return "timed-out";
	case EXIT_ROLLED_BACK:
		return "rolled-back";
	case EXIT_NOT_ROLLED_BACK:
		return "not-rolled-back";
	case EXIT_NONE_FOUND:
		return "none-found";
	case EXIT_SOME_FOUND:
		return "some-found";
	}
	return "unknown";
}
