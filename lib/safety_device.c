// SPDX-License-Identifier: GPL-2.0-only
/* Checks for what hangs off a device: functions of its own, USB, keyboards, the host's guardians.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "cleanup.h"
#include "safety_check.h"
#include "sysfs.h"

#define CLASS_USB 0x0c03

/*
 * The link to the first virtual function is enough: sriov_numvfs is read under the device's lock
 * and would hang with it.
 */
int safety_check_vfs(struct safety_run *run)
{
	char name[NAME_MAX + 1];
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++) {
		int dir = run->targets[i]->dir;

		if (!sysfs_link_name(dir, "virtfn0", name, sizeof(name)))
			ret = safety_found(run, run->targets[i], "its virtual function '%s' exists",
					   name);
	}
	return ret;
}

/* Mediated devices: made of it, and perhaps in a guest's hands. */

struct beneath {
	struct safety_run *run;
	const struct target *target;
};

static int on_child(void *arg, const char *name)
{
	const struct beneath *beneath = arg;
	char path[NAME_MAX + 16];

	/* A uuid, of which the first part ends here. */
	if (strlen(name) != 36 || name[8] != '-')
		return 0;
	snprintf(path, sizeof(path), "%s/mdev_type", name);
	if (sysfs_exists(beneath->target->dir, path))
		return 0;
	return safety_found(beneath->run, beneath->target, "its mediated device '%s' exists", name);
}

int safety_check_mdevs(struct safety_run *run)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++) {
		struct beneath beneath = { .run = run, .target = run->targets[i] };

		if (sysfs_exists(beneath.target->dir, "mdev_supported_types"))
			continue;
		ret = sysfs_each(beneath.target->dir, ".", on_child, &beneath);
		if (ret && ret != -ENOMEM)
			ret = safety_unknown(run, beneath.target, "cannot list its devices: %s",
					     strerror(-ret));
	}
	return ret;
}

/* USB controllers. */

static bool is_usb(const struct target *target)
{
	return target->device->has_id && target->device->id.class_code >> 8 == CLASS_USB;
}

static int on_usb_disk(void *arg, const char *name)
{
	struct safety_run *run = arg;
	const struct target *target = safety_carrier(run, "block", name);
	char path[NAME_MAX + 32], node[NAME_MAX + 8];

	snprintf(path, sizeof(path), "class/block/%s/partition", name);
	if (!target || !is_usb(target) || !sysfs_exists(run->host->sysfs, path))
		return 0;
	block_node(name, node, sizeof(node));
	return safety_found(run, target, "the USB disk '%s' hangs off it", node);
}

static int on_usb_interface(void *arg, const char *name)
{
	struct safety_run *run = arg;
	const struct target *target = safety_carrier(run, "net", name);

	if (!target || !is_usb(target))
		return 0;
	return safety_found(run, target, "the USB network interface '%s' hangs off it", name);
}

int safety_check_usb(struct safety_run *run)
{
	int ret = safety_each_in(run, "block", on_usb_disk, run);

	return ret ?: safety_each_in(run, "net", on_usb_interface, run);
}

/* The last keyboard. */

struct keyboards {
	struct safety_run *run;
	bool elsewhere;
	const struct target *on;
	char title[128];
};

/* A keyboard has the first 31 keys, from escape to S, whatever its layout. */
static bool is_keyboard(int sysfs, const char *name)
{
	char path[NAME_MAX + 64], text[1024];
	const char *last;

	snprintf(path, sizeof(path), "class/input/%s/capabilities/key", name);
	if (sysfs_read(sysfs, path, text, sizeof(text)) <= 0)
		return false;
	last = strrchr(text, ' ');
	return (strtoull(last ? last + 1 : text, NULL, 16) & 0xfffffffe) == 0xfffffffe;
}

static int on_input(void *arg, const char *name)
{
	struct keyboards *k = arg;
	int sysfs = k->run->host->sysfs;
	char path[NAME_MAX + 32], real[PATH_MAX];
	const struct target *target;

	snprintf(path, sizeof(path), "class/input/%s", name);
	if (strncmp(name, "input", 5) != 0 || !is_keyboard(sysfs, name) ||
	    sysfs_real_path(sysfs, path, real, sizeof(real)) ||
	    !strncmp(real, "/sys/devices/virtual/", 21))
		return 0;
	target = safety_target_of(k->run, real);
	/* On several of those that are judged: none of them alone is the last. */
	if (!target || (k->on && k->on != target)) {
		k->elsewhere = true;
		return 0;
	}
	k->on = target;
	snprintf(path, sizeof(path), "class/input/%s/name", name);
	if (sysfs_read(sysfs, path, k->title, sizeof(k->title)) < 0)
		snprintf(k->title, sizeof(k->title), "%s", name);
	return 0;
}

int safety_check_keyboard(struct safety_run *run)
{
	struct keyboards k = { .run = run };
	int ret = safety_each_in(run, "input", on_input, &k);

	if (ret || k.elsewhere || !k.on)
		return ret;
	return safety_found(run, k.on, "the last keyboard, '%s', hangs off it", k.title);
}

/* Guardians: a watchdog that is not fed resets the host. */

static enum safety_verdict verdict_on(const struct safety_run *run, const char *name)
{
	char path[NAME_MAX + 32], state[16];

	snprintf(path, sizeof(path), "class/watchdog/%s/state", name);
	if (!strcmp(run->reason, "watchdog") &&
	    sysfs_read(run->host->sysfs, path, state, sizeof(state)) > 0 &&
	    !strcmp(state, "inactive"))
		return SAFETY_INFORM;
	return SAFETY_BLOCK;
}

static int on_guardian(void *arg, const char *name)
{
	struct safety_run *run = arg;
	const struct target *target = safety_carrier(run, run->reason, name);
	enum safety_verdict verdict;

	if (!target)
		return 0;
	verdict = verdict_on(run, name);
	return safety_say(run, target, verdict, "'/dev/%s' is its%s", name,
			  verdict == SAFETY_INFORM ? ", and inactive" : "");
}

/* Without its class: what the driver alone tells. */
static int check_driver(struct safety_run *run, const char *driver)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++)
		if (run->targets[i]->device->driver &&
		    !strcmp(run->targets[i]->device->driver->name, driver))
			ret = safety_found(run, run->targets[i],
					   "the host's management controller is behind it");
	return ret;
}

int safety_check_class(struct safety_run *run)
{
	int ret = safety_each_in(run, run->reason, on_guardian, run);

	return ret || strcmp(run->reason, "ipmi") != 0 ? ret : check_driver(run, "ipmi_si");
}
