// SPDX-License-Identifier: GPL-2.0-only
#include "follow.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"
#include "core.h"
#include "follow_impl.h"
#include "sysfs.h"

/* Events up to here tell of what is seen from here on. */
static void mark(struct follow *follow, int sysfs)
{
	long number;

	if (!sysfs_read_long(sysfs, "kernel/uevent_seqnum", &number))
		follow->heard = (unsigned long long)number;
}

static int failure(int ret, struct error *err)
{
	if (ret == -ENOMEM)
		error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	else if (ret)
		error_set(err, EXIT_FAILED, -ret, "cannot look into '/proc': %s", strerror(-ret));
	return ret;
}

static int look_at_everything(struct follow *follow, struct error *err)
{
	_cleanup_(host_freep) struct host *host = NULL;
	int ret;

	mark(follow, follow->known.host->sysfs);
	host = host_scan(SCAN_GROUPS, err);
	if (!host)
		return -EIO;
	ret = known_compare(&follow->known, host);
	if (!ret)
		ret = follow_look_at_vfs(follow);
	if (!ret)
		ret = follow_look_at_use(follow);
	return failure(ret, err);
}

/* Silently: what there is in the beginning is no news. */
static int hear_nothing(void *arg, const struct news *news)
{
	(void)arg;
	(void)news;
	return 0;
}

static int begin(struct follow *follow, struct error *err)
{
	_cleanup_close_ int sysfs = sysfs_open_dir(AT_FDCWD, "/sys");
	struct host *host;
	int ret;

	if (whitelist_load(&follow->known.whitelist, err))
		return -EINVAL;
	follow->events = events_open(err);
	if (!follow->events)
		return -EIO;
	mark(follow, sysfs);
	host = host_scan(SCAN_GROUPS, err);
	if (!host)
		return -EIO;
	ret = known_init(&follow->known, host);
	if (!ret)
		ret = follow_look_at_vfs(follow);
	if (!ret)
		ret = follow_look_at_use(follow);
	return failure(ret, err);
}

int follow_begin(struct follow *follow, struct error *err)
{
	int (*tell)(void *arg, const struct news *news) = follow->known.tell;
	int ret;

	follow->known.tell = hear_nothing;
	ret = begin(follow, err);
	follow->known.tell = tell;
	return ret ? ret : known_tell(&follow->known, NEWS_READY);
}

void follow_clear(struct follow *follow)
{
	known_clear(&follow->known);
	events_close(follow->events);
	follow->events = NULL;
}

static int take(struct follow *follow, const struct event *event)
{
	if (event->number <= follow->heard)
		return 0;
	return strcmp(event->subsystem, "vfio") ? follow_device_event(follow, event)
						: follow_group_event(follow, event);
}

/* No more for now. What had been lost before is made good only then: what is still there to be
 * heard is what came first. */
static int catch_up(struct follow *follow, struct error *err)
{
	if (!follow->lost)
		return 0;
	follow->lost = false;
	return look_at_everything(follow, err);
}

int follow_hear(struct follow *follow, size_t most, struct error *err)
{
	for (size_t n = 0; n < most; n++) {
		struct event event;
		int ret = events_next(follow->events, &event);

		if (ret == -ENOBUFS) {
			follow->lost = true;
			ret = known_tell(&follow->known, NEWS_OVERRUN);
		} else if (ret < 0) {
			return error_set(err, EXIT_FAILED, -ret,
					 "cannot receive the kernel's events: %s", strerror(-ret));
		} else if (!ret) {
			ret = catch_up(follow, err);
			return ret ? ret : (int)n;
		} else {
			ret = take(follow, &event);
		}
		if (ret)
			return failure(ret, err);
	}
	return (int)most;
}

int follow_look(struct follow *follow, struct error *err)
{
	struct whitelist whitelist = { 0 };
	int ret = 0;

	if (whitelist_load(&whitelist, err))
		whitelist_clear(&whitelist);
	else
		ret = known_set_whitelist(&follow->known, &whitelist);
	if (!ret && core_kind(follow->known.host->sysfs) != CORE_OURS)
		ret = follow_look_at_use(follow);
	return failure(ret, err);
}
