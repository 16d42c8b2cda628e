// SPDX-License-Identifier: GPL-2.0-only
#include "node.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define BUF 4096

static void user_name(uid_t uid, char *out, size_t size)
{
	struct passwd entry, *found = NULL;
	char buf[BUF];

	if (getpwuid_r(uid, &entry, buf, sizeof(buf), &found) || !found)
		snprintf(out, size, "%u", uid);
	else
		snprintf(out, size, "%s", found->pw_name);
}

static void group_name(gid_t gid, char *out, size_t size)
{
	struct group entry, *found = NULL;
	char buf[BUF];

	if (getgrgid_r(gid, &entry, buf, sizeof(buf), &found) || !found)
		snprintf(out, size, "%u", gid);
	else
		snprintf(out, size, "%s", found->gr_name);
}

static bool node_look(struct node *out)
{
	struct stat st;

	if (lstat(out->path, &st) || !S_ISCHR(st.st_mode))
		return false;
	out->mode = st.st_mode & 07777;
	out->rdev = st.st_rdev;
	user_name(st.st_uid, out->owner, sizeof(out->owner));
	group_name(st.st_gid, out->group, sizeof(out->group));
	return true;
}

bool node_of_group(long group, struct node *out)
{
	*out = (struct node){ 0 };
	snprintf(out->path, sizeof(out->path), "/dev/vfio/%ld", group);
	return node_look(out);
}

bool node_of_cdev(const char *cdev, struct node *out)
{
	*out = (struct node){ 0 };
	snprintf(out->path, sizeof(out->path), "/dev/vfio/devices/%s", cdev);
	return node_look(out);
}

void node_access(const struct node *node, char *buf, size_t size)
{
	snprintf(buf, size, "%s:%s %04o", node->owner, node->group, node->mode);
}
