// SPDX-License-Identifier: GPL-2.0-only
/* Makes a host's sysfs from a layout; README.md beside this file describes layouts. */
#include "layout.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *out)
{
	fputs("usage: mkfakehost [-s SEED] [-e LINE]... [LAYOUT...] DIR\n"
	      "Makes DIR/sys, and what else the layouts and lines tell, in an empty DIR.\n"
	      "  -e LINE  a line of a layout, carried out before the layouts\n"
	      "  -s SEED  instead of the seeds that the layouts name\n",
	      out);
}

static void read_file(struct layout *layout, const char *name)
{
	FILE *in = strcmp(name, "-") ? fopen(name, "re") : stdin;

	if (!in)
		err(1, "cannot open '%s'", name);
	layout_read(layout, in, name);
	if (in != stdin)
		fclose(in);
}

int main(int argc, char **argv)
{
	struct layout layout = { 0 };
	char *lines[64];
	int n = 0;
	int c;

	while ((c = getopt(argc, argv, "e:hs:")) != -1) {
		if (c == 'e' && n < 64) {
			lines[n++] = optarg;
		} else if (c == 's') {
			layout.seed = (unsigned)strtoul(optarg, NULL, 0);
		} else if (c == 'h') {
			usage(stdout);
			return 0;
		} else {
			usage(stderr);
			return 2;
		}
	}
	if (optind >= argc || (n == 0 && optind + 1 == argc)) {
		usage(stderr);
		return 2;
	}
	host_init(&layout.host, argv[argc - 1]);
	for (int i = 0; i < n; i++)
		layout_line(&layout, lines[i], "-e");
	for (int i = optind; i < argc - 1; i++)
		read_file(&layout, argv[i]);
	return 0;
}
