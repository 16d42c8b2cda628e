/* SPDX-License-Identifier: GPL-2.0-only */
/* Between safety.c and the checks: how a check gets its devices and says what it found. */
#ifndef VFIOCTL_SAFETY_CHECK_H
#define VFIOCTL_SAFETY_CHECK_H

#include "interfaces.h"
#include "safety.h"

struct safety_check;
struct safety_judgement;

/*
 * What several checks of one judgement want to know alike, looked up by the first of them. All of
 * its devices count here, @seen, whomever a check concerns.
 */
struct safety_shared {
	const struct target **seen;
	size_t n_seen;
	bool *carries; /* for each: it carries block devices, or may; NULL: not looked up yet */
	struct interfaces interfaces;
	bool has_interfaces; /* they were looked up */
};

/* What a check works on: the devices that concern it. */
struct safety_run {
	const struct safety_check *check;
	const char *reason; /* the check's */
	const struct host *host;
	const struct target **targets;
	size_t n;
	int iomem; /* an fd of /proc/iomem; -1: it could not be opened */
	struct safety_shared *shared;
	struct safety_judgement *judgement;
};

/* Each returns 0, or -ENOMEM. Whatever else goes wrong in one is a finding: unknown. */

/* safety_storage.c */
int safety_check_mounted(struct safety_run *run);
int safety_check_swap(struct safety_run *run);
int safety_check_stack(struct safety_run *run); /* one for each of its reasons */
int safety_check_zfs(struct safety_run *run);
int safety_check_claimed(struct safety_run *run);

/* safety_config.c */
int safety_check_resume(struct safety_run *run);
int safety_check_fstab(struct safety_run *run);
int safety_check_crypttab(struct safety_run *run);
int safety_check_signature(struct safety_run *run);

/* safety_net.c */
int safety_check_address(struct safety_run *run);
int safety_check_route(struct safety_run *run);
int safety_check_port(struct safety_run *run);
int safety_check_netns(struct safety_run *run);

/* safety_traffic.c */
int safety_check_socket(struct safety_run *run);
int safety_check_xdp(struct safety_run *run);
int safety_check_up(struct safety_run *run);

/* safety_remote.c */
int safety_check_ssh(struct safety_run *run);
int safety_check_netfs(struct safety_run *run);
int safety_check_netdisk(struct safety_run *run);

/* safety_display.c */
int safety_check_boot_vga(struct safety_run *run);
int safety_check_framebuffer(struct safety_run *run);
int safety_check_display(struct safety_run *run);
int safety_check_console(struct safety_run *run);
bool safety_is_display(const struct target *target); /* by its class, or for want of one */

/* safety_device.c */
int safety_check_vfs(struct safety_run *run);
int safety_check_mdevs(struct safety_run *run);
int safety_check_usb(struct safety_run *run);
int safety_check_keyboard(struct safety_run *run);
int safety_check_class(struct safety_run *run); /* watchdog, tpm, ipmi: each by its own class */

/* safety_use.c */
int safety_check_held(struct safety_run *run);
int safety_check_open(struct safety_run *run);
int safety_check_mapped(struct safety_run *run);

/* The device of @run that the sysfs path @path is, or is below of; NULL: none. */
const struct target *safety_target_of(const struct safety_run *run, const char *path);

/* The device of @run that the entry @name of a class belongs to; NULL: none. */
const struct target *safety_carrier(const struct safety_run *run, const char *class,
				    const char *name);

/*
 * Calls @fn for each range of addresses that the memory of @target takes up, both ends included;
 * its non-zero return ends the walk and is returned. A device without any such file has none. 0 or
 * -errno.
 */
int safety_each_region(const struct target *target,
		       int (*fn)(void *arg, uint64_t start, uint64_t end), void *arg);

/*
 * Calls @fn for each entry of a class; its non-zero return ends the walk and is returned. Without
 * the class there is none; when it cannot be listed, that is unknown for all of @run.
 */
int safety_each_in(struct safety_run *run, const char *class,
		   int (*fn)(void *arg, const char *name), void *arg);

/* "'/' on '/dev/sda1'" speaks against @target. The same words twice are one finding. */
int safety_found(struct safety_run *run, const struct target *target, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with a verdict other than the check's own. */
int safety_say(struct safety_run *run, const struct target *target, enum safety_verdict verdict,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The check could not tell for @target, NULL: for none of its devices. */
int safety_unknown(struct safety_run *run, const struct target *target, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * What one check explained need not be found by the next as well: a block device that is mounted is
 * claimed, of course.
 */
int safety_explain(struct safety_run *run, dev_t dev);
bool safety_is_explained(const struct safety_run *run, dev_t dev);

#endif
