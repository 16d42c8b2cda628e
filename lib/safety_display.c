// SPDX-License-Identifier: GPL-2.0-only
/* Checks for what people look at: the boot display, framebuffers, connected screens, consoles. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "safety_check.h"
#include "safety_text.h"
#include "sysfs.h"

#define CLASS_DISPLAY 0x03

int safety_check_boot_vga(struct safety_run *run)
{
	char text[8];
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++)
		if (sysfs_read(run->targets[i]->dir, "boot_vga", text, sizeof(text)) > 0 &&
		    !strcmp(text, "1"))
			ret = safety_found(run, run->targets[i], "it is the boot display");
	return ret;
}

/* What the firmware draws in is a range of addresses, known by its name alone. */

static bool is_framebuffer(const char *name)
{
	static const char *const names[] = { "BOOTFB",		"simple-framebuffer", "efifb",
					     "vesafb",		"simplefb",	      "simpledrm",
					     "efi-framebuffer", "vesa-framebuffer" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(names[i], name, strlen(names[i])))
			return true;
	return false;
}

static int on_region(void *arg, uint64_t start, uint64_t end)
{
	const struct text_range *range = arg;

	return start <= range->end && range->start <= end;
}

bool safety_is_display(const struct target *target)
{
	return !target->device->has_id || target->device->id.class_code >> 16 == CLASS_DISPLAY;
}

static int check_range(struct safety_run *run, struct text_range *range)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++) {
		const struct target *target = run->targets[i];
		int hit;

		if (!range->end) {
			/* Addresses are shown to root alone. */
			if (safety_is_display(target))
				ret = safety_unknown(run, target,
						     "only root can see where the firmware's "
						     "framebuffer '%s' is",
						     range->name);
			continue;
		}
		hit = safety_each_region(target, on_region, range);
		if (hit > 0)
			ret = safety_found(run, target, "the framebuffer '%s' is in its memory",
					   range->name);
		else if (hit < 0 && safety_is_display(target))
			ret = safety_unknown(run, target, "cannot read its resources: %s",
					     strerror(-hit));
	}
	return ret;
}

int safety_check_framebuffer(struct safety_run *run)
{
	int fd = run->iomem < 0 ? -1 : dup(run->iomem);
	_cleanup_fclose_ FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	_cleanup_free_ char *line = NULL;
	struct text_range range;
	size_t size = 0;
	int ret = 0;

	for (size_t i = 0; !in && !ret && i < run->n; i++)
		if (safety_is_display(run->targets[i]))
			ret = safety_unknown(run, run->targets[i], "cannot read '/proc/iomem'");
	while (in && !ret && getline(&line, &size, in) > 0)
		if (text_range(line, &range) && is_framebuffer(range.name))
			ret = check_range(run, &range);
	return ret;
}

/* Connectors: "card0-HDMI-A-1", where a screen is plugged in and something is shown. */
static int on_connector(void *arg, const char *name)
{
	struct safety_run *run = arg;
	const struct target *target;
	char path[NAME_MAX + 32], text[32];

	if (strncmp(name, "card", 4) != 0 || !strchr(name, '-'))
		return 0;
	snprintf(path, sizeof(path), "class/drm/%s/enabled", name);
	if (sysfs_read(run->host->sysfs, path, text, sizeof(text)) < 0 ||
	    strcmp(text, "enabled") != 0)
		return 0;
	target = safety_carrier(run, "drm", name);
	return target ? safety_found(run, target, "the screen at '%s' shows something", name) : 0;
}

int safety_check_display(struct safety_run *run)
{
	return safety_each_in(run, "drm", on_connector, run);
}

/* Consoles: where the kernel's messages go, and the screen that the text consoles are on. */

static int check_serial(struct safety_run *run)
{
	char text[512], *save = NULL;
	ssize_t n = sysfs_read(run->host->sysfs, "class/tty/console/active", text, sizeof(text));
	int ret = 0;

	for (char *name = n > 0 ? strtok_r(text, " ", &save) : NULL; name && !ret;
	     name = strtok_r(NULL, " ", &save)) {
		const struct target *target = safety_carrier(run, "tty", name);

		if (target)
			ret = safety_found(run, target, "the console '%s' is on it", name);
	}
	return ret;
}

static int on_vtconsole(void *arg, const char *name)
{
	const struct safety_run *run = arg;
	char path[NAME_MAX + 32], text[128];

	snprintf(path, sizeof(path), "class/vtconsole/%s/bind", name);
	if (sysfs_read(run->host->sysfs, path, text, sizeof(text)) < 0 || strcmp(text, "1") != 0)
		return 0;
	snprintf(path, sizeof(path), "class/vtconsole/%s/name", name);
	return sysfs_read(run->host->sysfs, path, text, sizeof(text)) > 0 &&
	       strstr(text, "frame buffer");
}

struct first {
	long number; /* -1: none yet */
};

static int on_fb(void *arg, const char *name)
{
	struct first *first = arg;
	long number;
	char *end;

	if (strncmp(name, "fb", 2) != 0)
		return 0;
	number = strtol(name + 2, &end, 10);
	if (end > name + 2 && !*end && (first->number < 0 || number < first->number))
		first->number = number;
	return 0;
}

/* The kernel puts its text consoles on the first framebuffer that there is. */
static int check_screen(struct safety_run *run)
{
	struct first first = { .number = -1 };
	const struct target *target;
	char name[32];
	int ret = safety_each_in(run, "vtconsole", on_vtconsole, run);

	if (ret < 1)
		return ret;
	ret = safety_each_in(run, "graphics", on_fb, &first);
	if (ret || first.number < 0)
		return ret;
	snprintf(name, sizeof(name), "fb%ld", first.number);
	target = safety_carrier(run, "graphics", name);
	return target ? safety_found(run, target, "the text consoles are on its '/dev/%s'", name)
		      : 0;
}

int safety_check_console(struct safety_run *run)
{
	int ret = check_serial(run);

	return ret ?: check_screen(run);
}
