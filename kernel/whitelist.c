// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drivers that may stay bound to a device while others of its group are used: by definition
 * they let the device do no DMA.
 */
#define pr_fmt(fmt) "vfio: " fmt

#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "core.h"

#define WHITELIST_DEFAULT "pci:pci-stub,pci:pcieport"

/* The parameter's lock (kernel_param_lock()) is not enough: readers are not parameter operations.
 */
static DEFINE_MUTEX(whitelist_lock);
static char *whitelist; /* NULL: the default */

/* Held for reading from the look at a group's viability until it is attached. */
static DECLARE_RWSEM(whitelist_use);

/* Either lock is held. */
static const char *in_force(void)
{
	return whitelist ?: WHITELIST_DEFAULT;
}

static bool entry_matches(const char *entry, size_t len, const char *bus, const char *driver)
{
	size_t bus_len = strlen(bus);

	return len == bus_len + 1 + strlen(driver) && !strncmp(entry, bus, bus_len) &&
	       entry[bus_len] == ':' && !strncmp(entry + bus_len + 1, driver, len - bus_len - 1);
}

static bool list_has(const char *entry, struct device_driver *drv)
{
	bool found = false;

	while (*entry && !found) {
		size_t len = strcspn(entry, ",");

		found = entry_matches(entry, len, drv->bus->name, drv->name);
		entry += len;
		entry += *entry == ',';
	}
	return found;
}

bool vfio_whitelisted(const char *list, struct device_driver *drv)
{
	bool found;

	if (list)
		return list_has(list, drv);
	mutex_lock(&whitelist_lock);
	found = list_has(in_force(), drv);
	mutex_unlock(&whitelist_lock);
	return found;
}

void vfio_whitelist_hold(void)
{
	down_read(&whitelist_use);
}

void vfio_whitelist_release(void)
{
	up_read(&whitelist_use);
}

/* Every entry is bus:driver, neither part empty, and nothing that a terminal would obey. */
static bool whitelist_valid(const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ","), i;
		const char *colon = memchr(list, ':', len);

		if (!colon || colon == list || colon == list + len - 1)
			return false;
		for (i = 0; i < len; i++) {
			if (!isascii(list[i]) || !isprint(list[i]))
				return false;
		}
		list += len;
		list += *list == ',';
	}
	return true;
}

static void explain_broken(void *ctx, const char *device, const char *driver)
{
	struct vfio_group *group = ctx;

	pr_warn("driver_whitelist: refused, as group %s is in use and %s is bound to '%s'\n",
		dev_name(&group->dev), device, driver);
}

/* Would @list leave the group, if it is attached, with a driver that is in the way? */
static int check_group(struct vfio_group *group, void *list)
{
	int ret;

	if (!vfio_group_container_id(group))
		return 0;
	ret = vfio_viability(group, list, explain_broken, group);
	return ret > 0 ? -EBUSY : ret;
}

static int look_again(struct vfio_group *group, void *unused)
{
	vfio_group_look(group);
	return 0;
}

static void log_change(const char *list)
{
	if (strcmp(list, in_force()))
		pr_info("driver_whitelist: '%s' replaces '%s', by %s, process %d of user %u\n",
			list, in_force(), current->comm, task_pid_nr(current),
			from_kuid(&init_user_ns, current_uid()));
}

/*
 * On success @list belongs to the whitelist. No group can attach by the old one after it was
 * checked against the new.
 */
static int whitelist_replace(char *list)
{
	char *old;
	int ret;

	down_write(&whitelist_use);
	ret = vfio_groups_each(check_group, list);
	if (!ret) {
		log_change(list);
		mutex_lock(&whitelist_lock);
		old = whitelist;
		whitelist = list;
		mutex_unlock(&whitelist_lock);
		kfree(old);
	}
	up_write(&whitelist_use);
	return ret;
}

static int whitelist_set(const char *value, const struct kernel_param *kp)
{
	char *copy, *list;
	int ret = -EINVAL;

	copy = kstrdup(value, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	list = strim(copy);
	memmove(copy, list, strlen(list) + 1);
	if (whitelist_valid(copy))
		ret = whitelist_replace(copy);
	if (ret)
		kfree(copy);
	else
		vfio_groups_each(look_again, NULL);
	return ret;
}

static int whitelist_get(char *buffer, const struct kernel_param *kp)
{
	int len;

	mutex_lock(&whitelist_lock);
	len = scnprintf(buffer, PAGE_SIZE, "%s\n", in_force());
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
