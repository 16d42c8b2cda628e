// SPDX-License-Identifier: GPL-2.0-only
#include "node.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define BUF 4096

/*
 * The last name of either kind: nearly all nodes have one owner, and each look-up reads a file, or
 * asks a directory server.
 */
struct last_name {
	bool known;
	unsigned id;
	char name[64];
};

static const char *user_name(uid_t uid)
{
	static struct last_name last;
	struct passwd entry, *found = NULL;
	char buf[BUF];

	if (last.known && last.id == uid)
		return last.name;
	if (getpwuid_r(uid, &entry, buf, sizeof(buf), &found) || !found)
		snprintf(last.name, sizeof(last.name), "%u", uid);
	else
		snprintf(last.name, sizeof(last.name), "%s", found->pw_name);
	last.id = uid;
	last.known = true;
	return last.name;
}

static const char *group_name(gid_t gid)
{
	static struct last_name last;
	struct group entry, *found = NULL;
	char buf[BUF];

	if (last.known && last.id == gid)
		return last.name;
	if (getgrgid_r(gid, &entry, buf, sizeof(buf), &found) || !found)
		snprintf(last.name, sizeof(last.name), "%u", gid);
	else
		snprintf(last.name, sizeof(last.name), "%s", found->gr_name);
	last.id = gid;
	last.known = true;
	return last.name;
}

static bool node_look(struct node *out)
{
	struct stat st;

	if (lstat(out->path, &st) || !S_ISCHR(st.st_mode))
		return false;
	out->mode = st.st_mode & 07777;
	out->rdev = st.st_rdev;
	snprintf(out->owner, sizeof(out->owner), "%s", user_name(st.st_uid));
	snprintf(out->group, sizeof(out->group), "%s", group_name(st.st_gid));
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
