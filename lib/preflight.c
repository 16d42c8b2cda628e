// SPDX-License-Identifier: GPL-2.0-only
#include "preflight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "driver.h"
#include "safety.h"
#include "sysfs.h"

#define HOLDS_ONLY "pci-stub" /* takes a device and does nothing with it: all a bridge may have */

/* The last answer: the devices of one call are mostly alike, and each look-up costs. */
struct memory {
	const char *bus;
	char *modalias; /* NULL: does not matter */
	char *driver;
	bool unloaded;
};

static void refuse(struct change *change, const struct error *why)
{
	enum change_result result = why->status == EXIT_REFUSED	    ? CHANGE_REFUSED
				    : why->status == EXIT_BUSY	    ? CHANGE_BUSY
				    : why->status == EXIT_TIMED_OUT ? CHANGE_TIMED_OUT
								    : CHANGE_FAILED;

	if (change->ended)
		return;
	target_driver(&change->target, &change->from);
	target_driver(&change->target, &change->to);
	change_end(change, result, why->status, "%s", why->msg);
}

/* Nothing is loaded in a dry run, but a name that is misspelt is noticed there, too. */
static int check_module(struct memory *memory, struct modules *modules, const char *named,
			struct error *err)
{
	struct error why = { 0 };

	if (!modules_find(modules, named, &why))
		return 0;
	free(memory->driver);
	memory->driver = NULL;
	return error_set(err, EXIT_FAILED, why.errnum, "bus '%s' has no driver '%s', and %s",
			 memory->bus, named, why.msg);
}

/* The driver in *@memory is the one for @device. */
static int look_up(struct memory *memory, const struct change_set *set, struct modules *modules,
		   const struct device *device, const char *named, struct error *err)
{
	_cleanup_free_ char *module = NULL;

	if (memory->driver && !strcmp(memory->bus, device->bus) &&
	    (named || !strcmp(memory->modalias ?: "", device->modalias ?: "")))
		return 0;
	if (!named) {
		module = driver_default_module(modules, device, err);
		if (!module)
			return -ENOTSUP;
	}
	free(memory->driver);
	memory->bus = device->bus;
	memory->modalias = device->modalias;
	memory->driver = driver_resolve(set->host, modules, device->bus, named ?: module,
					set->dry_run ? 0 : set->timeout_ms, &memory->unloaded, err);
	if (memory->driver && memory->unloaded && named)
		return check_module(memory, modules, named, err);
	return memory->driver ? 0 : -ENOENT;
}

/* Only a driver that does nothing may take what the platform itself is made of. */
static int check_role(const struct change *change, const char *driver, struct error *err)
{
	const struct device *device = change->target.device;

	if (device->role != ROLE_BRIDGE && device->role != ROLE_HOST)
		return 0;
	if (!strcmp(driver, HOLDS_ONLY))
		return 0;
	return error_set(
		err, EXIT_REFUSED, EPERM,
		"the host needs '%s': it is %s; only 'vfioctl bind --driver %s %s' is possible",
		device->name, device->role == ROLE_BRIDGE ? "a bridge" : "a part of the platform",
		HOLDS_ONLY, device->name);
}

static bool no_iommu_allowed(const struct host *host)
{
	char text[8];

	return sysfs_read(host->sysfs, "module/vfio/parameters/enable_unsafe_noiommu_mode", text,
			  sizeof(text)) > 0 &&
	       (text[0] == 'Y' || text[0] == '1');
}

/* Can it be bound to @change->driver at all? */
static int check_possible(const struct change_set *set, const struct change *change,
			  struct error *err)
{
	const struct device *device = change->target.device;

	if (sysfs_exists(change->target.dir, "driver_override"))
		return error_set(err, EXIT_FAILED, ENOTSUP,
				 "cannot bind '%s': bus '%s' has no driver_override, so no other "
				 "driver can be made to take it",
				 device->name, device->bus);
	if (device->group_id < 0 && strstr(change->driver, "vfio") && !no_iommu_allowed(set->host))
		return error_set(err, EXIT_FAILED, ENODEV,
				 "cannot bind '%s' to '%s': it is in no IOMMU group (is the IOMMU "
				 "on, in the firmware and by intel_iommu=on or the like?)",
				 device->name, change->driver);
	return 0;
}

