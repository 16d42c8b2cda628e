// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a listing costs at the least: for each PCI function its uevent and the link of its IOMMU
 * group, four system calls, and a line of address, vendor, device, class, driver and group, as
 * `vfioctl devices -nr` prints them.
 *
 * The yardstick of the benchmarks, not a tool: it trusts what it reads.
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
	char name[20];
	char vendor[8], device[8], class[8], driver[48], group[16];
};

static struct entry *entries;
static size_t n_entries;

/* The value of one key of a uevent, when the line at @line has it. */
static void take(const char *line, const char *key, char *out, size_t size)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) == 0)
		snprintf(out, size, "%.*s", (int)strcspn(line + len, "\n"), line + len);
}

static void parse(struct entry *entry, const char *uevent)
{
	char id[12] = "";
	char class[8] = "";

	for (const char *line = uevent; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		take(line, "DRIVER=", entry->driver, sizeof(entry->driver));
		take(line, "PCI_CLASS=", class, sizeof(class));
		take(line, "PCI_ID=", id, sizeof(id));
	}
	for (char *c = id; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	snprintf(entry->vendor, sizeof(entry->vendor), "%.4s", id);
	snprintf(entry->device, sizeof(entry->device), "%.4s", strchr(id, ':') ? id + 5 : "");
	snprintf(entry->class, sizeof(entry->class), "%04lx",
		 strtoul(class, NULL, 16) >> 8 & 0xffff);
}

static void read_one(int dir, const char *name)
{
	struct entry *entry;
	char path[64];
	char text[512];
	ssize_t len;
	int fd;

	if (n_entries % 256 == 0)
		entries = realloc(entries, (n_entries + 256) * sizeof(*entries));
	if (!entries)
		err(1, "realloc");
	entry = &entries[n_entries++];
	memset(entry, 0, sizeof(*entry));
	snprintf(entry->name, sizeof(entry->name), "%s", name);

	snprintf(path, sizeof(path), "%s/uevent", name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (len >= 0) {
		text[len] = '\0';
		parse(entry, text);
	}
	close(fd);

	snprintf(path, sizeof(path), "%s/iommu_group", name);
	len = readlinkat(dir, path, text, sizeof(text) - 1);
	if (len > 0) {
		text[len] = '\0';
		snprintf(entry->group, sizeof(entry->group), "%.15s", strrchr(text, '/') + 1);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

int main(void)
{
	DIR *dir = opendir("/sys/bus/pci/devices");
	struct dirent *entry;

	if (!dir)
		err(1, "cannot open '/sys/bus/pci/devices'");
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			read_one(dirfd(dir), entry->d_name);
	}
	if (n_entries)
		qsort(entries, n_entries, sizeof(*entries), by_name);
	for (size_t i = 0; i < n_entries; i++)
		printf("%s %s %s %s %s %s\n", entries[i].name, entries[i].vendor, entries[i].device,
		       entries[i].class, entries[i].driver, entries[i].group);
	return fflush(stdout) ? 1 : 0;
}
