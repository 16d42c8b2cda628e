// SPDX-License-Identifier: GPL-2.0-only
/* Checks that look at the device itself. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cleanup.h"
#include "holders.h"
#include "node.h"
#include "safety_check.h"
#include "sysfs.h"

/*
 * The link to the first virtual function is enough: sriov_numvfs is read under the device's lock
 * and would hang with it.
 */
int safety_check_vfs(struct safety_run *run)
{
	char name[NAME_MAX + 1];
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++) {
		int dir = run->targets[i]->dir;

		if (!sysfs_link_name(dir, "virtfn0", name, sizeof(name)))
			ret = safety_found(run, run->targets[i], "its virtual function '%s' exists",
					   name);
	}
	return ret;
}

int safety_check_boot_vga(struct safety_run *run)
{
	char text[8];
	int ret = 0;

	for (size_t i = 0; !ret && i < run->n; i++)
		if (sysfs_read(run->targets[i]->dir, "boot_vga", text, sizeof(text)) > 0 &&
		    !strcmp(text, "1"))
			ret = safety_found(run, run->targets[i], "it is the boot display");
	return ret;
}

/* Who has the node of its group open may have the device open too, which only he can tell. */
int safety_check_held(struct safety_run *run)
{
	_cleanup_free_ dev_t *nodes = calloc(run->n, sizeof(*nodes));
	struct holders holders = { 0 };
	struct node node;
	int ret;

	if (!nodes)
		return -ENOMEM;
	for (size_t i = 0; i < run->n; i++)
		if (node_of_group(run->targets[i]->device->group_id, &node))
			nodes[i] = node.rdev;
	ret = holders_find(&holders, nodes, run->n);
	if (ret && ret != -ENOMEM)
		ret = safety_unknown(run, NULL, "cannot look into /proc: %s", strerror(-ret));
	for (size_t i = 0; !ret && i < run->n; i++) {
		_cleanup_free_ char *who = holders_sentence(&holders, i);

		if (who)
			ret = safety_found(run, run->targets[i], "%s has /dev/vfio/%ld open", who,
					   run->targets[i]->device->group_id);
	}
	if (!ret && !holders.complete)
		ret = safety_unknown(run, NULL, "not every process may be looked into");
	holders_clear(&holders);
	return ret;
}
