// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inner.h"

#define WAIT_S 60

static const struct {
	const char *name, *class;
} kinds[] = {
	[PCI_DISK] = { "disk", "0x010802" },
	[PCI_NET] = { "net", "0x020000" },
};

bool pci_kind_parse(const char *word, enum pci_kind *kind)
{
	for (*kind = PCI_DISK; *kind <= PCI_NET; (*kind)++)
		if (!strcmp(word, kinds[*kind].name))
			return true;
	return false;
}

/* A file's first line, "" when it cannot be read. */
static void file_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(line, (int)size, file))
		line[0] = 0;
	line[strcspn(line, "\n")] = 0;
	if (file)
		fclose(file);
}

/* The first function of this kind, as a directory with a slash at its end. */
static bool pci_function(enum pci_kind kind, char *dir, size_t size)
{
	bool found = false;
	char class[16];
	glob_t all;
	size_t i;

	if (glob("/sys/bus/pci/devices/*/class", 0, NULL, &all))
		return false;
	for (i = 0; i < all.gl_pathc && !found; i++) {
		file_line(all.gl_pathv[i], class, sizeof(class));
		found = !strcmp(class, kinds[kind].class);
		if (found)
			snprintf(dir, size, "%.*s",
				 (int)(strlen(all.gl_pathv[i]) - strlen("class")), all.gl_pathv[i]);
	}
	globfree(&all);
	return found;
}

bool pci_find(enum pci_kind kind, const char *pattern, char *path, size_t size)
{
	char dir[128] = "", wanted[256];
	bool found = false;
	glob_t all;
	int i;

	for (i = 0; i < WAIT_S * 20 && !found; i++) {
		if (i)
			usleep(50000);
		if (!pci_function(kind, dir, sizeof(dir)))
			continue;
		snprintf(wanted, sizeof(wanted), "%s%s", dir, pattern);
		if (glob(wanted, 0, NULL, &all))
			continue;
		snprintf(path, size, "%s", all.gl_pathv[0]);
		globfree(&all);
		found = true;
	}
	if (!found)
		answer_error("no %s in %d s, below '%s'", kinds[kind].name, WAIT_S, dir);
	return found;
}

void pci_gone(enum pci_kind kind)
{
	char dir[128];
	int i;

	for (i = 0; i < WAIT_S * 20; i++) {
		if (!pci_function(kind, dir, sizeof(dir))) {
			answer("gone");
			return;
		}
		usleep(50000);
	}
	answer_error("after %d s '%s' is still there", WAIT_S, dir);
}

void pci_reset(enum pci_kind kind)
{
	char path[256], method[64];
	int fd;

	if (!pci_find(kind, "reset_method", path, sizeof(path)))
		return;
	file_line(path, method, sizeof(method));
	/* The first of those that there are is taken. */
	method[strcspn(method, " ")] = 0;
	if (!pci_find(kind, "reset", path, sizeof(path)))
		return;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "1", 1) != 1)
		answer_error("cannot reset '%s': %s", path, strerror(errno));
	else
		answer("reset by %s", method);
	if (fd >= 0)
		close(fd);
}

/* Whether a line of /proc/interrupts is that of this number. */
static bool interrupt_is(const char *line, const char *number)
{
	char *end;

	return strtol(line, &end, 10) == atoi(number) && *end == ':';
}

/* Adds a line's count, and takes the type from it: "24:  17  PCI-MSIX-0000:01:00.0  0-edge nvme0q0"
 */
static void interrupt_add(const char *number, long *count, char *type, size_t size)
{
	FILE *file = fopen("/proc/interrupts", "re");
	char line[256], word[32];
	long one;

	while (file && fgets(line, sizeof(line), file))
		if (interrupt_is(line, number) &&
		    sscanf(strchr(line, ':'), ": %ld %31s", &one, word) == 2) {
			*count += one;
			word[strcspn(word, "0123456789")] = 0;
			snprintf(type, size, "%s", word);
		}
	if (file)
		fclose(file);
}

void pci_interrupts(enum pci_kind kind)
{
	char path[256], type[32] = "none";
	long count = 0;
	glob_t all;
	size_t i;

	if (!pci_find(kind, "irq", path, sizeof(path)))
		return;
	strcpy(strrchr(path, '/'), "/msi_irqs/*");
	if (!glob(path, 0, NULL, &all)) {
		for (i = 0; i < all.gl_pathc; i++)
			interrupt_add(strrchr(all.gl_pathv[i], '/') + 1, &count, type,
				      sizeof(type));
		globfree(&all);
	} else {
		strcpy(strrchr(path, '/') - strlen("/msi_irqs"), "/irq");
		file_line(path, path, sizeof(path));
		interrupt_add(path, &count, type, sizeof(type));
	}
	answer("interrupts %s %ld", type, count);
}
