// SPDX-License-Identifier: GPL-2.0-only
#include "reset.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "cleanup.h"
#include "fd_room.h"
#include "lock.h"
#include "reset_work.h"
#include "run_dir.h"
#include "sysfs.h"

#define HOLDS_ONLY "pci-stub" /* takes a device and does nothing with it */
#define FDS_OF_HIT 3	      /* its directory, the lock and the node of its group */

static int no_memory(struct error *err)
{
	return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
}

static bool is_method_name(const char *word)
{
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n && !word[n] && n < 32;
}

int reset_methods_parse(const char *list, struct strv *out, struct error *err)
{
	_cleanup_free_ char *copy = strdup(list);
	char *rest = copy, *word;

	if (!copy)
		return no_memory(err);
	while ((word = strsep(&rest, ","))) {
		if (!is_method_name(word))
			return error_set(err, EXIT_USAGE, EINVAL,
					 "'%s' is no name of a reset method", word);
		if (strv_contains(out, word))
			return error_set(err, EXIT_USAGE, EINVAL,
					 "the reset method '%s' is named twice", word);
		if (strv_add(out, word))
			return no_memory(err);
	}
	if (out->n > 1 && strv_contains(out, RESET_ALL_METHODS))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "'" RESET_ALL_METHODS
				 "' stands for all reset methods, and so alone");
	return 0;
}

bool reset_wants_all(const struct strv *methods)
{
	return methods->n == 1 && !strcmp(methods->v[0], RESET_ALL_METHODS);
}

const struct strv *reset_methods_of(const struct reset *reset, const struct reset_request *request)
{
	/* Which all of them are is known no earlier than when they are enabled. */
	return request->methods.n && !reset_wants_all(&request->methods) ? &request->methods
									 : &reset->methods;
}

/* Facts. */

static bool is_of_bus(const char *method)
{
	return !strcmp(method, "bus") || !strcmp(method, "cxl_bus");
}

bool reset_methods_begin_with_bus(const struct strv *methods)
{
	return methods->n && is_of_bus(methods->v[0]);
}

bool reset_begins_with_bus(const struct reset *reset, const struct reset_request *request)
{
	const struct strv *methods = reset_methods_of(reset, request);

	if (!reset->can_choose && !reset->can_reset)
		return request->now && reset->has_bus;
	return request->now && reset_methods_begin_with_bus(methods);
}

bool reset_takes_owner(const struct reset *reset, const struct reset_request *request)
{
	return reset_begins_with_bus(reset, request) && (reset->n_hits || !reset->can_reset);
}

static int open_hits(struct reset *reset, const struct host *host, struct error *err)
{
	int ret = 0;

	reset->hit_targets = calloc(reset->n_hits ?: 1, sizeof(*reset->hit_targets));
	if (!reset->hit_targets)
		return no_memory(err);
	for (size_t i = 0; !ret && i < reset->n_hits; i++)
		ret = target_open(&reset->hit_targets[i], host, reset->hits[i], err);
	return ret;
}

static int read_facts(struct reset *reset, const struct resets *resets, const struct bus_reset *map,
		      struct error *err)
{
	const struct host *host = resets->set->host;
	const struct target *target = &reset->change->target;
	int ret = bus_reset_hits(map, target->device, &reset->hits, &reset->n_hits);

	if (ret == -ENOMEM)
		return no_memory(err);
	reset->has_bus = !ret;
	reset->can_choose = !sysfs_exists(target->dir, "reset_method");
	reset->can_reset = !sysfs_exists(target->dir, "reset");
	ret = attr_words(host, target->device, "reset_method", &reset->methods);
	if (ret == -ENOMEM)
		return no_memory(err);
	return 0;
}

static int open_all_hits(struct resets *resets, struct error *err)
{
	size_t n = 0;
	int ret;

	for (size_t i = 0; i < resets->n; i++)
		if (reset_begins_with_bus(&resets->v[i], resets->request))
			n += resets->v[i].n_hits;
	ret = fd_room(resets->n + n * FDS_OF_HIT, resets->n + n, err);
	for (size_t i = 0; !ret && i < resets->n; i++)
		if (reset_begins_with_bus(&resets->v[i], resets->request))
			ret = open_hits(&resets->v[i], resets->set->host, err);
	return ret;
}

