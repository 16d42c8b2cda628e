// SPDX-License-Identifier: GPL-2.0-only
/* Checks for what is at the other end of the network: our own session, filesystems, disks. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "mounts.h"
#include "safety_net.h"
#include "safety_text.h"
#include "sysfs.h"

/* As deep as shells within shells get. */
#define ANCESTORS_MAX 64
#define ENVIRON_MAX   (256 * 1024)

/* The SSH session that we run in: in our environment or, where sudo took it out, in that of one of
 * those that started us. */

/* The whole file, with a NUL behind it. -errno. */
static ssize_t read_environ(pid_t pid, char *buf, size_t size)
{
	char path[64];
	_cleanup_close_ int fd = -1;
	size_t n = 0;
	ssize_t got;

	if (pid == getpid())
		strcpy(path, "/proc/self/environ");
	else
		snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (n < size - 1 && (got = read(fd, buf + n, size - 1 - n)) > 0)
		n += got;
	buf[n] = '\0';
	return n;
}

/* 0: there is none above, or it cannot be told. */
static pid_t parent_of(pid_t pid)
{
	char path[64], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return sysfs_read(AT_FDCWD, path, text, sizeof(text)) < 0 ? 0 : text_parent(text);
}

static int on_connection(struct net_links *links, const char *connection)
{
	char client[128], what[160];

	if (!*connection)
		return 0;
	if (!text_ssh_client(connection, client, sizeof(client)))
		return net_links_unknown(links, "the SSH session", "it does not name its client");
	snprintf(what, sizeof(what), "the SSH session from %s", client);
	return net_links_server(links, client, what);
}

static int check_ancestors(struct net_links *links)
{
	_cleanup_free_ char *text = malloc(ENVIRON_MAX);
	pid_t pid = getpid();
	int ret = 0;

	if (!text)
		return -ENOMEM;
	for (int i = 0; !ret && pid > 1 && i < ANCESTORS_MAX; i++, pid = parent_of(pid)) {
		ssize_t n = read_environ(pid, text, ENVIRON_MAX);
		const char *words = n > 0 ? text_variable(text, n, "SSH_CONNECTION") : NULL;

		if (words)
			ret = on_connection(links, words);
	}
	return ret;
}

int safety_check_ssh(struct safety_run *run)
{
	const char *own = getenv("SSH_CONNECTION");
	struct net_links links;
	int ret = net_links_find(&links, run);

	if (!ret && links.n && own)
		ret = on_connection(&links, own);
	if (!ret && links.n)
		ret = check_ancestors(&links);
	net_links_clear(&links);
	return ret;
}

/* Filesystems of other hosts. */

static bool is_remote(const char *type)
{
	static const char *const types[] = {
		"nfs",	  "nfs4",      "cifs",		 "smb3",       "ceph", "afs",	"lustre",
		"beegfs", "fuse.ceph", "fuse.glusterfs", "fuse.sshfs", "9p",   "ncpfs", "orangefs",
		"gpfs",	  "coda"
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i], type))
			return true;
	return false;
}

/*
 * Into @host: the server of "user@host:path", "//host/share", "[2001:db8::1]:/path" or
 * "10.0.0.1:6789:/".
 */
static void host_of(const char *source, char *host, size_t size)
{
	const char *at = strchr(source, '@');
	const char *start = at ? at + 1 : source;

	start += strspn(start, "/");
	if (*start == '[')
		snprintf(host, size, "%.*s", (int)strcspn(start + 1, "]"), start + 1);
	else
		snprintf(host, size, "%.*s", (int)strcspn(start, "/:,"), start);
}

static int on_mount(void *arg, const struct mount_entry *entry)
{
	struct net_links *links = arg;
	_cleanup_free_ char *what = NULL;
	char transport[32] = "", host[256];

	if (!is_remote(entry->type))
		return 0;
	/* A guest's own host, through memory. */
	if (!strcmp(entry->type, "9p") &&
	    (!mounts_option(entry, "trans", transport, sizeof(transport)) ||
	     strcmp(transport, "virtio") == 0))
		return 0;
	if (!mounts_option(entry, "addr", host, sizeof(host)))
		host_of(entry->source, host, sizeof(host));
	if (asprintf(&what, "'%s' of '%s'", entry->target, entry->source) < 0) {
		what = NULL;
		return -ENOMEM;
	}
	return net_links_server(links, host, what);
}

