// SPDX-License-Identifier: GPL-2.0-only
/* Devices and their drivers, and the whole. */
#include "known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "host_build.h"
#include "known_impl.h"

int known_tell(struct known *known, enum news_kind kind)
{
	const struct news news = news_of(kind, -1);

	return known->tell(known->arg, &news);
}

int known_bind(struct known *known, struct device *device, struct driver *driver)
{
	struct news news = news_of_device(NEWS_UNBOUND, device);
	int ret = 0;

	if (driver == device->driver)
		return 0;
	if (device->driver) {
		news.driver = device->driver->name;
		device->driver = NULL;
		ret = known->tell(known->arg, &news);
		if (!ret)
			ret = known_look_at_group(known, device->group_id);
	}
	if (ret || !driver)
		return ret;
	device->driver = driver;
	news.kind = NEWS_BOUND;
	news.driver = driver->name;
	ret = known->tell(known->arg, &news);
	return ret ? ret : known_look_at_group(known, device->group_id);
}

int known_join(struct known *known, struct device *device, long id)
{
	struct group *group = host_group(known->host, id);

	if (!group)
		group = host_add_group(known->host, id);
	if (!group || group_add(group, device))
		return -ENOMEM;
	host_sort(known->host);
	return 0;
}

static struct device *copy_device(struct host *host, const struct device *like)
{
	const char *bus = host_bus(host, like->bus);
	struct device *device = bus ? host_add_device(host, bus, like->name) : NULL;

	if (!device)
		return NULL;
	device->is_pci = like->is_pci;
	device->addr = like->addr;
	device->has_id = like->has_id;
	device->id = like->id;
	device->role = like->role;
	return device;
}

int known_add(struct known *known, const struct device *like)
{
	struct device *device = copy_device(known->host, like);
	struct news news;

	if (!device)
		return -ENOMEM;
	if (like->group_id >= 0) {
		if (known_join(known, device, like->group_id))
			return -ENOMEM;
	} else {
		host_sort(known->host);
	}
	news = news_of_device(NEWS_ADDED, device);
	return known->tell(known->arg, &news);
}

int known_remove(struct known *known, struct device *device)
{
	_cleanup_free_ char *name = strdup(device->name);
	long group = device->group_id;
	struct news news;
	int ret;

	if (!name)
		return -ENOMEM;
	ret = known_bind(known, device, NULL);
	if (ret)
		return ret;
	news = news_of_device(NEWS_REMOVED, device);
	ret = known->tell(known->arg, &news);
	host_remove_device(known->host, device);
	if (!ret)
		ret = known_look_at_group(known, group);
	return ret ? ret : known_forget_vf(known, name);
}

/* The driver of ours that is called as one of another host is; NULL with @theirs: out of memory. */
static struct driver *same_driver(struct known *known, const struct device *device,
				  const struct driver *theirs)
{
	struct driver *driver = theirs ? host_driver(known->host, device->bus, theirs->name) : NULL;

	if (driver && !driver->checked) {
		driver->vfio = theirs->vfio;
		driver->checked = theirs->checked;
	}
	return driver;
}

static int remove_missing(struct known *known, const struct host *host)
{
	struct host *mine = known->host;
	int ret = 0;

	/* One that has come back in another group has gone before. */
	for (size_t i = mine->n_devices; !ret && i-- > 0;) {
		const struct device *now =
			host_device(host, mine->devices[i]->bus, mine->devices[i]->name);

		if (!now || (mine->devices[i]->group_id >= 0 &&
			     now->group_id != mine->devices[i]->group_id))
			ret = known_remove(known, mine->devices[i]);
	}
	return ret;
}

static int meet(struct known *known, const struct device *now)
{
	struct device *mine = host_device(known->host, now->bus, now->name);
	struct driver *driver;
	int ret = 0;

	if (!mine)
		ret = known_add(known, now);
	else if (mine->group_id < 0 && now->group_id >= 0)
		ret = known_join(known, mine, now->group_id);
	if (ret)
		return ret;
	mine = host_device(known->host, now->bus, now->name);
	driver = same_driver(known, mine, now->driver);
	if (now->driver && !driver)
		return -ENOMEM;
	return known_bind(known, mine, driver);
}

int known_compare(struct known *known, const struct host *host)
{
	int ret = remove_missing(known, host);

	for (size_t i = 0; !ret && i < host->n_devices; i++)
		ret = meet(known, host->devices[i]);
	return ret;
}

static int hear_nothing(void *arg, const struct news *news)
{
	(void)arg;
	(void)news;
	return 0;
}

int known_init(struct known *known, struct host *host)
{
	int (*tell_later)(void *arg, const struct news *news) = known->tell;
	int ret = 0;

	known->host = host;
	known->tell = hear_nothing;
	for (size_t i = 0; !ret && i < host->n_groups; i++)
		ret = known_look_at_group(known, host->groups[i]->id);
	known->tell = tell_later;
	return ret;
}

void known_clear(struct known *known)
{
	known_clear_vfs(known);
	for (size_t i = 0; i < known->n_groups; i++)
		free(known->groups[i].device);
	free(known->groups);
	whitelist_clear(&known->whitelist);
	host_free(known->host);
	*known = (struct known){ 0 };
}
