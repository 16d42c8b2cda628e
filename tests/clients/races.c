// SPDX-License-Identifier: GPL-2.0-only
/*
 * races BDF FIRST SECOND COUNT: a thread breaks with the one call into the other call of another
 * thread, COUNT times, on files that both have. Any answer is good as long as the kernel stays well
 * and nothing is left; `races list` prints the names.
 *
 * The one that breaks in sleeps for a random part of what the other's call takes, and goes before
 * it once it wakes. So one processor is enough for each place where the kernel can be preempted,
 * and what waits for a lock is met as well. The two calls change roles from round to round.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vfio.h"

#define IOVA   0x100000
#define SIZE   16384
#define STATES 4
/* Rounds after which nothing of the ones before is used any more. */
#define FRESH  16

static struct vfio v;
static void *memory;
static const char *bdf;
static int group_number, unbind_fd, bind_fd;
static unsigned long rounds;

/* --- the calls --- */

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
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int fd = device_get(v.group, bdf);

	if (fd < 0)
		return;
	/* Whoever has a device has an IOMMU. The file itself may have been closed by the other. */
	TRUE(ask(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL) != 0);
	TRUE(ask(v.group, VFIO_GROUP_GET_STATUS, &status) ||
	     status.flags & VFIO_GROUP_FLAGS_CONTAINER_SET);
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
static void write_to(int fd, const char *name)
{
	if (pwrite(fd, bdf, strlen(bdf), 0) < 0 && errno != ENODEV && errno != EBUSY)
		die("cannot write to '%s'", name);
}

static void do_unbind(void)
{
	write_to(unbind_fd, "unbind");
	write_to(bind_fd, "bind");
}

static void do_close_group(void)
{
	close(v.group);
}

static void do_close_container(void)
{
	close(v.container);
}

/* What is to be had anew after a call. */
enum { CONTAINER = 1, GROUP = 2 };

struct op {
	const char *name;
	void (*run)(void);
	unsigned int takes;
};

static const struct op ops[] = {
	{ "set-container", do_set_container, 0 },
	{ "unset-container", do_unset_container, 0 },
	{ "set-iommu", do_set_iommu, 0 },
	{ "get-device", do_get_device, 0 },
	{ "map", do_map, 0 },
	{ "unmap", do_unmap, 0 },
	{ "close-group", do_close_group, GROUP },
	{ "close-container", do_close_container, CONTAINER },
	{ "close-device", do_close_device, 0 },
	/* A group whose device was taken away is dead. */
	{ "unbind", do_unbind, GROUP },
};
#define N_OPS (sizeof(ops) / sizeof(ops[0]))

static const struct op *op_named(const char *name)
{
	size_t i;

	for (i = 0; i < N_OPS; i++) {
		if (!strcmp(ops[i].name, name))
			return &ops[i];
	}
	errno = EINVAL;
	die("no operation '%s'", name);
}

/* --- one thread breaks into the other's call --- */

static sem_t go, done;
/* When to break in, and when that was: nanoseconds. */
static unsigned long delay;
static atomic_ulong broke_in;
/* What a call takes when nothing comes between, by the call's place and the state before it. */
static unsigned long took[2][STATES];

static unsigned long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000UL + t.tv_nsec;
}

static void nap(unsigned long ns)
{
	struct timespec t = { ns / 1000000000, ns % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

static void go_first(void)
{
	struct sched_param param = { .sched_priority = 1 };

	errno = pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
	if (errno)
		die("cannot go before other threads");
}

static void *second_thread(void *arg)
{
	const struct op *const *pair = arg;
	unsigned long i;

	go_first();
	for (i = 0; i < rounds; i++) {
		sem_wait(&go);
		nap(delay);
		atomic_store(&broke_in, now());
		pair[!(i & 1)]->run();
		sem_post(&done);
	}
	return NULL;
}

/*
 * One round in five the other is late, which tells how long the call takes; while it never is, it
 * is taken to need longer.
 */
static void first_call(const struct op *op, unsigned long *ns)
{
	unsigned long start, end;

	delay = random() % (*ns + *ns / 4);
	atomic_store(&broke_in, 0);
	sem_post(&go);
	start = now();
	op->run();
	end = now();
	if (atomic_load(&broke_in))
		*ns += *ns / 64;
	else
		*ns = end - start;
	sem_wait(&done);
}

/* --- rounds --- */

static int group_again(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/vfio/%d", group_number);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("cannot open '%s'", path);
	return fd;
}

/* The states that a round starts from: nothing set, attached, with a backend, with a device. */
static void prepare(unsigned int state)
{
	if (v.container < 0)
		v.container = container_open();
	if (v.group < 0)
		v.group = group_again();
	if (state > 0)
		do_set_container();
	if (state > 1)
		do_set_iommu();
	if (state > 2)
		v.device = device_get(v.group, bdf);
}

static void finish(unsigned int takes)
{
	close(v.device);
	v.device = -1;
	if (takes & GROUP) {
		close(v.group);
		v.group = -1;
	} else {
		do_unset_container();
	}
	if (takes & CONTAINER) {
		close(v.container);
		v.container = -1;
	}
}

static int sysfs_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		die("cannot open '%s'", path);
	return fd;
}

static void race(const struct op *pair[2])
{
	unsigned int takes = pair[0]->takes | pair[1]->takes;
	pthread_t thread;
	unsigned long i;

	v = (struct vfio){ .container = -1, .group = -1, .device = -1 };
	for (i = 0; i < 2 * STATES; i++)
		took[i % 2][i / 2] = 1000000;
	sem_init(&go, 0, 0);
	sem_init(&done, 0, 0);
	if (pthread_create(&thread, NULL, second_thread, pair))
		die("cannot make a thread");
	for (i = 0; i < rounds; i++) {
		prepare(i / 2 % STATES);
		first_call(pair[i & 1], &took[i & 1][i / 2 % STATES]);
		finish(takes | ((i + 1) % FRESH && i + 1 < rounds ? 0 : CONTAINER | GROUP));
	}
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (i = 0; i < N_OPS; i++)
			puts(ops[i].name);
		return 0;
	}
	if (argc != 5)
		die("usage: races BDF FIRST SECOND COUNT");
	bdf = argv[1];
	group_number = group_of(bdf);
	unbind_fd = sysfs_file("/sys/bus/pci/drivers/vfio-pci/unbind");
	bind_fd = sysfs_file("/sys/bus/pci/drivers/vfio-pci/bind");
	rounds = strtoul(argv[4], NULL, 10);
	memory = memory_new(SIZE);
	race((const struct op *[]){ op_named(argv[2]), op_named(argv[3]) });
	at_rest();
	return checks_status();
}
