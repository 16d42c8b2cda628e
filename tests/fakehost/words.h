/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line of a layout: words apart by blanks, with "quotes" and the escapes \n \t \\ \" \e \xHH
 * anywhere in them, so that any byte but NUL can be named. # starts a comment.
 */
#ifndef FAKEHOST_WORDS_H
#define FAKEHOST_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX 96

struct words {
	const char *where; /* "file:line", for messages */
	int n;
	char *word[WORDS_MAX]; /* into the line that words_split() was given */
	bool used[WORDS_MAX];
};

/* Splits @line in place. */
void words_split(struct words *w, char *line, const char *where);

/* The next word that is not a key=value, or NULL. */
const char *words_next(struct words *w);

/* As above; its absence ends the program, saying what @what was missing. */
const char *words_need(struct words *w, const char *what);

/* The value of key=value, or @fallback. */
const char *words_get(struct words *w, const char *key, const char *fallback);
long words_number(struct words *w, const char *key, long fallback);

/* The next key=value whose key starts with @prefix: its key after the prefix, and its value. */
bool words_each(struct words *w, const char *prefix, const char **key, const char **value);

/* A word that nothing asked for is a mistake in the layout, and ends the program. */
void words_done(const struct words *w);

void words_die(const struct words *w, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