static int preflight_bind(struct change_set *set, struct change *change, struct memory *memory,
			  struct modules *modules, const char *named, struct error *err)
{
	int ret = check_role(change, named ?: "", err);

	if (!ret)
		ret = look_up(memory, set, modules, change->target.device, named, err);
	if (ret)
		return ret;
	change->driver = strdup(memory->driver);
	change->unloaded = memory->unloaded ? strdup(memory->driver) : NULL;
	change->any_vfio = !named;
	if (!change->driver || (memory->unloaded && !change->unloaded))
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return check_possible(set, change, err);
}

/* The driver that the user wants the device to go back to. */
static int preflight_unbind(struct change_set *set, struct change *change, struct memory *memory,
			    struct modules *modules, const char *named, struct error *err)
{
	int ret;

	if (driver_wants_override(named))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "'%s' is no driver of the host: use 'vfioctl bind --driver %s %s'",
				 named, named, change->target.device->name);
	ret = look_up(memory, set, modules, change->target.device, named, err);
	if (ret)
		return ret;
	change->driver = strdup(memory->driver);
	change->unloaded = memory->unloaded ? strdup(memory->driver) : NULL;
	if (!change->driver || (memory->unloaded && !change->unloaded))
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return 0;
}

/* Is it certain that this one keeps its driver? Then nothing can speak against it. */
static bool stays(const struct change_set *set, const struct change *change)
{
	const struct driver *driver = change->target.device->driver;

	if (set->verb == CHANGE_BIND)
		return driver && (!strcmp(driver->name, change->driver ?: "") ||
				  (change->any_vfio && driver->vfio));
	/* What is in the host's hands stays there; the transaction judges the rare exception. */
	return !driver || (!driver->vfio && strcmp(driver->name, HOLDS_ONLY) != 0);
}

static void refuse_target(struct change_set *set, const struct target *target,
			  const struct error *why)
{
	for (size_t i = 0; i < set->n; i++)
		if (&set->v[i].target == target)
			refuse(&set->v[i], why);
}

static bool is_refused(const struct change_set *set, const struct target *target)
{
	for (size_t i = 0; i < set->n; i++)
		if (&set->v[i].target == target)
			return set->v[i].ended;
	return false;
}

/* The gravest first: nobody is asked about a device that is refused anyway. */
static void weigh(struct change_set *set, enum safety_verdict verdict)
{
	for (size_t i = 0; i < set->safety.n; i++) {
		const struct safety_finding *f = &set->safety.v[i];
		struct error why = { 0 };

		if (f->verdict != verdict || is_refused(set, f->target) ||
		    !safety_refuse(f, set->allow, &why))
			continue;
		if (verdict == SAFETY_ASK && set->ask && set->ask(set->ask_arg, f))
			set->allow |= f->bit;
		else
			refuse_target(set, f->target, &why);
	}
}

static int judge(struct change_set *set, struct error *err)
{
	_cleanup_free_ const struct target **targets = calloc(set->n ?: 1, sizeof(*targets));
	size_t n = 0;
	int ret;

	if (!targets)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	for (size_t i = 0; i < set->n; i++)
		if (!set->v[i].ended && !stays(set, &set->v[i]))
			targets[n++] = &set->v[i].target;
	ret = safety_judge(&set->safety, targets, n, set->verb == CHANGE_BIND ? SAFETY_GROUPS : 0,
			   set->timeout_ms, err);
	for (int verdict = SAFETY_BLOCK; !ret && verdict >= SAFETY_ASK; verdict--)
		weigh(set, verdict);
	return ret;
}

int preflight(struct change_set *set, struct modules *modules, const char *driver,
	      struct error *err)
{
	struct memory memory = { 0 };
	int refused = 0, ret;

	for (size_t i = 0; i < set->n; i++) {
		struct error why = { 0 };

		if (set->verb == CHANGE_BIND)
			preflight_bind(set, &set->v[i], &memory, modules, driver, &why);
		else if (driver)
			preflight_unbind(set, &set->v[i], &memory, modules, driver, &why);
		if (why.status)
			refuse(&set->v[i], &why);
	}
	free(memory.driver);
	ret = judge(set, err);
	if (ret)
		return ret;
	for (size_t i = 0; i < set->n; i++)
		refused += set->v[i].ended;
	return refused;
}
