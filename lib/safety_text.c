// SPDX-License-Identifier: GPL-2.0-only
#include "safety_text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANK " \t\n"

bool text_crypttab(char *line, char **name, char **source)
{
	char *save = NULL;

	*name = strtok_r(line, BLANK, &save);
	*source = *name ? strtok_r(NULL, BLANK, &save) : NULL;
	return *source && **name != '#';
}

/* What is in quotes as a whole has them for the shell that reads it. */
static char *unquoted(char *word)
{
	size_t n = strlen(word);

	if (n < 2 || (*word != '"' && *word != '\'') || word[n - 1] != *word)
		return word;
	word[n - 1] = '\0';
	return word + 1;
}

char *text_resume(char *text)
{
	char *found = NULL, *save = NULL;

	for (char *word = strtok_r(text, BLANK, &save); word; word = strtok_r(NULL, BLANK, &save))
		if (!strncasecmp(word, "resume=", 7))
			found = word + 7;
	return found ? unquoted(found) : NULL;
}

const char *text_variable(const char *environment, size_t n, const char *name)
{
	size_t length = strlen(name);

	for (size_t at = 0; at < n; at += strlen(environment + at) + 1)
		if (!strncmp(environment + at, name, length) && environment[at + length] == '=')
			return environment + at + length + 1;
	return NULL;
}

bool text_ssh_client(const char *connection, char *client, size_t size)
{
	const char *start = connection + strspn(connection, BLANK);
	size_t length = strcspn(start, BLANK);

	/* One that is cut off is another address. */
	if (!length || length >= size)
		return false;
	memcpy(client, start, length);
	client[length] = '\0';
	return true;
}

/* "PID (NAME) STATE PARENT ...", where the name may hold anything. */
pid_t text_parent(const char *stat)
{
	const char *after = strrchr(stat, ')');
	char *end;
	long parent;

	if (!after || after[1] != ' ' || !after[2] || after[3] != ' ')
		return 0;
	parent = isdigit((unsigned char)after[4]) ? strtol(after + 4, &end, 10) : 0;
	return parent > 0 && parent <= INT_MAX ? parent : 0;
}

bool text_range(const char *line, struct text_range *range)
{
	return sscanf(line, " %" SCNx64 "-%" SCNx64 " : %63[^\n]", &range->start, &range->end,
		      range->name) == 3 &&
	       range->start <= range->end;
}

/* "SK REFERENCES TYPE PROTOCOL INDEX RUNNING MEMORY USER INODE", below a line of headings. */
bool text_packet_socket(const char *line, struct packet_socket *socket)
{
	return sscanf(line, "%*s %*s %*s %*s %u %*s %*s %*s %lu", &socket->index, &socket->inode) ==
	       2;
}
