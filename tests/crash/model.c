// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <linux/capability.h>
#include <unistd.h>

#include "devices.h"
#include "plug.h"

#define PCI	    "/sys/bus/pci"
#define DEVICES_MAX 64

/* Which driver the kernel would choose for a device: the one that it had at first. */
static struct {
	char bdf[NAME_SIZE], driver[NAME_SIZE];
} natural[DEVICES_MAX];
static size_t n_natural;

static void path_of(char *path, const char *bdf, const char *file)
{
	snprintf(path, 256, PCI "/devices/%s/%s", bdf, file);
}

/* In one piece: others may be reading. */
static void write_file(const char *path, const char *text)
{
	char new[600];
	FILE *f;

	snprintf(new, sizeof(new), "%.500s.new", path);
	f = fopen(new, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) || rename(new, path))
		err(2, "cannot write '%s'", path);
}

/* The scan reads the driver from there. */
static void set_uevent(const char *bdf, const char *driver)
{
	char path[256], line[256], text[4096] = "";
	FILE *f;

	path_of(path, bdf, "uevent");
	f = fopen(path, "r");
	if (!f)
		err(2, "cannot read '%s'", path);
	if (*driver)
		snprintf(text, sizeof(text), "DRIVER=%s\n", driver);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "DRIVER=", 7) != 0)
			strncat(text, line, sizeof(text) - strlen(text) - 1);
	fclose(f);
	write_file(path, text);
}

static void attach(const char *bdf, const char *driver)
{
	char path[256], to[256];

	path_of(path, bdf, "driver");
	snprintf(to, sizeof(to), PCI "/drivers/%s", driver);
	if (symlink(to, path))
		err(2, "cannot make '%s'", path);
	snprintf(path, sizeof(path), PCI "/drivers/%s/%s", driver, bdf);
	snprintf(to, sizeof(to), PCI "/devices/%s", bdf);
	if (symlink(to, path))
		err(2, "cannot make '%s'", path);
	path_of(path, bdf, "vfio-dev");
	if (strstr(driver, "vfio"))
		mkdir(path, 0755);
	set_uevent(bdf, driver);
}

static void detach(const char *bdf, const char *driver)
{
	char path[256], below[300];
	struct dirent *entry;
	DIR *dir;

	path_of(path, bdf, "driver");
	unlink(path);
	snprintf(path, sizeof(path), PCI "/drivers/%s/%s", driver, bdf);
	unlink(path);
	path_of(path, bdf, "vfio-dev");
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(below, sizeof(below), "%.200s/%.80s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			rmdir(below);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
	set_uevent(bdf, "");
}

static const char *choice(const char *bdf, const struct state *s)
{
	if (*s->override)
		return s->override;
	for (size_t i = 0; i < n_natural; i++)
		if (!strcmp(natural[i].bdf, bdf))
			return natural[i].driver;
	return "";
}

static bool is_there(const char *bdf)
{
	char path[256];

	path_of(path, bdf, "uevent");
	return !access(path, F_OK);
}

static int bind(const char *bdf, const char *driver)
{
	struct state s = state_of(bdf);

	if (!is_there(bdf))
		return -ENODEV;
	if (*s.driver)
		return -EBUSY;
	if (strcmp(choice(bdf, &s), driver) != 0)
		return -ENODEV;
	attach(bdf, driver);
	return 0;
}

static int unbind(const char *bdf, const char *driver)
{
	struct state s = state_of(bdf);

	if (strcmp(s.driver, driver) != 0)
		return -ENODEV;
	detach(bdf, driver);
	return 0;
}

static int probe(const char *bdf)
{
	struct state s = state_of(bdf);

	if (!is_there(bdf))
		return -EINVAL;
	if (!*s.driver && *choice(bdf, &s))
		attach(bdf, choice(bdf, &s));
	return 0;
}

static int override(const char *path, const char *driver)
{
	char text[NAME_SIZE + 1];

	snprintf(text, sizeof(text), "%.60s\n", *driver ? driver : "(null)");
	write_file(path, text);
	return 0;
}

static int remove_device(const char *bdf)
{
	struct state s = state_of(bdf);

	if (*s.driver)
		detach(bdf, s.driver);
	plug_out(bdf);
	return 0;
}

/* Whatever was set on one that went is not set on what comes. */
static int rescan(void)
{
	const char *bdf;
	char path[256];

	while ((bdf = plug_in_next())) {
		path_of(path, bdf, "driver_override");
		override(path, "");
		probe(bdf);
	}
	return 0;
}

long model_write(const char *path, const char *data, size_t size)
{
	char driver[NAME_SIZE], file[NAME_SIZE], text[NAME_SIZE], bdf[NAME_SIZE];
	const char *name = strrchr(path, '/') + 1;
	int ret = -EACCES;

	snprintf(text, sizeof(text), "%.60s", data);
	text[strcspn(text, "\n")] = '\0';
	if (strstr(path, " (deleted)"))
		ret = -ENODEV;
	else if (!strcmp(path, PCI "/rescan"))
		ret = rescan();
	else if (sscanf(path, PCI "/devices/%60[^/]/%60s", bdf, file) == 2 &&
		 !strcmp(file, "remove"))
		ret = remove_device(bdf);
	else if (!strcmp(name, "driver_override"))
		ret = override(path, text);
	else if (!strcmp(path, PCI "/drivers_probe"))
		ret = probe(text);
	else if (sscanf(path, PCI "/drivers/%60[^/]/%60s", driver, file) == 2)
		ret = !strcmp(file, "bind")	? bind(text, driver)
		      : !strcmp(file, "unbind") ? unbind(text, driver)
						: -EACCES;
	return ret ?: (long)size;
}

void model_init(void)
{
	struct dirent *entry;
	DIR *dir = opendir(PCI "/devices");

	/* No vfioctl of ours may load a module: the kernel beneath the made host is a real one. */
	if (prctl(PR_CAPBSET_DROP, CAP_SYS_MODULE) && prctl(PR_CAPBSET_READ, CAP_SYS_MODULE) != 0)
		err(2, "cannot give up CAP_SYS_MODULE");
	while (dir && (entry = readdir(dir)) && n_natural < DEVICES_MAX) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(natural[n_natural].bdf, NAME_SIZE, "%.60s", entry->d_name);
		snprintf(natural[n_natural].driver, NAME_SIZE, "%s",
			 state_of(entry->d_name).driver);
		n_natural++;
	}
	if (dir)
		closedir(dir);
	put_instead = model_write;
}
