/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of vendors, devices and classes from libpci, each looked up once. */
#ifndef VFIOCTL_NAMES_H
#define VFIOCTL_NAMES_H

#include <stdint.h>

struct names;

/* Opens nothing yet: the database is read on the first lookup. NULL: out of memory. */
struct names *names_new(void);
void names_free(struct names *names);

static inline void names_freep(struct names **names)
{
	names_free(*names);
}

/* Each returns a string that lives as long as @names, or NULL when the database has none. */
const char *names_vendor(struct names *names, uint16_t vendor);
const char *names_device(struct names *names, uint16_t vendor, uint16_t device);
const char *names_class(struct names *names, uint32_t class_code);

#endif
