// SPDX-License-Identifier: GPL-2.0-only
#include "choice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "selector.h"
#include "selector_parse.h"

static int add_group(struct choice *choice, long group)
{
	if (group < 0 || choice_has_group(choice, group))
		return 0;
	if (choice->n_groups == choice->groups_room) {
		size_t room = choice->groups_room ? choice->groups_room * 2 : 16;
		long *groups = reallocarray(choice->groups, room, sizeof(*groups));

		if (!groups)
			return -ENOMEM;
		choice->groups = groups;
		choice->groups_room = room;
	}
	choice->groups[choice->n_groups++] = group;
	return 0;
}

static int choose(struct choice *choice, const struct device *device)
{
	int ret = 0;

	if (!choice_has_device(choice, device->bus, device->name))
		ret = strv_addf(&choice->devices, "%s:%s", device->bus, device->name);
	return ret ? ret : add_group(choice, device->group_id);
}

static int parse(struct choice *choice, char *const *texts, struct error *err)
{
	for (size_t i = 0; i < choice->n; i++) {
		int ret = selector_parse(texts[i], &choice->selectors[i], err);

		if (ret)
			return ret;
	}
	return 0;
}

int choice_begin(struct choice *choice, const struct host *host, char *const *texts, size_t n,
		 struct error *err)
{
	_cleanup_(selection_clear) struct selection sel = { 0 };
	int ret;

	if (!n)
		return 0;
	ret = selection_resolve(&sel, host, texts, n, err);
	if (ret)
		return ret;
	choice->n = n;
	choice->selectors = calloc(n, sizeof(*choice->selectors));
	ret = choice->selectors ? parse(choice, texts, err) : -ENOMEM;
	for (size_t i = 0; !ret && i < sel.n; i++)
		ret = choose(choice, sel.devices[i]);
	if (ret == -ENOMEM)
		error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return ret;
}

void choice_clear(struct choice *choice)
{
	free(choice->selectors);
	free(choice->groups);
	strv_clear(&choice->devices);
	*choice = (struct choice){ 0 };
}

int choice_consider(struct choice *choice, const struct device *device)
{
	for (size_t i = 0; i < choice->n; i++)
		if (selector_matches(&choice->selectors[i], device))
			return choose(choice, device);
	/* It may have been chosen before it had a group. */
	if (choice->n && choice_has_device(choice, device->bus, device->name))
		return add_group(choice, device->group_id);
	return 0;
}

bool choice_has_device(const struct choice *choice, const char *bus, const char *name)
{
	_cleanup_free_ char *text = NULL;

	if (!choice->n)
		return true;
	if (asprintf(&text, "%s:%s", bus, name) < 0) {
		text = NULL;
		return false;
	}
	return strv_contains(&choice->devices, text);
}

bool choice_has_group(const struct choice *choice, long group)
{
	if (!choice->n)
		return true;
	for (size_t i = 0; i < choice->n_groups; i++)
		if (choice->groups[i] == group)
			return true;
	return false;
}
