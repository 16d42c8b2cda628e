// SPDX-License-Identifier: GPL-2.0-only
/* An environment as /proc shows it, and the client in its SSH_CONNECTION. */
#include "fuzz.h"
#include "safety_text.h"

#define NAME "SSH_CONNECTION="

/* The first variable of that name, each of them taken as a string of its own. */
static char *first_of(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, data + size };
	char *text;

	while ((text = fuzz_next(&in))) {
		if (!strncmp(text, NAME, strlen(NAME)))
			return text;
		free(text);
	}
	return NULL;
}

static void check_client(const char *connection)
{
	const char *word = connection + strspn(connection, " \t\n");
	size_t n = strcspn(word, " \t\n");
	char client[32];

	memset(client, 'x', sizeof(client));
	CHECK_TEXT(text_ssh_client(connection, client, sizeof(client)) == (n && n < sizeof(client)),
		   connection);
	if (n && n < sizeof(client))
		CHECK_TEXT(!memcmp(client, word, n) && !client[n], connection);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *first = first_of(data, size);
	const char *value;

	CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	value = text_variable(text, size, "SSH_CONNECTION");
	CHECK(!value == !first);
	if (value) {
		CHECK_TEXT(!strcmp(value, first + strlen(NAME)), first);
		check_client(value);
	}
	free(first);
	free(text);
	return 0;
}
