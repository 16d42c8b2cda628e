// SPDX-License-Identifier: GPL-2.0-only
#include "kmod_late.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cleanup.h"

/* The name of its ABI: what is linked against the libkmod of our headers asks for the same. */
#define LIBRARY "libkmod.so.2"

static const char *const names[] = {
#define NAME(name) "kmod_" #name,
	KMOD_LATE(NAME)
#undef NAME
};

/* The members of the table are pointers to functions and nothing else, in the order of the names.
 */
static int fill(struct kmod_late *table, void *library)
{
	void *found[ARRAY_SIZE(names)];

	_Static_assert(sizeof(*table) == sizeof(found), "one pointer for each name");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		found[i] = dlsym(library, names[i]);
		if (!found[i])
			return -ENOSYS;
	}
	memcpy(table, found, sizeof(found));
	return 0;
}

const struct kmod_late *kmod_late(struct error *err)
{
	static struct kmod_late table;
	static bool filled;
	void *library;

	if (filled)
		return &table;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library || fill(&table, library)) {
		error_set(err, EXIT_FAILED, ENOENT, "cannot load the library '" LIBRARY "': %s",
			  dlerror() ?: "it lacks a function");
		if (library)
			dlclose(library);
		return NULL;
	}
	filled = true;
	return &table;
}
