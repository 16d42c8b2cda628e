// SPDX-License-Identifier: GPL-2.0-only
/* The only file that knows libcap. */
#include "privilege.h"

#include <errno.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "cleanup.h"

static const struct {
	enum privilege privilege;
	cap_value_t capability;
} needs[] = {
	/* /proc/PID/fd and maps (ptrace(2), "access mode checking"). */
	{ PRIVILEGE_LOOK, CAP_SYS_PTRACE },
	/* The file behind a loop device may lie in a directory that is its owner's alone. */
	{ PRIVILEGE_LOOK, CAP_DAC_READ_SEARCH },
	{ PRIVILEGE_MODULES, CAP_SYS_MODULE },
	/* /proc/PID/stack (proc(5)). */
	{ PRIVILEGE_STACK, CAP_SYS_ADMIN },
	/* The addresses in /proc/iomem. */
	{ PRIVILEGE_MEMORY, CAP_SYS_ADMIN },
	/* SO_RCVBUFFORCE (socket(7)). */
	{ PRIVILEGE_EVENTS, CAP_NET_ADMIN },
};

/* What was raised, and so is in effect. */
static unsigned int current;

static void cap_freep(cap_t *caps)
{
	if (*caps)
		cap_free(*caps);
}

static int put(cap_t caps, cap_flag_t set, unsigned int mask, cap_t held)
{
	if (cap_clear_flag(caps, set))
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		cap_flag_value_t has = CAP_CLEAR;

		if (!(needs[i].privilege & mask))
			continue;
		if (cap_get_flag(held, needs[i].capability, CAP_PERMITTED, &has) ||
		    cap_set_flag(caps, set, 1, &needs[i].capability, has))
			return -errno;
	}
	return 0;
}

/* Only what is permitted can be put into effect: who lacks it goes on without. */
static int set_effective(unsigned int mask)
{
	_cleanup_(cap_freep) cap_t held = cap_get_proc();
	_cleanup_(cap_freep) cap_t caps = held ? cap_dup(held) : NULL;
	int ret = caps ? put(caps, CAP_EFFECTIVE, mask, held) : -errno;

	if (!ret && cap_set_proc(caps))
		ret = -errno;
	if (!ret)
		current = mask;
	return ret;
}

static int set_permitted(unsigned int mask)
{
	_cleanup_(cap_freep) cap_t held = cap_get_proc();
	_cleanup_(cap_freep) cap_t caps = cap_init();
	int ret = held && caps ? put(caps, CAP_PERMITTED, mask, held) : -errno;

	if (!ret)
		ret = put(caps, CAP_EFFECTIVE, mask & current, held);
	if (!ret && cap_set_proc(caps))
		ret = -errno;
	return ret;
}

int privilege_limit(unsigned int mask, struct error *err)
{
	int ret = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;

	if (!ret)
		ret = set_permitted(mask);
	if (ret)
		return error_set(err, EXIT_FAILED, -ret, "cannot give up capabilities: %s",
				 strerror(-ret));
	current &= mask;
	return 0;
}

unsigned int privilege_raise(unsigned int mask)
{
	unsigned int had = current;

	if ((had | mask) != had)
		set_effective(had | mask);
	return had;
}

void privilege_restore(unsigned int had)
{
	int saved = errno;

	if (current != had)
		set_effective(had);
	errno = saved;
}
