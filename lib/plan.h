/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be written to change a device's driver, and what undoes each write. Pure: facts in,
 * steps out. The order is chosen so that undoing the steps that were done, last one first, is the
 * whole rollback.
 */
#ifndef VFIOCTL_PLAN_H
#define VFIOCTL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

enum step_kind {
	STEP_UNBIND,   /* @value: the driver that lets go; undo: bind @undo */
	STEP_OVERRIDE, /* @value: driver_override, "" clears; undo: write @undo */
	STEP_BIND,     /* @value: the driver whose bind file is written; undo: unbind */
	STEP_PROBE,    /* the kernel chooses a driver; undo: unbind whatever it chose */
	STEP_VERIFY,   /* @value: the driver that must be bound now, NULL: none; undo: nothing */
};

/* "unbind", "override", "bind", "probe", "verify". */
const char *step_kind_name(enum step_kind kind);

struct step {
	enum step_kind kind;
	char *value;
	char *undo;
};

/* The longest plan has seven steps: two overrides before, two after, unbind, bind, verify. */
#define PLAN_MAX 8

/* Zero-initialise; plan_clear() gives back. No step: there is nothing to do, and @note says why. */
struct plan {
	struct step steps[PLAN_MAX];
	size_t n;
	const char *note; /* a static sentence, or NULL */
};

void plan_clear(struct plan *plan);

/* A device as it is right now. Strings are borrowed; NULL: none. */
struct plan_facts {
	const char *driver;
	const char *override;
	bool vfio; /* @driver is a VFIO driver */
	/*
	 * A virtual function whose physical function has sriov_drivers_autoprobe off: only a driver
	 * that its override names can bind it, by whatever file (pci_device_can_probe()).
	 */
	bool no_autoprobe;
};

/* What an earlier bind recorded. Strings are borrowed. */
struct plan_origin {
	bool known;	      /* there is a record of this very device */
	const char *driver;   /* NULL: it had none */
	const char *override; /* NULL: it had none */
	const char *set;      /* the driver that we bound */
	bool driver_present;  /* @driver is still there to bind */
	bool override_ours; /* the override that is set now was left by a run that was cut short */
};

/* Where a plan leads from @facts. Strings are borrowed from both; NULL: none. */
struct plan_outcome {
	const char *driver;
	const char *override;
	bool any; /* the kernel was asked to choose: any driver, or none */
};

struct plan_outcome plan_outcome(const struct plan *plan, const struct plan_facts *facts);

/* A change that its run did not see through. Strings are borrowed; NULL: none. */
struct plan_unfinished {
	const char *from_driver, *from_override; /* before it */
	struct plan_outcome to;			 /* what it was for */
	bool probed;				 /* the kernel was asked already */
	bool override_ours; /* the override that is set now is one of those that it sets or finds */
};

enum plan_recovery {
	RECOVERY_FINISHES, /* the device has what it was to get */
	RECOVERY_UNDOES,   /* it has, or is given, what it had */
	RECOVERY_LEAVES,   /* somebody else gave it another driver since */
};

/*
 * What is left to do about @u, seen from where the device is now, so that it does not matter how
 * often it is begun. No step takes a device from a driver. A device without one goes back to where
 * it was, or with @forward on to where it was to be. 0 or -ENOMEM.
 */
int plan_recover(struct plan *plan, const struct plan_facts *facts, const struct plan_unfinished *u,
		 bool forward, enum plan_recovery *recovery);

/*
 * Hand the device to @driver, or with @any_vfio leave it where it is when that is a VFIO driver
 * already. 0 or -ENOMEM.
 */
int plan_bind(struct plan *plan, const struct plan_facts *facts, const char *driver, bool any_vfio);

/*
 * Give the device back: to the driver on record, else to the kernel's choice. A device that is in
 * the host's hands is left alone. 0 or -ENOMEM.
 */
int plan_unbind(struct plan *plan, const struct plan_facts *facts,
		const struct plan_origin *origin);

/*
 * Is the device where a bind puts it, or left without a driver by one that was cut short? Then what
 * is on record is still what it is to be given back to.
 */
bool plan_is_handed_out(const struct plan_facts *facts, const struct plan_origin *origin);

/*
 * True for drivers that take a device only when an override names them. Judged by name, since the
 * driver may not be loaded; to be wrong costs two more writes and nothing else.
 */
bool driver_wants_override(const char *driver);

#endif
