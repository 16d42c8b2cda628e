// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-account BDF [exec]: pinned pages are charged to who mapped them, as long as that address
 * space lives, and go when the mapping goes: by whomever, in whatever order, after fork, exec and
 * exit, and when the container was passed on. Run as root: gives up CAP_IPC_LOCK where a limit is
 * to be felt. True of the stock backend, too. With exec: only what comes of that.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "type1.h"
#include "vfio.h"

#define MIB  (1UL << 20)
#define IOVA 0x10000000UL

static void child_ends(pid_t pid)
{
	int status;

	IS(waitpid(pid, &status, 0), pid);
	TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Pins that the kernel itself says are not given back, of the whole system. */
static long pins(void)
{
	int refresh = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);
	FILE *f = fopen("/proc/vmstat", "re");
	long acquired = -1, released = -1;
	char line[128];

	if (refresh < 0 || write(refresh, "1", 1) != 1 || !f)
		die("cannot read '/proc/vmstat'");
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "nr_foll_pin_acquired %ld", &acquired);
		sscanf(line, "nr_foll_pin_released %ld", &released);
	}
	fclose(f);
	close(refresh);
	TRUE(acquired >= 0 && released >= 0);
	return acquired - released;
}

/* What is pinned is counted by the kernel as well, and is all given back. */
static void pins_return(int c, char *memory)
{
	long before = pins();

	IS(dma_map(c, memory, 4 * MIB, IOVA), 0);
	IS(pins(), before + 1024);
	IS(unmapped(c, 0, IOVA, 4 * MIB), 4 * MIB);
	IS(pins(), before);
}

static void map_and_unmap(int c, char *memory)
{
	long before = locked_kib();

	IS(dma_map(c, memory, 4 * MIB, IOVA), 0);
	IS(locked_kib(), before + 4096);
	/* The same memory once more is charged once more. */
	IS(dma_map(c, memory, MIB, IOVA + 16 * MIB), 0);
	IS(locked_kib(), before + 5120);
	IS(unmapped(c, 0, IOVA, 4 * MIB), 4 * MIB);
	IS(locked_kib(), before + 1024);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), MIB);
	IS(locked_kib(), before);
}

static void child_unmaps(int c, char *memory)
{
	long before = locked_kib();
	pid_t pid;

	IS(dma_map(c, memory, 4 * MIB, IOVA), 0);
	pid = fork();
	if (!pid) {
		IS(locked_kib(), 0);
		IS(unmapped(c, 0, IOVA, 4 * MIB), 4 * MIB);
		IS(locked_kib(), 0);
		_exit(checks_status());
	}
	child_ends(pid);
	IS(locked_kib(), before);
}

static void child_maps(int c, char *memory)
{
	long before = locked_kib();
	pid_t pid = fork();

	if (!pid) {
		IS(dma_map(c, memory, 4 * MIB, IOVA), 0);
		IS(locked_kib(), 4096);
		_exit(checks_status());
	}
	child_ends(pid);
	/* Its memory stays pinned, though nobody is charged any more. */
	IS(locked_kib(), before);
	IS(dma_map(c, memory, 4096, IOVA), -EEXIST);
	IS(unmapped(c, 0, IOVA, 4 * MIB), 4 * MIB);
	IS(locked_kib(), before);
}

static void exec_between(int c, char *memory)
{
	pid_t pid = fork();
	char fd[16];

	if (!pid) {
		IS(dma_map(c, memory, 4 * MIB, IOVA), 0);
		fcntl(c, F_SETFD, 0);
		snprintf(fd, sizeof(fd), "%d", c);
		execl("/proc/self/exe", "type1-account", "unmap", fd, (char *)NULL);
		_exit(9);
	}
	child_ends(pid);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 0);
}

static void limit_is_felt(int c, char *memory);

/* What exec_between() becomes. */
static int after_exec(int c)
{
	IS(locked_kib(), 0);
	IS(unmapped(c, 0, IOVA, 4 * MIB), 4 * MIB);
	IS(locked_kib(), 0);
	/* What was never charged to this address space takes nothing of its limit either. */
	limit_is_felt(c, memory_new(8 * MIB));
	return checks_status();
}

static void fd_send(int socket, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	IS(sendmsg(socket, &message, 0), 1);
}

