// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel answers to the question for routes: netlink messages. libmnl's socket is taken
 * over by this file (see fuzz.mk), its reading of messages is the real one.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#include "fuzz.h"
#include "safety_check.h"

static struct fuzz_input answers;

/*
 * Up to the first message that claims to be longer than what there is: the kernel does not lie
 * about that, and libmnl 1.0.4 believes it from 2 GiB on.
 */
static size_t honest_part(const char *buf, size_t size)
{
	size_t at = 0;

	while (size - at >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *nlh = (const void *)(buf + at);

		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > size - at)
			break;
		at += MNL_ALIGN(nlh->nlmsg_len);
		if (at >= size)
			return size;
	}
	return at;
}

/* One answer: two bytes of length, then so much. At the end a socket that has nothing more. */
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	size_t n = fuzz_byte(&answers) << 8, left;

	(void)nl;
	n |= fuzz_byte(&answers);
	left = answers.end - answers.at;
	if (!left) {
		errno = ENOBUFS;
		return -1;
	}
	n = n > left ? left : n;
	n = n > size ? size : n;
	memcpy(buf, answers.at, n);
	answers.at += n;
	return honest_part(buf, n);
}

unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *nl);
unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	static char nothing;

	(void)bus, (void)flags;
	return (struct mnl_socket *)&nothing;
}

int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid);
int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl, (void)groups, (void)pid;
	return 0;
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t size);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t size)
{
	(void)nl, (void)buf;
	return size;
}

int __wrap_mnl_socket_close(struct mnl_socket *nl);
int __wrap_mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

/* A device whose interface is called as the first one of every host, "lo". */
static char *make_host(void)
{
	static const char *const dirs[] = { "device", "device/net", "device/net/lo", "class",
					    "class/net" };
	char link[32], path[4096];
	ssize_t n;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		mkdirat(fuzz_dir(), dirs[i], 0700);
	if (symlinkat("../../device/net/lo", fuzz_dir(), "class/net/lo"))
		CHECK(errno == EEXIST);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fuzz_dir());
	n = readlink(link, path, sizeof(path) - 8);
	CHECK(n > 0);
	strcpy(path + n, "/device");
	return strdup(path);
}

static void check_finding(const struct safety_finding *f, const struct target *target)
{
	CHECK(f->target == target);
	CHECK_TEXT(fuzz_is_clean(f->resource, strlen(f->resource), ""), f->resource);
	CHECK_TEXT(strstr(f->resource, f->unknown ? "cannot list routes" : "' on 'lo'") ||
			   !strncmp(f->resource, "route to ", 9),
		   f->resource);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *path;
	struct host host = { .sysfs = fuzz_dir() };
	struct device device = { .name = (char *)"0000:01:00.0", .bus = "pci" };
	struct target target = { .host = &host, .device = &device, .dir = -1 };
	const struct target *targets[] = { &target };
	struct safety found = { 0 };
	struct { /* what safety.c knows of a check: its name first */
		const char *reason;
		void *rest[8];
	} check = { .reason = "route" };
	struct safety_run run = {
		.check = (const void *)&check,
		.bit = 1,
		.host = &host,
		.targets = targets,
		.n = 1,
		.out = &found,
	};

	if (!path)
		path = make_host();
	target.path = path;
	answers = (struct fuzz_input){ data, data + size };
	CHECK(!safety_check_route(&run));
	for (size_t i = 0; i < found.n; i++)
		check_finding(&found.v[i], &target);
	safety_clear(&found);
	return 0;
}