int resets_init(struct resets *resets, struct change_set *set, const struct reset_request *request,
		struct error *err)
{
	_cleanup_(bus_reset_clear) struct bus_reset map = { 0 };
	int ret = 0;

	*resets = (struct resets){ .request = request, .set = set };
	resets->v = calloc(set->n ?: 1, sizeof(*resets->v));
	if (!resets->v || bus_reset_init(&map, set->host))
		return no_memory(err);
	for (; !ret && resets->n < set->n; resets->n++) {
		resets->v[resets->n].change = &set->v[resets->n];
		ret = read_facts(&resets->v[resets->n], resets, &map, err);
	}
	return ret ?: open_all_hits(resets, err);
}

void resets_clear(struct resets *resets)
{
	for (size_t i = 0; i < resets->n; i++) {
		struct reset *reset = &resets->v[i];

		for (size_t j = 0; reset->hit_targets && j < reset->n_hits; j++)
			target_close(&reset->hit_targets[j]);
		free(reset->hit_targets);
		free(reset->hits);
		strv_clear(&reset->methods);
	}
	free(resets->v);
	*resets = (struct resets){ 0 };
}

/* Judgement. */

static void refuse(struct reset *reset, const struct error *why)
{
	enum change_result result = why->status == EXIT_REFUSED ? CHANGE_REFUSED
				    : why->status == EXIT_BUSY	? CHANGE_BUSY
								: CHANGE_FAILED;

	if (!reset->change->ended)
		change_end(reset->change, result, why->status, "%s", why->msg);
}

static int check_possible(const struct reset *reset, const struct reset_request *request,
			  struct error *err)
{
	const struct device *device = reset->change->target.device;

	if (!device->is_pci)
		return error_set(err, EXIT_FAILED, ENOTSUP,
				 "cannot reset '%s': bus '%s' has no such thing", device->name,
				 device->bus);
	if (device->role == ROLE_BRIDGE || device->role == ROLE_HOST)
		return error_set(err, EXIT_REFUSED, EPERM, "the host needs '%s': it is %s",
				 device->name,
				 device->role == ROLE_BRIDGE
					 ? "a bridge, and a reset would be one of all behind it"
					 : "a part of the platform");
	if (request->methods.n && !reset->can_choose)
		return error_set(
			err, EXIT_FAILED, ENOTSUP,
			"cannot choose how '%s' is reset: the kernel knows no method for it",
			device->name);
	if (request->now && !reset->can_reset && !reset_takes_owner(reset, request))
		return error_set(err, EXIT_FAILED, ENOTTY,
				 "cannot reset '%s': the kernel knows no method for it",
				 device->name);
	/* Who shares a bus may have had none but that of the bus, and does not get it back. */
	if (request->now && reset->can_choose && !request->methods.n && !reset->methods.n)
		return error_set(err, EXIT_FAILED, ENOTTY,
				 "cannot reset '%s': no method is enabled%s", device->name,
				 reset->n_hits ? "" : "; --method=default enables all that it has");
	return 0;
}

/*
 * A driver of the host finds its device as it was after power-on, which few expect. A VFIO driver
 * is there for that, and the stub does nothing with it.
 */
static bool is_driven(const struct device *device)
{
	const struct driver *driver = device->driver;

	return driver && !driver->vfio && strcmp(driver->name, HOLDS_ONLY) != 0;
}

/* VFIO resets a bus for who has all that is on it, and so all of it has to be in its hands. */
static int check_on_bus(const struct reset *reset, const struct device *on_bus, struct error *err)
{
	const struct device *device = reset->change->target.device;

	if (on_bus->driver && on_bus->driver->vfio)
		return 0;
	if (is_driven(on_bus) && on_bus == device)
		return error_set(err, EXIT_REFUSED, EPERM,
				 "the host drives '%s' by '%s', and its bus is reset only when all "
				 "that is on it is in VFIO's hands; 'vfioctl bind %s' takes it "
				 "away first",
				 device->name, device->driver->name, device->name);
	if (is_driven(on_bus))
		return error_set(err, EXIT_REFUSED, EPERM,
				 "a reset of the bus of '%s' would hit '%s', which the host drives "
				 "by '%s'; 'vfioctl bind %s' takes it away first",
				 device->name, on_bus->name, on_bus->driver->name, on_bus->name);
	return error_set(err, EXIT_FAILED, ENOTTY,
			 "the bus of '%s' is reset only when all that is on it is in VFIO's hands, "
			 "and '%s' is not; 'vfioctl bind %s' hands it over",
			 device->name, on_bus->name, on_bus->name);
}