int safety_check_netfs(struct safety_run *run)
{
	struct net_links links;
	int ret = net_links_find(&links, run);

	if (!ret && links.n)
		ret = mounts_each(MOUNTS_OWN, on_mount, &links);
	if (ret && ret != -ENOMEM)
		ret = safety_unknown(run, NULL, "cannot read '%s'", mounts_path(MOUNTS_OWN));
	if (!ret && links.n) {
		ret = mounts_each(MOUNTS_INIT, on_mount, &links);
		/* Process 1 may be none of our business, and then our own view is all there is. */
		ret = ret == -ENOMEM ? ret : 0;
	}
	net_links_clear(&links);
	return ret;
}

/* Disks of other hosts. */

static int on_iscsi(void *arg, const char *name)
{
	struct net_links *links = arg;
	char path[NAME_MAX + 64], address[128], what[NAME_MAX + 64];
	int sysfs = links->run->host->sysfs;

	snprintf(what, sizeof(what), "iSCSI '%s'", name);
	snprintf(path, sizeof(path), "class/iscsi_connection/%s/address", name);
	if (sysfs_read(sysfs, path, address, sizeof(address)) > 0)
		return net_links_server(links, address, what);
	snprintf(path, sizeof(path), "class/iscsi_connection/%s/persistent_address", name);
	if (sysfs_read(sysfs, path, address, sizeof(address)) > 0)
		return net_links_server(links, address, what);
	return net_links_unknown(links, what, "it has no address");
}

/* The value of @key in "traddr=10.0.0.1,trsvcid=4420". */
static bool word_of(const char *text, const char *key, char *value, size_t size)
{
	const char *at = text;
	size_t n = strlen(key);

	while ((at = strstr(at, key))) {
		if ((at == text || at[-1] == ',') && at[n] == '=') {
			snprintf(value, size, "%.*s", (int)strcspn(at + n + 1, ",\n"), at + n + 1);
			return true;
		}
		at += n;
	}
	return false;
}

static int on_nvme(void *arg, const char *name)
{
	struct net_links *links = arg;
	char path[NAME_MAX + 32], transport[32], text[512], value[128], what[NAME_MAX + 64];
	int sysfs = links->run->host->sysfs, ret = 0;

	snprintf(path, sizeof(path), "class/nvme/%s/transport", name);
	if (sysfs_read(sysfs, path, transport, sizeof(transport)) < 0 ||
	    (strcmp(transport, "tcp") != 0 && strcmp(transport, "rdma") != 0))
		return 0;
	snprintf(what, sizeof(what), "NVMe over %s '%s'", strcmp(transport, "tcp") ? "RDMA" : "TCP",
		 name);
	snprintf(path, sizeof(path), "class/nvme/%s/address", name);
	if (sysfs_read(sysfs, path, text, sizeof(text)) < 0)
		return net_links_unknown(links, what, "it has no address");
	if (word_of(text, "host_iface", value, sizeof(value)))
		ret = net_links_found(links, value, SAFETY_BLOCK, what);
	if (!ret && word_of(text, "traddr", value, sizeof(value)))
		ret = net_links_server(links, value, what);
	return ret;
}

/*
 * Network block devices do not tell of their server. One whose size is nothing is not connected;
 * any other may be anybody's.
 */
static int on_block(void *arg, const char *name)
{
	static const char *const kinds[] = { "nbd", "rbd", "drbd", "etherd!" };
	struct net_links *links = arg;
	char path[NAME_MAX + 32], what[NAME_MAX + 16];
	long size = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t n = strlen(kinds[i]);

		if (strncmp(name, kinds[i], n) != 0 || !isalnum((unsigned char)name[n]) ||
		    strchr(name, 'p'))
			continue;
		snprintf(path, sizeof(path), "class/block/%s/size", name);
		if (!sysfs_read_long(links->run->host->sysfs, path, &size) && !size)
			return 0;
		snprintf(what, sizeof(what), "'/dev/%s'", name);
		return net_links_unknown(links, what, "the kernel does not tell of its server");
	}
	return 0;
}

int safety_check_netdisk(struct safety_run *run)
{
	static const struct {
		const char *path;
		int (*fn)(void *arg, const char *name);
	} kinds[] = {
		{ "class/iscsi_connection", on_iscsi },
		{ "class/nvme", on_nvme },
		{ "class/block", on_block },
	};
	struct net_links links;
	int ret = net_links_find(&links, run);

	for (size_t i = 0; !ret && links.n && i < ARRAY_SIZE(kinds); i++) {
		ret = sysfs_each(run->host->sysfs, kinds[i].path, kinds[i].fn, &links);
		if (ret && ret != -ENOMEM && ret != -ENOENT)
			ret = safety_unknown(run, NULL, "cannot list '%s': %s", kinds[i].path,
					     strerror(-ret));
		if (ret == -ENOENT)
			ret = 0;
	}
	net_links_clear(&links);
	return ret;
}
