/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel modules by name and by alias; modules.c alone asks libkmod. */
#ifndef VFIOCTL_MODULES_H
#define VFIOCTL_MODULES_H

#include "error.h"
#include "text.h"

struct modules;

/*
 * NULL with @err set when there is no memory. libkmod itself and its indexes are read when
 * something is first asked of them: who asks gets the error.
 */
struct modules *modules_new(struct error *err);
void modules_free(struct modules *modules);

static inline void modules_freep(struct modules **modules)
{
	modules_free(*modules);
}

/*
 * Loads a module by name with its dependencies. 0 also when it is loaded or built in already;
 * -ENOENT with a sentence when there is no such module. Blocks until the module's init is over.
 */
int modules_load(struct modules *modules, const char *name, struct error *err);

/* Would modules_load() find it? 0, or the error that it would end with. */
int modules_find(struct modules *modules, const char *name, struct error *err);

/*
 * Names of the modules whose "vfio_pci:" alias matches a PCI @modalias ("pci:v..."), the most
 * specific first; vfio_pci itself, which matches everything, comes last if at all. 0 or -errno.
 */
int modules_vfio_variants(struct modules *modules, const char *modalias, struct strv *out);

/* A module of the VFIO family that is loaded or built in. Strings are owned, NULL: not known. */
struct vfio_module {
	char *name; /* as under /sys/module: vfio_pci */
	char *version;
	char *file;	    /* where that name comes from */
	const char *origin; /* "in-tree", "out-of-tree", "built-in" */
};

struct vfio_modules {
	struct vfio_module *v;
	size_t n;
};

/* 0 or -ENOMEM; an empty list when VFIO is not loaded. @sysfs: an fd of /sys. */
int vfio_modules_read(struct modules *modules, int sysfs, struct vfio_modules *out);
void vfio_modules_clear(struct vfio_modules *list);

#endif
