/* SPDX-License-Identifier: GPL-2.0-only */
/* Between safety.c and the checks: how a check gets its devices and says what it found. */
#ifndef VFIOCTL_SAFETY_CHECK_H
#define VFIOCTL_SAFETY_CHECK_H

#include "safety.h"

struct safety_check;

/* What a check works on: the devices that concern it. */
struct safety_run {
	const struct safety_check *check;
	unsigned int bit;
	const struct host *host;
	const struct target **targets;
	size_t n;
	struct safety *out;
};

/* Each returns 0, or -ENOMEM. Whatever else goes wrong in one is a finding: unknown. */
int safety_check_mounted(struct safety_run *run);
int safety_check_swap(struct safety_run *run);
int safety_check_claimed(struct safety_run *run);
int safety_check_address(struct safety_run *run);
int safety_check_route(struct safety_run *run);
int safety_check_netns(struct safety_run *run);
int safety_check_vfs(struct safety_run *run);
int safety_check_boot_vga(struct safety_run *run);
int safety_check_held(struct safety_run *run);

/* The device of @run that the sysfs path @path is, or is below of; NULL: none. */
const struct target *safety_target_of(const struct safety_run *run, const char *path);

/* "'/' on '/dev/sda1'" speaks against @target. The same words twice are one finding. */
int safety_found(struct safety_run *run, const struct target *target, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The check could not tell for @target, NULL: for none of its devices. */
int safety_unknown(struct safety_run *run, const struct target *target, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
