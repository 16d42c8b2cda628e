// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "inner.h"

static int answer_port = -1;

void answer_open(int port)
{
	answer_port = port;
}

void answer(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vdprintf(answer_port, format, args);
	va_end(args);
	dprintf(answer_port, "\n");
}

void answer_error(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	answer("error: %s", text);
}