static int fd_receive(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd = -1;

	if (recvmsg(socket, &message, 0) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* What a process does that has nothing of the container but a descriptor it was passed. */
static int stranger(int socket)
{
	char *memory = memory_new(MIB);
	int c = fd_receive(socket);

	IS(unmapped(c, 0, IOVA, 4 * MIB), 4 * MIB);
	IS(locked_kib(), 0);
	IS(dma_map(c, memory, MIB, IOVA), 0);
	IS(locked_kib(), 1024);
	return checks_status();
}

/* Made before there is a container: nothing is inherited. */
static void passed_on(const char *bdf, char *memory)
{
	long before = locked_kib();
	struct vfio v;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("cannot make a pair of sockets");
	pid = fork();
	if (!pid)
		_exit(stranger(pair[1]));
	v = vfio_open(bdf);
	IS(dma_map(v.container, memory, 4 * MIB, IOVA), 0);
	IS(locked_kib(), before + 4096);
	fd_send(pair[0], v.container);
	child_ends(pid);
	/* Ours is gone, and the stranger's is not ours. */
	IS(locked_kib(), before);
	IS(unmapped(v.container, 0, IOVA, MIB), MIB);
	IS(locked_kib(), before);
	vfio_close(&v);
	close(pair[0]);
	close(pair[1]);
}

static void without_privilege(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		die("cannot read capabilities");
	data[0].effective &= ~(1U << CAP_IPC_LOCK);
	if (syscall(SYS_capset, &header, data))
		die("cannot drop CAP_IPC_LOCK");
}

static void limit_is_felt(int c, char *memory)
{
	const struct rlimit limit = { 4 * MIB, 4 * MIB };
	pid_t pid = fork();

	if (!pid) {
		setrlimit(RLIMIT_MEMLOCK, &limit);
		without_privilege();
		IS(dma_map(c, memory, 4 * MIB + 4096, IOVA), -ENOMEM);
		IS(locked_kib(), 0);
		IS(dma_map(c, memory, 4 * MIB, IOVA), 0);
		IS(locked_kib(), 4096);
		IS(dma_map(c, memory, 4096, IOVA + 16 * MIB), -ENOMEM);
		IS(locked_kib(), 4096);
		IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 4 * MIB);
		IS(locked_kib(), 0);
		IS(dma_map(c, memory, 4096, IOVA), 0);
		IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 4096);
		_exit(checks_status());
	}
	child_ends(pid);
}

/* Closing all is as good as unmapping. */
static void close_uncharges(const char *bdf, char *memory)
{
	long before = locked_kib();
	struct vfio v = vfio_open(bdf);

	IS(dma_map(v.container, memory, 4 * MIB, IOVA), 0);
	IS(locked_kib(), before + 4096);
	vfio_close(&v);
	IS(locked_kib(), before);
}

static void detach_uncharges(const char *bdf, char *memory)
{
	long before = locked_kib();
	struct vfio v = vfio_open(bdf);

	IS(dma_map(v.container, memory, 4 * MIB, IOVA), 0);
	close(v.device);
	IS(ask(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL), 0);
	IS(locked_kib(), before);
	close(v.group);
	close(v.container);
}

int main(int argc, char **argv)
{
	char *memory = memory_new(8 * MIB);
	struct vfio v;

	if (argc == 3 && !strcmp(argv[1], "unmap"))
		return after_exec(atoi(argv[2]));
	if (argc != 2 && (argc != 3 || strcmp(argv[2], "exec")))
		die("usage: type1-account BDF [exec]");
	memset(memory, 1, 8 * MIB);
	if (argc == 3) {
		v = vfio_open(argv[1]);
		exec_between(v.container, memory);
		vfio_close(&v);
		return checks_status();
	}
	passed_on(argv[1], memory);
	v = vfio_open(argv[1]);
	pins_return(v.container, memory);
	map_and_unmap(v.container, memory);
	child_unmaps(v.container, memory);
	child_maps(v.container, memory);
	exec_between(v.container, memory);
	limit_is_felt(v.container, memory);
	vfio_close(&v);
	close_uncharges(argv[1], memory);
	detach_uncharges(argv[1], memory);
	return checks_status();
}
