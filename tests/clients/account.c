// SPDX-License-Identifier: GPL-2.0-only
/*
 * account BDF: locked memory is charged to the process that mapped it, and comes back through
 * unmapping, closing, fork, exec and exit. `account BDF after-exec CONTAINER` is its second half.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vfio.h"

#define KB    1024UL
#define MB    (1024UL * KB)
#define IOVA  0x10000000UL
#define OTHER 0x20000000UL

static const char *bdf;

static void charged_and_given_back(struct vfio *v, char *memory)
{
	IS(memory_locked(), 0);
	IS(dma_map(v->container, memory, MB, IOVA), 0);
	IS(memory_locked(), 1024);
	IS(dma_map(v->container, memory, MB, IOVA), -EEXIST);
	IS(memory_locked(), 1024);
	IS(dma_map(v->container, memory, 512 * KB, OTHER), 0);
	IS(memory_locked(), 1536);
	IS(dma_unmap(v->container, MB, IOVA), 0);
	IS(memory_locked(), 512);
	IS(dma_unmap(v->container, 512 * KB, OTHER), 0);
	IS(memory_locked(), 0);
}

/* A mapping that fails midway charges nothing. */
static void failed_halfway(struct vfio *v, char *memory)
{
	mprotect(memory + 512 * KB, 4 * KB, PROT_NONE);
	IS(dma_map(v->container, memory, MB, IOVA), -EFAULT);
	IS(memory_locked(), 0);
	ledger_is("pinned_pages", 0);
	mprotect(memory + 512 * KB, 4 * KB, PROT_READ | PROT_WRITE);
}

/* Runs @what in a child and takes its checks over. */
static void in_child(void (*what)(struct vfio *v, char *memory), struct vfio *v, char *memory)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		what(v, memory);
		_exit(checks_status());
	}
	IS(waitpid(pid, &status, 0), pid);
	IS(status, 0);
}

static void child_unmaps(struct vfio *v, char *memory)
{
	(void)memory;
	IS(memory_locked(), 0);
	IS(dma_unmap(v->container, MB, IOVA), 0);
	IS(memory_locked(), 0);
}

static void child_maps(struct vfio *v, char *memory)
{
	IS(memory_locked(), 0);
	IS(dma_map(v->container, memory, MB, OTHER), 0);
	IS(memory_locked(), 1024);
}

/* Who mapped is charged, whoever unmaps, and also when the one who mapped is no more. */
static void across_fork(struct vfio *v, char *memory)
{
	IS(dma_map(v->container, memory, MB, IOVA), 0);
	in_child(child_unmaps, v, memory);
	IS(memory_locked(), 0);
	in_child(child_maps, v, memory);
	IS(memory_locked(), 0);
	ledger_is("pinned_pages", 256);
	IS(dma_unmap(v->container, MB, OTHER), 0);
	IS(memory_locked(), 0);
	ledger_is("pinned_pages", 0);
}

static void no_privilege(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		die("cannot read capabilities");
	data[0].effective &= ~(1U << CAP_IPC_LOCK);
	if (syscall(SYS_capset, &header, data))
		die("cannot drop a capability");
}

static void child_with_limit(struct vfio *v, char *memory)
{
	struct rlimit limit = { 512 * KB, 512 * KB };

	no_privilege();
	if (setrlimit(RLIMIT_MEMLOCK, &limit))
		die("cannot set a limit");
	IS(dma_map(v->container, memory, MB, IOVA), -ENOMEM);
	IS(memory_locked(), 0);
	IS(dma_map(v->container, memory, 512 * KB, IOVA), 0);
	IS(memory_locked(), 512);
	IS(dma_map(v->container, memory + 512 * KB, 4 * KB, OTHER), -ENOMEM);
	IS(memory_locked(), 512);
	IS(dma_unmap(v->container, 512 * KB, IOVA), 0);
	IS(dma_map(v->container, memory + 512 * KB, 4 * KB, OTHER), 0);
	IS(dma_unmap(v->container, 4 * KB, OTHER), 0);
	IS(memory_locked(), 0);
}

static void closed(char *memory)
{
	struct vfio v = vfio_open(bdf);

	IS(dma_map(v.container, memory, MB, IOVA), 0);
	IS(memory_locked(), 1024);
	vfio_close(&v);
	IS(memory_locked(), 0);
	at_rest();
}

static void inherit(int fd)
{
	fcntl(fd, F_SETFD, 0);
}

/* Does not return. A new program has new memory; what the old one had mapped stays mapped. */
static void across_exec(struct vfio *v, char *memory)
{
	char fd[16];

	IS(dma_map(v->container, memory, MB, IOVA), 0);
	inherit(v->container);
	inherit(v->group);
	inherit(v->device);
	snprintf(fd, sizeof(fd), "%d", v->container);
	if (checks_status())
		exit(1);
	execl("/proc/self/exe", "account", bdf, "after-exec", fd, NULL);
	die("cannot execute itself");
}

static void after_exec(int container)
{
	char *memory = memory_new(MB);
	uint64_t done;

	IS(memory_locked(), 0);
	ledger_is("pinned_pages", 256);
	IS(dma_map(container, memory, MB, IOVA), -EEXIST);
	IS(dma_map(container, memory, MB, OTHER), 0);
	IS(memory_locked(), 1024);
	IS(dma_unmap_part(container, MB, IOVA, 0, &done), 0);
	IS(done, MB);
	IS(memory_locked(), 1024);
	IS(dma_unmap(container, MB, OTHER), 0);
	IS(memory_locked(), 0);
	ledger_is("pinned_pages", 0);
}

int main(int argc, char **argv)
{
	struct vfio v;
	char *memory;

	if (argc != 2 && argc != 4)
		die("usage: account BDF");
	bdf = argv[1];
	if (argc == 4) {
		after_exec(atoi(argv[3]));
		return checks_status();
	}
	memory = memory_new(MB);
	closed(memory);
	v = vfio_open(bdf);
	charged_and_given_back(&v, memory);
	failed_halfway(&v, memory);
	across_fork(&v, memory);
	in_child(child_with_limit, &v, memory);
	across_exec(&v, memory);
}
