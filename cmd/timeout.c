// SPDX-License-Identifier: GPL-2.0-only
#include "timeout.h"

#include <errno.h>

#include "text.h"

#define TIMEOUT_MAX_S 86400

int timeout_parse(const char *arg, int *timeout_ms, struct error *err)
{
	unsigned long seconds;

	if (text_to_ulong(arg, &seconds) || !seconds || seconds > TIMEOUT_MAX_S)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "'%s' is no number of seconds from 1 to %d", arg, TIMEOUT_MAX_S);
	*timeout_ms = (int)seconds * 1000;
	return 0;
}
