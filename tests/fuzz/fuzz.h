/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every fuzzer here has. A fuzzer is one file fuzz-NAME.c with LLVMFuzzerTestOneInput(); its
 * seeds are the files of corpus/NAME. libFuzzer drives it in `make fuzz`, replay.c in `make check`.
 */
#ifndef VFIOCTL_TESTS_FUZZ_H
#define VFIOCTL_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. Says which rule was broken, and ends the fuzzer. */
#define CHECK(rule)                                                   \
	do {                                                          \
		if (!(rule))                                          \
			fuzz_broken(__FILE__, __LINE__, #rule, NULL); \
	} while (0)
/* The same, and shows the text that breaks the rule. */
#define CHECK_TEXT(rule, text)                                          \
	do {                                                            \
		if (!(rule))                                            \
			fuzz_broken(__FILE__, __LINE__, #rule, (text)); \
	} while (0)
void fuzz_broken(const char *file, int line, const char *rule, const char *text)
	__attribute__((noreturn));

/* An input as strings, each ended by a NUL or by the input's end. */
struct fuzz_input {
	const uint8_t *at, *end;
};

/* The next string, or NULL when there is none. The caller frees. */
char *fuzz_next(struct fuzz_input *in);
/* The next byte, 0 when there is none. */
unsigned int fuzz_byte(struct fuzz_input *in);
/* The whole input up to its first NUL. The caller frees. */
char *fuzz_string(const uint8_t *data, size_t size);

/* Valid UTF-8, in the C library's judgement and not in ours. */
bool fuzz_is_utf8(const char *text, size_t size);
/* UTF-8 without control characters, of which @but are allowed: what a terminal may be given. */
bool fuzz_is_clean(const char *text, size_t size, const char *but);
/* As JSON shows it: what json_print_error() and the tables print must be read back. */
bool fuzz_is_json(const char *text, size_t size);

/* "\x1b" and the like back to bytes. The caller frees; NULL when it is malformed. */
char *fuzz_unescape(const char *text);

/* A directory for this process alone, as an fd that stays open. */
int fuzz_dir(void);
/* Makes the file @path below it hold just these bytes. */
void fuzz_write(const char *path, const void *data, size_t size);

#endif
