// SPDX-License-Identifier: GPL-2.0-only
/*
 * races BDF FIRST SECOND COUNT: two threads do FIRST and SECOND at the same moment, COUNT times, on
 * files that both have. Any answer is good as long as the kernel stays well and nothing is left;
 * `races list` prints the names.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio.h"

#define IOVA 0x100000
#define SIZE 16384

static struct vfio v;
static void *memory;
static const char *bdf;
static pthread_barrier_t barrier;
static unsigned long rounds;

static void do_set_container(void)
{
	group_attach(v.group, v.container);
}

static void do_unset_container(void)
{
	ask(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL);
}

static void do_set_iommu(void)
{
	ask(v.container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU);
}

static void do_get_device(void)
{
	int fd = device_get(v.group, bdf);

	if (fd < 0)
		return;
	/* Whoever has a device has an IOMMU. The file itself may have been closed by the other. */
	TRUE(ask(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL) != 0);
	close(fd);
}

static void do_map(void)
{
	dma_map(v.container, memory, SIZE, IOVA);
}

static void do_unmap(void)
{
	dma_unmap(v.container, SIZE, IOVA);
}

static void do_close_device(void)
{
	close(v.device);
}

/* The other thread may have done the same first: no device to unbind, or it is bound already. */
static void write_to(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		die("cannot open '%s'", path);
	if (write(fd, bdf, strlen(bdf)) < 0 && errno != ENODEV && errno != EBUSY)
		die("cannot write to '%s'", path);
	close(fd);
}

static void do_unbind(void)
{
	write_to("/sys/bus/pci/drivers/vfio-pci/unbind");
	write_to("/sys/bus/pci/drivers/vfio-pci/bind");
}

static void do_close_group(void)
{
	close(v.group);
}

static void do_close_container(void)
{
	close(v.container);
}

static const struct {
	const char *name;
	void (*run)(void);
} ops[] = {
	{ "set-container", do_set_container },
	{ "unset-container", do_unset_container },
	{ "set-iommu", do_set_iommu },
	{ "get-device", do_get_device },
	{ "map", do_map },
	{ "unmap", do_unmap },
	{ "close-group", do_close_group },
	{ "close-container", do_close_container },
	{ "close-device", do_close_device },
	{ "unbind", do_unbind },
};
#define N_OPS (sizeof(ops) / sizeof(ops[0]))

static void (*op_named(const char *name))(void)
{
	size_t i;

	for (i = 0; i < N_OPS; i++) {
		if (!strcmp(ops[i].name, name))
			return ops[i].run;
	}
	errno = EINVAL;
	die("no operation '%s'", name);
}

static void *second_thread(void *arg)
{
	void (*run)(void) = op_named(arg);
	unsigned long i;

	for (i = 0; i < rounds; i++) {
		pthread_barrier_wait(&barrier);
		run();
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

/* Each round starts from another state: nothing set, attached, with a backend, with a device. */
static void prepare(unsigned long round)
{
	v.container = container_open();
	v.group = group_open(bdf, O_RDWR | O_CLOEXEC);
	v.device = -1;
	if (v.group < 0) {
		errno = -v.group;
		die("round %lu: cannot open the group", round);
	}
	if (round % 4 > 0)
		do_set_container();
	if (round % 4 > 1)
		do_set_iommu();
	if (round % 4 > 2)
		v.device = device_get(v.group, bdf);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	void (*run)(void);
	unsigned long i;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (i = 0; i < N_OPS; i++)
			puts(ops[i].name);
		return 0;
	}
	if (argc != 5)
		die("usage: races BDF FIRST SECOND COUNT");
	bdf = argv[1];
	run = op_named(argv[2]);
	rounds = strtoul(argv[4], NULL, 10);
	memory = memory_new(SIZE);
	pthread_barrier_init(&barrier, NULL, 2);
	if (pthread_create(&thread, NULL, second_thread, argv[3]))
		die("cannot make a thread");
	for (i = 0; i < rounds; i++) {
		prepare(i);
		pthread_barrier_wait(&barrier);
		run();
		pthread_barrier_wait(&barrier);
		close(v.device);
		close(v.group);
		close(v.container);
	}
	pthread_join(thread, NULL);
	at_rest();
	return checks_status();
}
