// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drivers that may stay bound to a device while others of its group are used: by definition
 * they let the device do no DMA.
 */
#include <linux/slab.h>

#include "core.h"

#define WHITELIST_DEFAULT "pci:pci-stub,pci:pcieport"

/* The parameter's lock (kernel_param_lock()) is not enough: readers are not parameter operations.
 */
static DEFINE_MUTEX(whitelist_lock);
static char *whitelist; /* NULL: the default */

static bool entry_matches(const char *entry, size_t len, const char *bus, const char *driver)
{
	size_t bus_len = strlen(bus);

	return len == bus_len + 1 + strlen(driver) && !strncmp(entry, bus, bus_len) &&
	       entry[bus_len] == ':' && !strncmp(entry + bus_len + 1, driver, len - bus_len - 1);
}

bool vfio_whitelisted(struct device_driver *drv)
{
	const char *entry;
	bool found = false;

	mutex_lock(&whitelist_lock);
	entry = whitelist ?: WHITELIST_DEFAULT;
	while (*entry && !found) {
		size_t len = strcspn(entry, ",");

		found = entry_matches(entry, len, drv->bus->name, drv->name);
		entry += len;
		entry += *entry == ',';
	}
	mutex_unlock(&whitelist_lock);
	return found;
}

/* Every entry is bus:driver, neither part empty. */
static bool whitelist_valid(const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ",");
		const char *colon = memchr(list, ':', len);

		if (!colon || colon == list || colon == list + len - 1)
			return false;
		list += len;
		list += *list == ',';
	}
	return true;
}

static int whitelist_set(const char *value, const struct kernel_param *kp)
{
	char *copy, *list;

	copy = kstrdup(value, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	list = strim(copy);
	if (!whitelist_valid(list)) {
		kfree(copy);
		return -EINVAL;
	}
	memmove(copy, list, strlen(list) + 1);
	mutex_lock(&whitelist_lock);
	swap(whitelist, copy);
	mutex_unlock(&whitelist_lock);
	kfree(copy);
	return 0;
}

static int whitelist_get(char *buffer, const struct kernel_param *kp)
{
	int len;

	mutex_lock(&whitelist_lock);
	len = scnprintf(buffer, PAGE_SIZE, "%s\n", whitelist ?: WHITELIST_DEFAULT);
	mutex_unlock(&whitelist_lock);
	return len;
}

static void whitelist_free(void *arg)
{
	kfree(whitelist);
}

static const struct kernel_param_ops whitelist_ops = {
	.set = whitelist_set,
	.get = whitelist_get,
	.free = whitelist_free,
};

module_param_cb(driver_whitelist, &whitelist_ops, NULL, 0644);
MODULE_PARM_DESC(driver_whitelist,
		 "drivers whose devices leave a group viable, as bus:driver, separated by commas "
		 "(default " WHITELIST_DEFAULT ")");
