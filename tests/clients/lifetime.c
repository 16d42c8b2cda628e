// SPDX-License-Identifier: GPL-2.0-only
/*
 * lifetime BDF: container, group and device are closed in every order, by fork and by kill. What is
 * still open works, and afterwards nothing is left.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vfio.h"

enum { CONTAINER, GROUP, DEVICE, FILES };

static const char *bdf;

static void device_works(int device)
{
	IS(read32(device, region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL)), 0x11e81234);
}

/* What must hold after some of the files were closed. */
static void look(const struct vfio *v, const bool *closed)
{
	void *memory;

	if (!closed[DEVICE])
		device_works(v->device);
	if (closed[GROUP] && !closed[DEVICE])
		IS(group_open(bdf, O_RDWR | O_CLOEXEC), -EBUSY);
	if (closed[CONTAINER])
		return;
	memory = memory_new(4096);
	/* Without group and device the backend is gone. */
	IS(dma_map(v->container, memory, 4096, 0x400000),
	   closed[GROUP] && closed[DEVICE] ? -EINVAL : 0);
	if (!closed[GROUP] || !closed[DEVICE])
		IS(dma_unmap(v->container, 4096, 0x400000), 0);
}

static void close_in_order(const int *order)
{
	struct vfio v = vfio_open(bdf);
	const int fds[FILES] = { v.container, v.group, v.device };
	bool closed[FILES] = {};
	void *memory = memory_new(65536);
	int i;

	IS(dma_map(v.container, memory, 65536, 0x100000), 0);
	for (i = 0; i < FILES; i++) {
		close(fds[order[i]]);
		closed[order[i]] = true;
		look(&v, closed);
	}
	at_rest();
}

static void every_order(void)
{
	int order[FILES];

	for (order[0] = 0; order[0] < FILES; order[0]++) {
		for (order[1] = 0; order[1] < FILES; order[1]++) {
			if (order[0] == order[1])
				continue;
			order[2] = 3 - order[0] - order[1];
			close_in_order(order);
		}
	}
}

/* A child inherits the files; the parent's closing them changes nothing for it. */
static void outlives_parent(void)
{
	struct vfio v = vfio_open(bdf);
	int pipes[2], status;
	char byte;
	pid_t pid;

	if (pipe(pipes))
		die("cannot make a pipe");
	pid = fork();
	if (!pid) {
		close(pipes[1]);
		if (read(pipes[0], &byte, 1) < 0)
			_exit(3);
		device_works(v.device);
		_exit(checks_status());
	}
	close(pipes[0]);
	vfio_close(&v);
	IS(group_open(bdf, O_RDWR | O_CLOEXEC), -EBUSY);
	close(pipes[1]);
	IS(waitpid(pid, &status, 0), pid);
	IS(status, 0);
	at_rest();
}

static void killed(void)
{
	int pipes[2], status;
	char byte;
	pid_t pid;

	if (pipe(pipes))
		die("cannot make a pipe");
	pid = fork();
	if (!pid) {
		struct vfio v = vfio_open(bdf);

		IS(dma_map(v.container, memory_new(1 << 20), 1 << 20, 0x100000), 0);
		if (write(pipes[1], "", 1) < 0)
			_exit(3);
		pause();
		_exit(4);
	}
	IS(read(pipes[0], &byte, 1), 1);
	ledger_is("pinned_pages", 256);
	kill(pid, SIGKILL);
	IS(waitpid(pid, &status, 0), pid);
	close(pipes[0]);
	close(pipes[1]);
	at_rest();
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: lifetime BDF");
	bdf = argv[1];
	every_order();
	outlives_parent();
	killed();
	every_order();
	return checks_status();
}
