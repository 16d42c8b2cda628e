/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of the files that the checks read, taken apart. Nothing here looks at the host. */
#ifndef VFIOCTL_SAFETY_TEXT_H
#define VFIOCTL_SAFETY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* "NAME SOURCE ..." of a crypttab, in @line, which is changed. False: it is a comment, or less. */
bool text_crypttab(char *line, char **name, char **source);

/*
 * The value of the last "resume=", in whatever case and without quotes around it, among the words
 * of @text, which is changed. NULL: there is none.
 */
char *text_resume(char *text);

/*
 * The value of the variable @name in an environment as /proc shows it: @n bytes with a NUL behind
 * them. NULL: there is none.
 */
const char *text_variable(const char *environment, size_t n, const char *name);

/* The address of the client of an SSH_CONNECTION, "CLIENT PORT SERVER PORT". False: it has none. */
bool text_ssh_client(const char *connection, char *client, size_t size);

/* The parent of the process that a /proc/PID/stat is of. 0: it has none, or that cannot be told. */
pid_t text_parent(const char *stat);

/* A line of /proc/iomem, "  e0000000-e02fffff : BOOTFB". */
struct text_range {
	uint64_t start, end;
	char name[64];
};
bool text_range(const char *line, struct text_range *range);

/* A line of /proc/net/packet. @index 0: it is bound to no interface. */
struct packet_socket {
	unsigned int index;
	unsigned long inode;
};
bool text_packet_socket(const char *line, struct packet_socket *socket);

#endif
