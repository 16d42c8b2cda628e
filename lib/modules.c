// SPDX-License-Identifier: GPL-2.0-only
#include "modules.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "alias.h"
#include "cleanup.h"
#include "kmod_late.h"
#include "privilege.h"
#include "sysfs.h"

struct modules {
	struct kmod_ctx *ctx; /* NULL until something is asked of it */
};

/* Set before there is a first context, and so before there is anything to call it for. */
static const struct kmod_late *kmod;

#define list_foreach(item, list) \
	for ((item) = (list); (item); (item) = kmod->list_next((list), (item)))

static void module_unrefp(struct kmod_module **module)
{
	if (*module)
		kmod->module_unref(*module);
}

static void list_unrefp(struct kmod_list **list)
{
	if (*list)
		kmod->module_unref_list(*list);
}

static void info_freep(struct kmod_list **list)
{
	if (*list)
		kmod->module_info_free_list(*list);
}

/* libkmod would print to stderr; what went wrong is told by its return values. */
static void no_log(void *data, int priority, const char *file, int line, const char *fn,
		   const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line, (void)fn, (void)format, (void)args;
}

static int set_up(struct modules *modules, struct error *err)
{
	if (modules->ctx)
		return 0;
	if (!kmod)
		kmod = kmod_late(err);
	if (!kmod)
		return -ENOENT;
	modules->ctx = kmod->new (NULL, NULL);
	if (!modules->ctx)
		return error_set(err, EXIT_FAILED, ENOMEM, "cannot set up libkmod: %s",
				 strerror(ENOMEM));
	kmod->set_log_fn(modules->ctx, no_log, NULL);
	return 0;
}

struct modules *modules_new(struct error *err)
{
	struct modules *modules = calloc(1, sizeof(*modules));

	if (!modules)
		error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return modules;
}

void modules_free(struct modules *modules)
{
	if (!modules)
		return;
	if (modules->ctx)
		kmod->unref(modules->ctx);
	free(modules);
}

static int insert(struct kmod_module *module, struct error *err)
{
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_MODULES);
	const char *name = kmod->module_get_name(module);
	int state = kmod->module_get_initstate(module), ret;

	if (state == KMOD_MODULE_LIVE || state == KMOD_MODULE_BUILTIN)
		return 0;
	ret = kmod->module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
	if (ret < 0 && ret != -EEXIST)
		return error_set(err, EXIT_FAILED, -ret, "cannot load module '%s': %s", name,
				 strerror(-ret));
	return 0;
}

static int look_up(struct modules *modules, const char *name, struct kmod_list **list,
		   struct error *err)
{
	int ret = set_up(modules, err);

	if (ret)
		return ret;
	ret = kmod->module_new_from_lookup(modules->ctx, name, list);
	if (ret < 0)
		return error_set(err, EXIT_FAILED, -ret, "cannot look up module '%s': %s", name,
				 strerror(-ret));
	if (!*list)
		return error_set(err, EXIT_FAILED, ENOENT, "no module '%s' for this kernel", name);
	return 0;
}

int modules_find(struct modules *modules, const char *name, struct error *err)
{
	_cleanup_(list_unrefp) struct kmod_list *list = NULL;

	return look_up(modules, name, &list, err);
}

