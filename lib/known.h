/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of devices and groups, and the news when something turns out to be different. It is
 * pure: whoever has seen or heard something says so, and what was known already is no news.
 */
#ifndef VFIOCTL_KNOWN_H
#define VFIOCTL_KNOWN_H

#include "host.h"
#include "news.h"
#include "text.h"
#include "whitelist.h"

/* What is done with a group. @container 0: that is not known, or it is in none. */
struct known_use {
	bool opened, attached;
	unsigned long long container;
	long users; /* open files of its devices */
};

/*
 * @told: the kernel tells whether it is viable, and what we compute does not count.
 * @device: of all open files, as far as they were named; NULL: not known. Owned.
 */
struct known_group {
	long id;
	bool told, viable;
	struct known_use use;
	char *device;
};

/* The virtual functions that a physical one has. */
struct known_vfs {
	char *pf;
	struct strv names;
};

/* Zero-initialise; known_clear() gives back. @tell gets each of the news; its failure goes up. */
struct known {
	struct host *host; /* owned */
	struct whitelist whitelist;
	struct known_group *groups;
	size_t n_groups, groups_room;
	struct known_vfs *vfs;
	size_t n_vfs, vfs_room;
	int (*tell)(void *arg, const struct news *news);
	void *arg;
};

/* Takes @host, which is known from then on without being news. 0 or -ENOMEM. */
int known_init(struct known *known, struct host *host);
void known_clear(struct known *known);

/* For the news that are of nothing in particular. */
int known_tell(struct known *known, enum news_kind kind);

/*
 * All below return 0, -ENOMEM, or what @tell returned.
 *
 * A device has come: bus, name, identity, role and group are those of @like, and it has no driver.
 */
int known_add(struct known *known, const struct device *like);
int known_remove(struct known *known, struct device *device);

/* It was found in a group after all. */
int known_join(struct known *known, struct device *device, long group);

/* @driver is the host's, NULL: none. Another driver in between was unbound first. */
int known_bind(struct known *known, struct device *device, struct driver *driver);

/* @pf has these virtual functions. When the last one is removed, that needs no second word. */
int known_set_vfs(struct known *known, struct device *pf, const struct strv *names);

/*
 * The group is used so; @device is the one that was opened or closed. NULL: unnamed; of one that is
 * closed it is known still if all that were open were of one device.
 */
int known_set_use(struct known *known, long group, const struct known_use *use, const char *device);

/*
 * The same where nobody tells and one can only look: @device is the one that all open files are of,
 * NULL: of several, or that is not known.
 */
int known_see_use(struct known *known, long group, const struct known_use *use, const char *device);

/* The kernel's verdict; without blockers of its own those that we see are told. */
int known_set_verdict(struct known *known, long group, bool viable, const struct strv *blockers,
		      const struct strv *drivers);

/* The kernel says no more of the group: nobody uses it, and our own verdict counts again. */
int known_forget_verdict(struct known *known, long group);

/* Takes @whitelist, and judges again. */
int known_set_whitelist(struct known *known, struct whitelist *whitelist);

/* Devices and drivers are as in @host; what differs is told. Virtual functions are not looked at.
 */
int known_compare(struct known *known, const struct host *host);

#endif
