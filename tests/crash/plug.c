// SPDX-License-Identifier: GPL-2.0-only
#include "plug.h"

#include <err.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 8

/* One that went: a copy of its directory, and the links that led there. */
struct gone {
	struct gone *next;
	char bdf[64], dir[PATH_MAX], copy[64];
	char *links[LINKS_MAX], *to[LINKS_MAX];
	size_t n;
};

static struct gone *all_gone;

static void do_shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void do_shell(const char *fmt, ...)
{
	char command[3 * PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command))
		err(2, "failed: %s", command);
}

/* A link to the device, of which there is none when it is in no such place. */
static void cut(struct gone *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void cut(struct gone *g, const char *fmt, ...)
{
	char path[PATH_MAX], to[PATH_MAX];
	va_list ap;
	ssize_t n;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	n = readlink(path, to, sizeof(to) - 1);
	if (n < 0)
		return;
	to[n] = '\0';
	g->links[g->n] = strdup(path);
	g->to[g->n] = strdup(to);
	if (!g->links[g->n] || !g->to[g->n] || unlink(path))
		err(2, "cannot unplug '%s'", g->bdf);
	g->n++;
}

void plug_out(const char *bdf)
{
	struct gone *g = calloc(1, sizeof(*g));
	char path[128];

	if (!g)
		err(2, "out of memory");
	snprintf(g->bdf, sizeof(g->bdf), "%s", bdf);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", bdf);
	if (!realpath(path, g->dir))
		err(2, "no device '%s'", bdf);
	/* Not below /sys, where it would be found. */
	snprintf(g->copy, sizeof(g->copy), "/run/gone.%s", bdf);
	do_shell("cp -a '%s' '%s'", g->dir, g->copy);
	cut(g, "%s/iommu_group/devices/%s", g->dir, bdf);
	cut(g, "%s/iommu/devices/%s", g->dir, bdf);
	cut(g, "/sys/bus/pci/devices/%s", bdf);
	do_shell("rm -r '%s'", g->dir);
	g->next = all_gone;
	all_gone = g;
}

const char *plug_in_next(void)
{
	static char bdf[64];
	struct gone *g = all_gone;

	if (!g)
		return NULL;
	do_shell("mv '%s' '%s'", g->copy, g->dir);
	for (size_t i = 0; i < g->n; i++) {
		if (symlink(g->to[i], g->links[i]))
			err(2, "cannot plug in '%s'", g->bdf);
		free(g->links[i]);
		free(g->to[i]);
	}
	snprintf(bdf, sizeof(bdf), "%s", g->bdf);
	all_gone = g->next;
	free(g);
	return bdf;
}
