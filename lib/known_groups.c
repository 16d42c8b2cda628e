// SPDX-License-Identifier: GPL-2.0-only
/* Groups: whether they are viable, and what is done with them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "known_impl.h"
#include "viability.h"

static struct known_group *find_group(struct known *known, long id)
{
	for (size_t i = 0; i < known->n_groups; i++)
		if (known->groups[i].id == id)
			return &known->groups[i];
	return NULL;
}

/* NULL: out of memory. Of a new one nothing is in the way and nobody uses it. */
static struct known_group *get_group(struct known *known, long id)
{
	struct known_group *group = find_group(known, id);

	if (group)
		return group;
	if (known->n_groups == known->groups_room) {
		size_t room = known->groups_room ? known->groups_room * 2 : 64;
		struct known_group *groups =
			reallocarray(known->groups, room, sizeof(*known->groups));

		if (!groups)
			return NULL;
		known->groups = groups;
		known->groups_room = room;
	}
	group = &known->groups[known->n_groups++];
	*group = (struct known_group){ .id = id, .viable = true };
	return group;
}

static int list_blockers(struct strv *blockers, struct strv *drivers, const struct viability *v)
{
	for (size_t i = 0; i < v->n_blockers; i++)
		if (strv_add(blockers, v->blockers[i]->name) ||
		    strv_add(drivers, v->blockers[i]->driver->name))
			return -ENOMEM;
	return 0;
}

static int tell_verdict(struct known *known, struct known_group *group, bool viable,
			const struct strv *blockers, const struct strv *drivers)
{
	struct news news = news_of(NEWS_VIABILITY, group->id);

	if (group->viable == viable)
		return 0;
	group->viable = viable;
	news.viable = viable;
	news.blockers = viable ? NULL : blockers;
	news.drivers = viable ? NULL : drivers;
	return known->tell(known->arg, &news);
}

/* What we compute; a group without members is not worth a word. */
static int judge(struct known *known, struct known_group *state, const struct viability *v)
{
	_cleanup_(strv_clear) struct strv blockers = { 0 };
	_cleanup_(strv_clear) struct strv drivers = { 0 };

	if (list_blockers(&blockers, &drivers, v))
		return -ENOMEM;
	return tell_verdict(known, state, v->viable, &blockers, &drivers);
}

int known_look_at_group(struct known *known, long id)
{
	const struct group *group = host_group(known->host, id);
	_cleanup_(viability_clear) struct viability v = { 0 };
	struct known_group *state;

	if (!group)
		return 0;
	state = get_group(known, id);
	if (!state)
		return -ENOMEM;
	if (!group->n_devices)
		state->viable = true;
	if (state->told || !group->n_devices)
		return 0;
	if (viability_judge(group, &known->whitelist, &v))
		return -ENOMEM;
	return judge(known, state, &v);
}

int known_set_verdict(struct known *known, long id, bool viable, const struct strv *blockers,
		      const struct strv *drivers)
{
	const struct group *group = host_group(known->host, id);
	struct known_group *state = get_group(known, id);
	_cleanup_(viability_clear) struct viability v = { 0 };

	if (!state)
		return -ENOMEM;
	state->told = true;
	if (viable || blockers->n || !group)
		return tell_verdict(known, state, viable, blockers, drivers);
	if (viability_judge(group, &known->whitelist, &v))
		return -ENOMEM;
	v.viable = false;
	return judge(known, state, &v);
}

int known_forget_verdict(struct known *known, long id)
{
	const struct known_use nobody = { 0 };
	struct known_group *state = find_group(known, id);
	int ret;

	if (!state)
		return 0;
	ret = known_set_use(known, id, &nobody, NULL);
	if (ret)
		return ret;
	find_group(known, id)->told = false;
	return known_look_at_group(known, id);
}

int known_set_whitelist(struct known *known, struct whitelist *whitelist)
{
	int ret = 0;

	whitelist_clear(&known->whitelist);
	known->whitelist = *whitelist;
	*whitelist = (struct whitelist){ 0 };
	for (size_t i = 0; !ret && i < known->host->n_groups; i++)
		ret = known_look_at_group(known, known->host->groups[i]->id);
	return ret;
}

static int tell_use(struct known *known, enum news_kind kind, long id, const struct known_use *now,
		    unsigned long long container, const char *device)
{
	struct news news = news_of(kind, id);

	news.container = container;
	news.users = now->users;
	news.device = device;
	return known->tell(known->arg, &news);
}

/* More or fewer files are open now: which device are they all of? */
static int remember_device(struct known_group *state, long before, const char *device)
{
	bool same = device && state->device && !strcmp(device, state->device);

	if (state->use.users && (state->use.users <= before || same))
		return 0;
	free(state->device);
	state->device = NULL;
	if (!state->use.users || before || !device)
		return 0;
	state->device = strdup(device);
	return state->device ? 0 : -ENOMEM;
}

int known_set_use(struct known *known, long id, const struct known_use *now, const char *device)
{
	struct known_group *state = get_group(known, id);
	struct known_use was;
	bool other;
	int ret = 0;

	if (!state)
		return -ENOMEM;
	was = state->use;
	state->use = *now;
	other = was.attached && now->attached && was.container != now->container;
	if (now->users < was.users)
		ret = tell_use(known, NEWS_DEVICE_CLOSED, id, now, was.container,
			       device ? device : state->device);
	if (!ret && was.attached && (!now->attached || other))
		ret = tell_use(known, NEWS_DETACHED, id, now, was.container, NULL);
	if (!ret && was.opened && !now->opened)
		ret = tell_use(known, NEWS_CLOSED, id, now, now->container, NULL);
	if (!ret && !was.opened && now->opened)
		ret = tell_use(known, NEWS_OPENED, id, now, now->container, NULL);
	if (!ret && now->attached && (!was.attached || other))
		ret = tell_use(known, NEWS_ATTACHED, id, now, now->container, NULL);
	if (!ret && now->users > was.users)
		ret = tell_use(known, NEWS_DEVICE_OPENED, id, now, now->container, device);
	return ret ? ret : remember_device(state, was.users, device);
}

int known_see_use(struct known *known, long id, const struct known_use *now, const char *device)
{
	const struct known_group *state = find_group(known, id);
	bool fewer = state && now->users < state->use.users;

	/* What is still open does not tell what was closed. */
	return known_set_use(known, id, now, fewer ? NULL : device);
}
