// SPDX-License-Identifier: GPL-2.0-only
#include "whitelist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config.h"

/*
 * Neither touches its device: pci-stub only holds it, pcieport serves a port's own events. The
 * kernel marks the same two (driver_managed_dma).
 */
static const char *const built_in[] = { "pci-stub", "pcieport" };

static void entry_clear(struct whitelist_entry *entry)
{
	free(entry->driver);
	free(entry->bus);
	free(entry->source);
}

static bool same_bus(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

int whitelist_add(struct whitelist *list, const char *driver, const char *bus, const char *source)
{
	struct whitelist_entry *entries, entry;

	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->entries[i].driver, driver) && same_bus(list->entries[i].bus, bus))
			return 0;
	entries = reallocarray(list->entries, list->n + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	list->entries = entries;
	entry = (struct whitelist_entry){ .driver = strdup(driver),
					  .bus = bus ? strdup(bus) : NULL,
					  .source = strdup(source) };
	if (!entry.driver || !entry.source || (bus && !entry.bus)) {
		entry_clear(&entry);
		return -ENOMEM;
	}
	entries[list->n++] = entry;
	return 0;
}

/* "whitelist = DRIVER" or "whitelist = BUS:DRIVER"; without a bus it is pci. */
static int from_config(void *arg, const char *key, const char *value, unsigned int line,
		       struct error *err)
{
	_cleanup_free_ char *bus = NULL, *source = NULL;
	const char *colon = strchr(value, ':');

	if (strcmp(key, "whitelist"))
		return error_set(err, EXIT_FAILED, EINVAL, "'%s', line %u: unknown setting '%s'",
				 CONFIG_PATH, line, key);
	if (strpbrk(value, " \t/") || colon == value || (colon && !colon[1]))
		return error_set(err, EXIT_FAILED, EINVAL,
				 "'%s', line %u: '%s' is no driver's name", CONFIG_PATH, line,
				 value);
	bus = colon ? strndup(value, colon - value) : strdup("pci");
	if (!bus || asprintf(&source, "%s:%u", CONFIG_PATH, line) < 0)
		return -ENOMEM;
	return whitelist_add(arg, colon ? colon + 1 : value, bus, source);
}

int whitelist_load(struct whitelist *list, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(built_in); i++)
		ret = whitelist_add(list, built_in[i], "pci", "built-in");
	if (!ret)
		ret = config_each(from_config, list, err);
	if (ret == -ENOMEM)
		error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return ret;
}

void whitelist_clear(struct whitelist *list)
{
	for (size_t i = 0; i < list->n; i++)
		entry_clear(&list->entries[i]);
	free(list->entries);
	*list = (struct whitelist){ 0 };
}

const struct whitelist_entry *whitelist_find(const struct whitelist *list,
					     const struct device *device)
{
	if (!device->driver)
		return NULL;
	for (size_t i = 0; i < list->n; i++) {
		const struct whitelist_entry *entry = &list->entries[i];

		if (!strcmp(entry->driver, device->driver->name) &&
		    (!entry->bus || !strcmp(entry->bus, device->bus)))
			return entry;
	}
	return NULL;
}
