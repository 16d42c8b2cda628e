// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

/* The range of a second byte narrows for some first bytes (Unicode 15, table 3-7). */
struct utf8_lead {
	unsigned char from, to;
	unsigned char length;
	unsigned char second_min, second_max;
};

static const struct utf8_lead utf8_leads[] = {
	{ 0x00, 0x7f, 1, 0, 0 },       { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

/* Length in bytes of the valid character at @s, 0 when there is none. Stops at a NUL by itself. */
static size_t utf8_length(const unsigned char *s)
{
	const struct utf8_lead *lead = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(utf8_leads); i++)
		if (s[0] >= utf8_leads[i].from && s[0] <= utf8_leads[i].to)
			lead = &utf8_leads[i];
	if (!lead)
		return 0;
	if (lead->length > 1 && (s[1] < lead->second_min || s[1] > lead->second_max))
		return 0;
	for (size_t i = 2; i < lead->length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return lead->length;
}

/* U+0080 to U+009F are controls too: a terminal may take them for escape sequences. */
static bool is_c1(const unsigned char *s, size_t length)
{
	return length == 2 && s[0] == 0xc2 && s[1] < 0xa0;
}

static size_t safe_length(const unsigned char *s)
{
	size_t length;

	if (*s >= 0x20 && *s < 0x7f)
		return 1;
	if (*s < 0x80)
		return 0;
	length = utf8_length(s);
	return is_c1(s, length) ? 0 : length;
}

bool text_is_safe(const char *in)
{
	const unsigned char *s = (const unsigned char *)in;
	size_t length;

	for (; *s; s += length) {
		length = safe_length(s);
		if (!length)
			return false;
	}
	return true;
}

void text_escape_to(char *buf, size_t size, const char *in)
{
	const unsigned char *s = (const unsigned char *)in;
	size_t used = 0;

	while (*s) {
		size_t length = safe_length(s);
		size_t need = length ? length : 4;

		if (used + need >= size)
			break;
		if (length)
			memcpy(buf + used, s, length);
		else
			snprintf(buf + used, 5, "\\x%02x", *s);
		used += need;
		s += length ? length : 1;
	}
	if (size)
		buf[used] = '\0';
}

char *text_escape(const char *in)
{
	size_t size = strlen(in) * 4 + 1;
	char *out = malloc(size);

	if (out)
		text_escape_to(out, size, in);
	return out;
}

bool text_is_utf8(const char *in)
{
	const unsigned char *s = (const unsigned char *)in;
	size_t length;

	for (; *s; s += length) {
		length = utf8_length(s);
		if (!length)
			return false;
	}
	return true;
}

char *text_to_utf8(const char *in)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const unsigned char *s = (const unsigned char *)in;
	char *out = malloc(strlen(in) * 3 + 1), *p = out;

	if (!out)
		return NULL;
	while (*s) {
		size_t length = utf8_length(s);

		if (length)
			p = mempcpy(p, s, length);
		else
			p = mempcpy(p, replacement, 3);
		s += length ? length : 1;
	}
	*p = '\0';
	return out;
}

int text_to_ulong(const char *in, unsigned long *out)
{
	bool hex = in[0] == '0' && (in[1] == 'x' || in[1] == 'X');
	const char *digits = hex ? in + 2 : in;
	char *end;

	/* strtoul() would take blanks and signs. */
	if (!isxdigit((unsigned char)*digits) || (!hex && !isdigit((unsigned char)*digits)))
		return -EINVAL;
	errno = 0;
	*out = strtoul(digits, &end, hex ? 16 : 10);
	if (*end)
		return -EINVAL;
	return errno == ERANGE ? -ERANGE : 0;
}

static int strv_take(struct strv *s, char *str)
{
	if (!str)
		return -ENOMEM;
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 8;
		char **v = reallocarray(s->v, room, sizeof(*v));

		if (!v) {
			free(str);
			return -ENOMEM;
		}
		s->v = v;
		s->room = room;
	}
	s->v[s->n++] = str;
	return 0;
}

int strv_add(struct strv *s, const char *str)
{
	return strv_take(s, strdup(str));
}

int strv_addf(struct strv *s, const char *fmt, ...)
{
	char *str;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&str, fmt, ap);
	va_end(ap);
	return strv_take(s, n < 0 ? NULL : str);
}

bool strv_contains(const struct strv *s, const char *str)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i], str))
			return true;
	return false;
}

void strv_clear(struct strv *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct strv){ 0 };
}
