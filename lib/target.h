/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One device that is being changed, held by an fd of its directory: whatever takes its name
 * meanwhile is not it. Steps are done and undone here, each after a look whether this is still the
 * device, and whether it is still as the step expects it.
 */
#ifndef VFIOCTL_TARGET_H
#define VFIOCTL_TARGET_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"
#include "host.h"
#include "plan.h"

/* Zero-initialise; target_close() gives back. @device is borrowed. */
struct target {
	const struct host *host;
	const struct device *device;
	int dir;
	dev_t dev; /* of @dir: sysfs never gives an inode's number to another directory */
	ino_t ino;
	char *path; /* "/sys/devices/..." */
};

int target_open(struct target *target, const struct host *host, const struct device *device,
		struct error *err);
void target_close(struct target *target);

/*
 * 0; -ENODEV with a sentence when the device is gone, or another has its name now; other -errno
 * when that cannot be told.
 */
int target_check(const struct target *target, struct error *err);

/* The driver that is bound now, as a new string in *@driver, NULL: none. 0 or -errno. */
int target_driver(const struct target *target, char **driver);

/* A device's facts, owned. Zero-initialise; target_facts_clear() gives back. */
struct target_facts {
	char *driver, *override;
	bool vfio, no_autoprobe;
};

/*
 * Reads what a plan needs. May hang: driver_override is read under the device's lock, which a
 * driver that is stuck in its probe or removal holds.
 */
int target_facts(const struct target *target, struct target_facts *facts, struct error *err);
void target_facts_clear(struct target_facts *facts);

/* May hang, all of them. 0, or -errno with a sentence. */
int target_do(const struct target *target, const struct step *step, struct error *err);
int target_undo(const struct target *target, const struct step *step, struct error *err);

/*
 * Waits for the device's lock, and so for a driver that is in the middle of its probe: it is shown
 * as the device's own before that has ended, and for ever when the probe took its thread with it.
 * May hang. Changes nothing: the driver @driver, which the device has, is asked to take it.
 */
void target_await(const struct target *target, const char *driver);

#endif
