// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include <ctype.h>
#include <fcntl.h>
#include <iconv.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include <json-c/json.h>

__attribute__((constructor)) static void set_locale(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		fuzz_broken(__FILE__, __LINE__, "there is a UTF-8 locale", NULL);
}

void fuzz_broken(const char *file, int line, const char *rule, const char *text)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, rule);
	if (text) {
		fputs("in: ", stderr);
		for (; *text; text++)
			fprintf(stderr, isprint((unsigned char)*text) ? "%c" : "<%02x>",
				(unsigned char)*text);
		fputc('\n', stderr);
	}
	abort();
}

char *fuzz_next(struct fuzz_input *in)
{
	size_t n = strnlen((const char *)in->at, in->end - in->at);
	char *text;

	if (in->at == in->end)
		return NULL;
	text = strndup((const char *)in->at, n);
	in->at += n;
	if (in->at < in->end)
		in->at++;
	return text;
}

unsigned int fuzz_byte(struct fuzz_input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

char *fuzz_string(const uint8_t *data, size_t size)
{
	return size ? strndup((const char *)data, size) : strdup("");
}

bool fuzz_is_utf8(const char *text, size_t size)
{
	iconv_t cd = iconv_open("UTF-32LE", "UTF-8");
	char buf[4096], *in = (char *)text;
	bool good = true;

	CHECK(cd != (iconv_t)-1);
	while (good && size) {
		char *out = buf;
		size_t left = sizeof(buf), before = size;

		good = iconv(cd, &in, &size, &out, &left) != (size_t)-1 || size < before;
	}
	iconv_close(cd);
	return good;
}

bool fuzz_is_clean(const char *text, size_t size, const char *but)
{
	mbstate_t state = { 0 };

	if (!fuzz_is_utf8(text, size))
		return false;
	while (size) {
		wchar_t c;
		size_t n = mbrtowc(&c, text, size, &state);

		if (!n || n > size)
			return false;
		if ((c < 0x20 || (c >= 0x7f && c < 0xa0)) && (c >= 0x80 || !strchr(but, (int)c)))
			return false;
		text += n;
		size -= n;
	}
	return true;
}

bool fuzz_is_json(const char *text, size_t size)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;
	bool good;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)size);
	/* With its end, or else "1" could go on as "12". */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		object = json_tokener_parse_ex(tokener, "", 1);
	good = json_tokener_get_error(tokener) == json_tokener_success;
	json_object_put(object);
	json_tokener_free(tokener);
	return good && fuzz_is_utf8(text, size);
}

char *fuzz_unescape(const char *text)
{
	char *out = malloc(strlen(text) + 1), *p = out;

	while (*text) {
		unsigned int byte;

		if (*text != '\\') {
			*p++ = *text++;
		} else if (text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
			   isxdigit((unsigned char)text[3]) && sscanf(text + 2, "%2x", &byte)) {
			*p++ = (char)byte;
			text += 4;
		} else {
			free(out);
			return NULL;
		}
	}
	*p = '\0';
	return out;
}

/* FUZZ_TMP is made, and taken away again, by whoever runs the fuzzer. */
int fuzz_dir(void)
{
	static int dir = -1;
	const char *base = getenv("FUZZ_TMP");

	if (dir < 0)
		dir = open(base ?: "", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		fuzz_broken(__FILE__, __LINE__, "FUZZ_TMP is a directory", base);
	return dir;
}

void fuzz_write(const char *path, const void *data, size_t size)
{
	int fd = openat(fuzz_dir(), path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	CHECK(write(fd, data, size) == (ssize_t)size);
	close(fd);
}
