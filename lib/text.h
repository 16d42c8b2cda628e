/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings from outside, made safe to show, and lists of strings. */
#ifndef VFIOCTL_TEXT_H
#define VFIOCTL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies @in for a terminal or a log: control bytes (C0 and DEL), C1 controls and bytes that are
 * not valid UTF-8 become \xNN. The result is valid UTF-8. The caller frees it; NULL only when
 * memory ran out.
 */
char *text_escape(const char *in);

/* The same into a buffer of @size bytes, cut at a character's border, always terminated. */
void text_escape_to(char *buf, size_t size, const char *in);

/* True when text_escape() would change nothing. */
bool text_is_safe(const char *in);

/*
 * Copies @in with each byte that is not part of valid UTF-8 replaced by U+FFFD; control characters
 * stay, a JSON writer escapes them itself. The caller frees; NULL: out of memory.
 */
char *text_to_utf8(const char *in);
bool text_is_utf8(const char *in);

/* The whole of @in as a number that is not negative: decimal, or hexadecimal after 0x. 0, -EINVAL
 * or -ERANGE. */
int text_to_ulong(const char *in, unsigned long *out);

/* A growing array of strings that it owns. Zero-initialise. */
struct strv {
	char **v;
	size_t n;
	size_t room;
};

/* Append a copy; 0 or -ENOMEM. */
int strv_add(struct strv *s, const char *str);
int strv_addf(struct strv *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool strv_contains(const struct strv *s, const char *str);
void strv_clear(struct strv *s);

#endif
