// SPDX-License-Identifier: GPL-2.0-only
#include "devices.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PCI "/sys/bus/pci"

static char *read_file(const char *path)
{
	char *text = calloc(1, 8192);
	int fd = open(path, O_RDONLY);

	if (!text)
		err(2, "out of memory");
	if (fd < 0 || read(fd, text, 8191) < 0) {
		free(text);
		text = NULL;
	}
	if (fd >= 0)
		close(fd);
	return text;
}

long (*put_instead)(const char *path, const char *data, size_t size);

int put(const char *path, const char *text)
{
	int fd, ret;

	if (put_instead)
		return put_instead(path, text, strlen(text)) < 0 ? -EIO : 0;
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

bool state_same(const struct state *a, const struct state *b)
{
	return !strcmp(a->driver, b->driver) && !strcmp(a->override, b->override);
}

struct state state_of(const char *bdf)
{
	struct state s = { 0 };
	char path[256], link[256], *text;
	ssize_t n;

	snprintf(path, sizeof(path), PCI "/devices/%s/driver", bdf);
	n = readlink(path, link, sizeof(link) - 1);
	if (n > 0) {
		link[n] = '\0';
		snprintf(s.driver, sizeof(s.driver), "%.60s", strrchr(link, '/') + 1);
	}
	snprintf(path, sizeof(path), PCI "/devices/%s/driver_override", bdf);
	text = read_file(path);
	if (text) {
		text[strcspn(text, "\n")] = '\0';
		if (strcmp(text, "(null)") != 0)
			snprintf(s.override, sizeof(s.override), "%.60s", text);
	}
	free(text);
	return s;
}

static void override(const char *bdf, const char *driver)
{
	char path[256];

	snprintf(path, sizeof(path), PCI "/devices/%s/driver_override", bdf);
	put(path, *driver ? driver : "\n");
}

void state_set(const char *bdf, const struct state *wanted)
{
	struct state now = state_of(bdf);
	char path[256];

	if (state_same(&now, wanted))
		return;
	if (strcmp(now.driver, wanted->driver) != 0) {
		if (*now.driver) {
			snprintf(path, sizeof(path), PCI "/drivers/%s/unbind", now.driver);
			put(path, bdf);
		}
		if (*wanted->driver) {
			override(bdf, wanted->driver);
			snprintf(path, sizeof(path), PCI "/drivers/%s/bind", wanted->driver);
			put(path, bdf);
		}
	}
	override(bdf, wanted->override);
	now = state_of(bdf);
	if (!state_same(&now, wanted))
		errx(2, "cannot give '%s' driver '%s' and override '%s': it has '%s' and '%s'", bdf,
		     wanted->driver, wanted->override, now.driver, now.override);
}

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

char *others(const char *const *but, size_t n)
{
	struct dirent **list;
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);
	int found = scandir(PCI "/devices", &list, NULL, alphasort);

	if (!f || found < 0)
		err(2, "cannot list the devices");
	for (int i = 0; i < found; i++) {
		const char *name = list[i]->d_name;

		if (name[0] != '.' && !is_one_of(name, but, n)) {
			struct state s = state_of(name);

			fprintf(f, "%s %s %s\n", name, s.driver, s.override);
		}
		free(list[i]);
	}
	free(list);
	fclose(f);
	return out;
}

char *record_of(const char *bdf)
{
	char path[256];

	snprintf(path, sizeof(path), RECORDS "/pci:%s", bdf);
	return read_file(path);
}

/* The same device may have been found anew since @text was taken: then it is about that one. */
static void write_record(FILE *f, const char *bdf, const char *text)
{
	const char *inode = strstr(text, "\ninode=");
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), PCI "/devices/%s", bdf);
	if (!inode || stat(path, &st)) {
		fputs(text, f);
		return;
	}
	inode++;
	fprintf(f, "%.*sinode=%llu%s", (int)(inode - text), text, (unsigned long long)st.st_ino,
		strchr(inode, '\n'));
}

void record_set(const char *bdf, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), RECORDS "/.new:pci:%s", bdf);
	unlink(path);
	snprintf(path, sizeof(path), RECORDS "/pci:%s", bdf);
	if (!text) {
		unlink(path);
		return;
	}
	f = fopen(path, "w");
	if (!f)
		err(2, "cannot write '%s'", path);
	write_record(f, bdf, text);
	fclose(f);
}

bool unfinished(void)
{
	DIR *dir = opendir(RECORDS);
	struct dirent *entry;
	bool found = false;

	while (dir && (entry = readdir(dir))) {
		char path[512], *text;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), RECORDS "/%s", entry->d_name);
		text = read_file(path);
		found |= text && strstr(text, "\nphase=applying\n");
		free(text);
	}
	if (dir)
		closedir(dir);
	return found;
}