int modules_load(struct modules *modules, const char *name, struct error *err)
{
	_cleanup_(list_unrefp) struct kmod_list *list = NULL;
	struct kmod_list *item;
	int ret = look_up(modules, name, &list, err);

	if (ret)
		return ret;
	list_foreach(item, list)
	{
		_cleanup_(module_unrefp) struct kmod_module *module = kmod->module_get_module(item);

		ret = insert(module, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Of the module's closest alias; INT_MAX when none of them matches. */
static int looseness(struct kmod_module *module, const char *alias)
{
	_cleanup_(info_freep) struct kmod_list *info = NULL;
	struct kmod_list *item;
	int best = INT_MAX;

	if (kmod->module_get_info(module, &info) < 0)
		return best;
	list_foreach(item, info)
	{
		int stars;

		if (strcmp(kmod->module_info_get_key(item), "alias") != 0)
			continue;
		stars = alias_looseness(kmod->module_info_get_value(item), alias);
		if (stars < best)
			best = stars;
	}
	return best;
}

struct variant {
	char *name;
	int looseness;
};

static int by_looseness(const void *a, const void *b)
{
	const struct variant *x = a, *y = b;
	int diff = (x->looseness > y->looseness) - (x->looseness < y->looseness);

	return diff ? diff : strcmp(x->name, y->name);
}

static size_t list_length(struct kmod_list *list)
{
	struct kmod_list *item;
	size_t n = 0;

	list_foreach(item, list) n++;
	return n;
}

/* Opens each candidate's file for its aliases, so only a device that has candidates pays. */
static int rank_variants(struct kmod_list *list, const char *alias, struct strv *out)
{
	_cleanup_free_ struct variant *found = calloc(list_length(list), sizeof(*found));
	struct kmod_list *item;
	size_t n = 0;
	int ret = 0;

	if (!found)
		return -ENOMEM;
	list_foreach(item, list)
	{
		_cleanup_(module_unrefp) struct kmod_module *module = kmod->module_get_module(item);
		const char *name = kmod->module_get_name(module);
		bool general = !strcmp(name, "vfio_pci");

		found[n].name = strdup(name);
		found[n].looseness = general ? INT_MAX : looseness(module, alias);
		ret = found[n].name ? ret : -ENOMEM;
		n += !!found[n].name;
	}
	qsort(found, n, sizeof(*found), by_looseness);
	for (size_t i = 0; i < n; i++) {
		if (!ret)
			ret = strv_add(out, found[i].name);
		free(found[i].name);
	}
	return ret;
}

int modules_vfio_variants(struct modules *modules, const char *modalias, struct strv *out)
{
	_cleanup_(list_unrefp) struct kmod_list *list = NULL;
	_cleanup_free_ char *alias = alias_of_vfio(modalias);
	int ret;

	if (!alias)
		return 0;
	ret = set_up(modules, NULL);
	if (ret)
		return ret;
	ret = kmod->module_new_from_lookup(modules->ctx, alias, &list);
	if (ret < 0 || !list)
		return ret < 0 ? ret : 0;
	return rank_variants(list, alias, out);
}

/* The family by name: the core's, its backends' and the drivers' all carry it. */
static bool is_family(const char *name)
{
	return strstr(name, "vfio") || !strcmp(name, "iommufd");
}

struct family {
	struct modules *modules;
	int dir;
	struct vfio_modules *out;
};

static char *module_file(struct modules *modules, const char *name)
{
	_cleanup_(module_unrefp) struct kmod_module *module = NULL;
	const char *path = NULL;

	if (modules && !set_up(modules, NULL) &&
	    kmod->module_new_from_name(modules->ctx, name, &module) >= 0)
		path = kmod->module_get_path(module);
	return path ? strdup(path) : NULL;
}

/* A built-in module has no initstate; 'O' among the taints marks one from outside of the tree. */
static const char *module_origin(int dir, const char *name)
{
	char path[NAME_MAX + 16], value[64];

	snprintf(path, sizeof(path), "%s/initstate", name);
	if (sysfs_exists(dir, path))
		return "built-in";
	snprintf(path, sizeof(path), "%s/taint", name);
	if (sysfs_read(dir, path, value, sizeof(value)) < 0)
		return NULL;
	return strchr(value, 'O') ? "out-of-tree" : "in-tree";
}

static int add_module(void *arg, const char *name)
{
	struct family *family = arg;
	char path[NAME_MAX + 16];
	struct vfio_module module = { 0 }, *v;

	if (!is_family(name))
		return 0;
	v = reallocarray(family->out->v, family->out->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	family->out->v = v;
	module.name = strdup(name);
	if (!module.name)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/version", name);
	module.version = sysfs_read_str(family->dir, path);
	module.origin = module_origin(family->dir, name);
	if (module.origin && strcmp(module.origin, "built-in"))
		module.file = module_file(family->modules, name);
	v[family->out->n++] = module;
	return 0;
}

static int by_module_name(const void *a, const void *b)
{
	return strcmp(((const struct vfio_module *)a)->name, ((const struct vfio_module *)b)->name);
}

int vfio_modules_read(struct modules *modules, int sysfs, struct vfio_modules *out)
{
	_cleanup_close_ int dir = sysfs_open_dir(sysfs, "module");
	struct family family = { .modules = modules, .dir = dir, .out = out };
	int ret;

	*out = (struct vfio_modules){ 0 };
	if (dir < 0)
		return 0;
	ret = sysfs_each(dir, ".", add_module, &family);
	if (out->n > 1)
		qsort(out->v, out->n, sizeof(*out->v), by_module_name);
	return ret == -ENOMEM ? ret : 0;
}

void vfio_modules_clear(struct vfio_modules *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].name);
		free(list->v[i].version);
		free(list->v[i].file);
	}
	free(list->v);
	*list = (struct vfio_modules){ 0 };
}
