/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of a layout, described in README.md beside this file. */
#ifndef FAKEHOST_LAYOUT_H
#define FAKEHOST_LAYOUT_H

#include "host.h"

#include <stdio.h>

struct layout {
	struct host host;
	bool units_made;
	unsigned int seed; /* 0: as the layout says */
};

/* Carries out every line of @in; a mistake ends the program, naming @name and the line. */
void layout_read(struct layout *layout, FILE *in, const char *name);

/* The same for one line. @line is changed. */
void layout_line(struct layout *layout, char *line, const char *where);

#endif