static int check_driver(const struct device *device, const struct reset_request *request,
			struct error *err)
{
	if (!is_driven(device) || strv_contains(&request->drivers, device->driver->name))
		return 0;
	return error_set(err, EXIT_REFUSED, EPERM,
			 "the host drives '%s' by '%s', which may not survive a reset beneath it; "
			 "'vfioctl bind %s' takes it away first (--allow-driver=%s to go on)",
			 device->name, device->driver->name, device->name, device->driver->name);
}

static int check_drivers(const struct reset *reset, const struct reset_request *request,
			 struct error *err)
{
	const struct device *device = reset->change->target.device;
	int ret;

	if (!reset_takes_owner(reset, request))
		return check_driver(device, request, err);
	ret = check_on_bus(reset, device, err);
	for (size_t i = 0; !ret && i < reset->n_hits; i++)
		ret = check_on_bus(reset, reset->hits[i], err);
	return ret;
}

/* How many targets a reset has: the device, and what is hit with it. */
static size_t n_targets(const struct reset *reset)
{
	return 1 + (reset->hit_targets ? reset->n_hits : 0);
}

static size_t add_targets(const struct reset *reset, const struct target **targets)
{
	targets[0] = &reset->change->target;
	for (size_t i = 1; i < n_targets(reset); i++)
		targets[i] = &reset->hit_targets[i - 1];
	return n_targets(reset);
}

static bool concerns(const struct reset *reset, const struct target *target)
{
	if (target == &reset->change->target)
		return true;
	for (size_t i = 0; reset->hit_targets && i < reset->n_hits; i++)
		if (target == &reset->hit_targets[i])
			return true;
	return false;
}

/* The gravest finding is the one that is told. */
static int weigh(const struct reset *reset, const struct safety *safety, uint64_t allow,
		 struct error *err)
{
	for (int verdict = SAFETY_BLOCK; verdict >= SAFETY_ASK; verdict--)
		for (size_t i = 0; i < safety->n; i++)
			if (safety->v[i].verdict == (enum safety_verdict)verdict &&
			    concerns(reset, safety->v[i].target) &&
			    safety_refuse(&safety->v[i], allow, err))
				return -err->errnum;
	return 0;
}

static int judge_safety(struct resets *resets, struct error *err)
{
	struct change_set *set = resets->set;
	_cleanup_free_ const struct target **targets = NULL;
	size_t n = 0, at = 0;
	int ret;

	for (size_t i = 0; i < resets->n; i++)
		n += n_targets(&resets->v[i]);
	targets = calloc(n ?: 1, sizeof(*targets));
	if (!targets)
		return no_memory(err);
	for (size_t i = 0; i < resets->n; i++)
		if (!resets->v[i].change->ended)
			at += add_targets(&resets->v[i], targets + at);
	ret = safety_judge(&set->safety, targets, at, 0, set->timeout_ms, err);
	for (size_t i = 0; !ret && i < resets->n; i++) {
		struct error why = { 0 };

		if (weigh(&resets->v[i], &set->safety, set->allow, &why))
			refuse(&resets->v[i], &why);
	}
	return ret;
}

int resets_judge(struct resets *resets, struct error *err)
{
	int refused = 0, ret = 0;

	for (size_t i = 0; i < resets->n; i++) {
		struct reset *reset = &resets->v[i];
		struct error why = { 0 };

		if (check_possible(reset, resets->request, &why) ||
		    (resets->request->now && check_drivers(reset, resets->request, &why)))
			refuse(reset, &why);
	}
	/* To choose a method touches nothing but the choice. */
	if (resets->request->now)
		ret = judge_safety(resets, err);
	if (ret)
		return ret;
	for (size_t i = 0; i < resets->n; i++)
		refused += resets->v[i].change->ended;
	return refused;
}

static int check_unchanged(const struct target *target, struct error *err)
{
	const struct driver *had = target->device->driver;
	_cleanup_free_ char *driver = NULL;
	int ret = target_check(target, err);

	if (!ret &&
	    (target_driver(target, &driver) || strcmp(driver ?: "", had ? had->name : "") != 0))
		ret = error_set(err, EXIT_BUSY, EBUSY, "'%s' has another driver now than before",
				target->device->name);
	return ret;
}

