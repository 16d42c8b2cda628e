// SPDX-License-Identifier: GPL-2.0-only
#include "news.h"

const char *news_kind_name(enum news_kind kind)
{
	static const char *const names[] = {
		[NEWS_READY] = "ready",
		[NEWS_OVERRUN] = "overrun",
		[NEWS_ADDED] = "added",
		[NEWS_REMOVED] = "removed",
		[NEWS_BOUND] = "bound",
		[NEWS_UNBOUND] = "unbound",
		[NEWS_VIABILITY] = "viability",
		[NEWS_OPENED] = "opened",
		[NEWS_CLOSED] = "closed",
		[NEWS_ATTACHED] = "attached",
		[NEWS_DETACHED] = "detached",
		[NEWS_DEVICE_OPENED] = "device-opened",
		[NEWS_DEVICE_CLOSED] = "device-closed",
		[NEWS_VFS] = "vfs",
	};

	return names[kind];
}

struct news news_of(enum news_kind kind, long group)
{
	return (struct news){ .kind = kind, .group = group, .viable = -1, .users = -1, .vfs = -1 };
}

struct news news_of_device(enum news_kind kind, const struct device *device)
{
	struct news news = news_of(kind, device->group_id);

	news.about = device;
	news.device = device->name;
	news.bus = device->bus;
	return news;
}
