// SPDX-License-Identifier: GPL-2.0-only
/*
 * unplug BDF: container, group and device are closed in every order, by close and by kill, and the
 * device is pulled out before, between and after. What is still open answers, and afterwards
 * nothing is left.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vfio.h"

#define PCI   "/sys/bus/pci"
#define GRACE "/sys/module/vfio/parameters/grace_ms"
#define SIZE  65536
#define IOVA  0x100000

enum { CONTAINER, GROUP, DEVICE, FILES };

static const char *bdf;
static void *memory;

static void sysfs_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("cannot write '%s' to '%s'", text, path);
	close(fd);
}

static const char *device_file(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), PCI "/devices/%s/%s", bdf, name);
	return path;
}

static void pull_out(void)
{
	sysfs_write(device_file("remove"), "1");
	IS(access(device_file("driver"), F_OK), -1);
}

static void plug_in(void)
{
	sysfs_write(PCI "/rescan", "1");
	sysfs_write(device_file("driver_override"), "vfio-pci");
	sysfs_write(PCI "/drivers/vfio-pci/bind", bdf);
}

/* Nothing is translated or pinned for a device that is gone, whatever is open. */
static void look_gone(const struct vfio *v, const bool *closed)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_group_status status = { .argsz = sizeof(status) };

	if (!closed[DEVICE])
		IS(ask(v->device, VFIO_DEVICE_GET_INFO, &info), -ENODEV);
	if (!closed[GROUP]) {
		IS(ask(v->group, VFIO_GROUP_GET_STATUS, &status), -ENODEV);
		IS(device_get(v->group, bdf), -ENODEV);
		IS(ask(v->group, VFIO_GROUP_UNSET_CONTAINER, NULL), -ENODEV);
	}
	if (!closed[CONTAINER])
		IS(dma_map(v->container, memory, SIZE, IOVA), -EINVAL);
	ledger_is("backends", 0);
	ledger_is("domains", 0);
	ledger_is("mappings", 0);
	ledger_is("pinned_pages", 0);
	ledger_is("irq_contexts", 0);
}

static struct vfio in_use(int event)
{
	struct vfio v = vfio_open(bdf);

	IS(dma_map(v.container, memory, SIZE, IOVA), 0);
	IS(irq_eventfd(v.device, VFIO_PCI_MSI_IRQ_INDEX, event), 0);
	IS(irq_eventfd(v.device, VFIO_PCI_REQ_IRQ_INDEX, event), 0);
	return v;
}

/* @pulled: how many files are closed before the device goes. */
static void close_in_order(const int *order, int pulled)
{
	int event = eventfd(0, EFD_CLOEXEC), i;
	struct vfio v = in_use(event);
	const int fds[FILES] = { v.container, v.group, v.device };
	bool closed[FILES] = {};

	for (i = 0; i <= FILES; i++) {
		if (i == pulled)
			pull_out();
		if (i >= pulled)
			look_gone(&v, closed);
		if (i == FILES)
			break;
		close(fds[order[i]]);
		closed[order[i]] = true;
	}
	close(event);
	at_rest();
	plug_in();
}

static void every_order(void)
{
	int order[FILES], pulled;

	for (order[0] = 0; order[0] < FILES; order[0]++) {
		for (order[1] = 0; order[1] < FILES; order[1]++) {
			if (order[0] == order[1])
				continue;
			order[2] = 3 - order[0] - order[1];
			for (pulled = 0; pulled <= FILES; pulled++)
				close_in_order(order, pulled);
		}
	}
}

/* A child that has the device open; *ready is readable when it has. */
static pid_t holder(bool dies_when_asked, int *ready)
{
	int pipes[2];
	pid_t pid;

	if (pipe(pipes))
		die("cannot make a pipe");
	pid = fork();
	if (!pid) {
		struct pollfd asked = { .fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN };

		in_use(asked.fd);
		if (write(pipes[1], "", 1) < 0)
			_exit(3);
		while (poll(&asked, 1, -1) <= 0 || !dies_when_asked)
			pause();
		kill(getpid(), SIGKILL);
	}
	close(pipes[1]);
	*ready = pipes[0];
	return pid;
}

static void held_by(bool dies_when_asked)
{
	int ready, status;
	pid_t pid = holder(dies_when_asked, &ready);
	char byte;

	IS(read(ready, &byte, 1), 1);
	close(ready);
	pull_out();
	if (!dies_when_asked)
		kill(pid, SIGKILL);
	IS(waitpid(pid, &status, 0), pid);
	IS(WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGKILL);
	at_rest();
	plug_in();
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: unplug BDF");
	bdf = argv[1];
	memory = memory_new(SIZE);
	sysfs_write(GRACE, "1");
	every_order();
	held_by(false);
	/* Not waited for longer than he lives. */
	sysfs_write(GRACE, "600000");
	held_by(true);
	sysfs_write(GRACE, "10000");
	return checks_status();
}