/* Is all still as it was when it was judged, and does still nothing speak against it? */
static int judge_again(const struct reset *reset, const struct resets *resets, struct error *err)
{
	_cleanup_free_ const struct target **targets = calloc(n_targets(reset), sizeof(*targets));
	_cleanup_(safety_clear) struct safety safety = { 0 };
	size_t n;
	int ret = 0;

	if (!targets)
		return no_memory(err);
	n = add_targets(reset, targets);
	for (size_t i = 0; !ret && i < n; i++)
		ret = check_unchanged(targets[i], err);
	if (ret || !resets->request->now)
		return ret;
	ret = safety_judge(&safety, targets, n, 0, resets->set->timeout_ms, err);
	return ret ?: weigh(reset, &safety, resets->set->allow, err);
}

/* The next lock to take, of those that come after @last: one order for all, and none twice. */
static const struct device *next_to_lock(const struct reset *reset, const struct device *last)
{
	const struct device *device = reset->change->target.device, *next = NULL;

	if (device->group_id < 0)
		return last ? NULL : device;
	for (size_t i = 0; i < n_targets(reset); i++) {
		const struct device *one = i ? reset->hits[i - 1] : device;

		if ((!last || one->group_id > last->group_id) &&
		    (!next || one->group_id < next->group_id))
			next = one;
	}
	return next;
}

struct locks {
	int *fds;
	size_t n;
};

static void locks_clear(struct locks *locks)
{
	while (locks->n)
		cleanup_closep(&locks->fds[--locks->n]);
	free(locks->fds);
}

static int take_locks(struct locks *locks, const struct reset *reset, const struct resets *resets,
		      int run_dir, struct error *err)
{
	const struct device *device = next_to_lock(reset, NULL);
	char name[NAME_MAX + 1];

	locks->fds = calloc(n_targets(reset), sizeof(*locks->fds));
	if (!locks->fds)
		return no_memory(err);
	for (; device; device = next_to_lock(reset, device)) {
		int fd;

		if (!lock_name(name, sizeof(name), device->group_id, device->bus, device->name))
			return error_set(err, EXIT_FAILED, ENAMETOOLONG, "name too long: '%s'",
					 device->name);
		fd = lock_take(run_dir, name, resets->set->timeout_ms, NULL, err);
		if (fd < 0)
			return fd;
		locks->fds[locks->n++] = fd;
	}
	return 0;
}

static int run_one(struct reset *reset, const struct resets *resets, int run_dir, struct error *err)
{
	/* The child has them, too: they stay taken for as long as the kernel is at it. */
	_cleanup_(locks_clear) struct locks locks = { 0 };
	int ret = take_locks(&locks, reset, resets, run_dir, err);

	if (!ret)
		ret = judge_again(reset, resets, err);
	return ret ?: reset_work(reset, resets, err);
}

/* Who is on the same bus, and wants no more than its reset, has had it. */
static void end_the_hit(const struct resets *resets, const struct reset *done)
{
	const struct reset_request *request = resets->request;

	if (request->methods.n || done->change->result != CHANGE_DONE ||
	    !reset_takes_owner(done, request))
		return;
	for (size_t i = 0; i < resets->n; i++) {
		struct reset *other = &resets->v[i];

		for (size_t j = 0; !other->change->ended && j < done->n_hits; j++)
			if (done->hits[j] == other->change->target.device &&
			    reset_takes_owner(other, request))
				change_end(other->change, CHANGE_DONE, EXIT_DONE,
					   "reset along with '%s'",
					   done->change->target.device->name);
	}
}

int resets_run(struct resets *resets, struct error *err)
{
	_cleanup_close_ int run_dir = run_dir_open(err);

	if (run_dir < 0)
		return run_dir;
	for (size_t i = 0; i < resets->n; i++) {
		struct reset *reset = &resets->v[i];
		struct error why = { 0 };

		if (reset->change->ended)
			continue;
		if (!run_one(reset, resets, run_dir, &why))
			end_the_hit(resets, reset);
		else if (why.status == EXIT_TIMED_OUT)
			change_end(reset->change, CHANGE_TIMED_OUT, why.status, "%s", why.msg);
		else
			refuse(reset, &why);
	}
	return 0;
}
