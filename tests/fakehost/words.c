// SPDX-License-Identifier: GPL-2.0-only
#include "words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void words_die(const struct words *w, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", w->where);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* Reads the escape behind a backslash at @in, and moves past it. */
static char unescape(struct words *w, const char **in)
{
	char hex[3] = { 0 };
	char c = *(*in)++;

	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'e':
		return '\033';
	case 'x':
		if (!isxdigit((unsigned char)(*in)[0]) || !isxdigit((unsigned char)(*in)[1]))
			words_die(w, "\\x wants two hexadecimal digits");
		memcpy(hex, *in, 2);
		*in += 2;
		return (char)strtol(hex, NULL, 16);
	case '\0':
		words_die(w, "a backslash ends the line");
	default:
		return c;
	}
}

void words_split(struct words *w, char *line, const char *where)
{
	const char *in = line;
	char *out = line;

	*w = (struct words){ .where = where };
	for (;;) {
		bool quoted = false;

		while (isspace((unsigned char)*in))
			in++;
		if (!*in || *in == '#')
			return;
		if (w->n == WORDS_MAX)
			words_die(w, "more than %d words", WORDS_MAX);
		w->word[w->n++] = out;
		while (*in && (quoted || !isspace((unsigned char)*in))) {
			char c = *in++;

			if (c == '"')
				quoted = !quoted;
			else
				*out++ = c == '\\' ? unescape(w, &in) : c;
		}
		if (quoted)
			words_die(w, "a quote is not closed");
		if (*in)
			in++;
		*out++ = '\0';
	}
}

/* A name may hold '=' when hostile: only what looks like a key counts as one. */
static const char *key_end(const char *word)
{
	const char *p = word;

	while (isalnum((unsigned char)*p) || strchr("_-:./", *p)) {
		if (!*p)
			return NULL;
		p++;
	}
	return *p == '=' && p > word ? p : NULL;
}

const char *words_next(struct words *w)
{
	for (int i = 0; i < w->n; i++) {
		if (!w->used[i] && !key_end(w->word[i])) {
			w->used[i] = true;
			return w->word[i];
		}
	}
	return NULL;
}

const char *words_need(struct words *w, const char *what)
{
	const char *word = words_next(w);

	if (!word)
		words_die(w, "%s is missing", what);
	return word;
}

const char *words_get(struct words *w, const char *key, const char *fallback)
{
	size_t len = strlen(key);

	for (int i = 0; i < w->n; i++) {
		if (strncmp(w->word[i], key, len) == 0 && w->word[i][len] == '=') {
			w->used[i] = true;
			return w->word[i] + len + 1;
		}
	}
	return fallback;
}

long words_number(struct words *w, const char *key, long fallback)
{
	const char *text = words_get(w, key, NULL);
	char *end;
	long value;

	if (!text)
		return fallback;
	value = strtol(text, &end, 0);
	if (end == text || *end)
		words_die(w, "%s=%s is not a number", key, text);
	return value;
}

bool words_each(struct words *w, const char *prefix, const char **key, const char **value)
{
	size_t len = strlen(prefix);

	for (int i = 0; i < w->n; i++) {
		char *end = (char *)key_end(w->word[i]);

		if (w->used[i] || !end || strncmp(w->word[i], prefix, len) != 0)
			continue;
		w->used[i] = true;
		*end = '\0';
		*key = w->word[i] + len;
		*value = end + 1;
		return true;
	}
	return false;
}

void words_done(const struct words *w)
{
	for (int i = 0; i < w->n; i++) {
		if (!w->used[i])
			words_die(w, "'%s' means nothing here", w->word[i]);
	}
}
