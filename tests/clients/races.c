// SPDX-License-Identifier: GPL-2.0-only
/*
 * races BDF FIRST SECOND COUNT: a thread breaks with the one call into the other call of another
 * thread, COUNT times, on files that both have. Any answer is good as long as the kernel stays well
 * and nothing is left; `races list` prints the names.
 *
 * The one that breaks in sleeps for a random part of what the other's call takes, and goes before
 * it once it wakes. So one processor is enough for each place where the kernel can be preempted,
 * and what waits for a lock is met as well. The two calls change roles from turn to turn. Unbinding
 * and binding again takes as long as many calls, so that many break into each, and what one of them
 * took away is there again for the next. Only calls that began before the other had returned count;
 * stderr says how many turns that took.
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
#define BREAKS 15
/* A call that is hit less often is not raced. */
#define TURNS  10

static struct vfio v;
static void *memory;
static const char *bdf;
static int group_number, unbind_fd, bind_fd;
/* More files of the device, to be closed one by one. */
static int spare[BREAKS];
static unsigned int nr_spare;

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

static void bind_again(void)
{
	write_to(bind_fd, "bind");
}

static void do_unbind_alone(void)
{
	write_to(unbind_fd, "unbind");
}

static void do_unbind(void)
{
	do_unbind_alone();
	bind_again();
}

static void do_close_group(void)
{
	close(v.group);
}

static void do_close_container(void)
{
	close(v.container);
}

/* What a call may do to the state before it, for which the next turn has to make up. */
enum {
	TAKES_CONTAINER = 1,
	TAKES_GROUP = 2,
	TAKES_DEVICE = 4,
	TAKES_ALL = TAKES_CONTAINER | TAKES_GROUP | TAKES_DEVICE,
	ATTACHES = 8,
	SETS_IOMMU = 16,
	MAPS = 32,
	UNMAPS = 64,
	UNBINDS = 128,
};

struct op {
	const char *name;
	void (*run)(void);
	unsigned int effects;
	/* How many calls may break into one. */
	unsigned int breaks;
};

static const struct op ops[] = {
	{ "set-container", do_set_container, ATTACHES, 1 },
	{ "unset-container", do_unset_container, 0, 1 },
	{ "set-iommu", do_set_iommu, SETS_IOMMU, 1 },
	{ "get-device", do_get_device, 0, 1 },
	{ "map", do_map, MAPS, 1 },
	{ "unmap", do_unmap, UNMAPS, 1 },
	{ "close-group", do_close_group, TAKES_GROUP, 1 },
	{ "close-container", do_close_container, TAKES_CONTAINER, 1 },
	{ "close-device", do_close_device, TAKES_DEVICE, 1 },
	/* A group whose device was taken away is dead. */
	{ "unbind", do_unbind, TAKES_GROUP | UNBINDS, BREAKS },
};
#define N_OPS (sizeof(ops) / sizeof(ops[0]))

/* Against itself: binding is the other's part, so that more unbinding fits into it. */
static const struct op unbind_alone = { "unbind", do_unbind_alone, TAKES_GROUP | UNBINDS, 1 };

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

/* --- the state that a turn starts from --- */

/* The group may have no node now, or one that is in use. */
static int group_try(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%d", group_number);
	return open(path, O_RDWR | O_CLOEXEC);
}

static int group_again(void)
{
	int fd = group_try();

	if (fd < 0)
		die("cannot open group %d", group_number);
	return fd;
}

/*
 * The states: nothing set, attached, with a backend, with a device. A call is asked for again where
 * that does no harm, as it is quickly refused when all is as it should be.
 */
static void prepare(unsigned int state, unsigned int effects, bool mapped)
{
	if (v.container < 0)
		v.container = container_open();
	if (v.group < 0)
		v.group = group_again();
	if ((state == 0 && effects & ATTACHES) || (state == 1 && effects & SETS_IOMMU))
		do_unset_container();
	if (state > 0)
		do_set_container();
	if (state > 1)
		do_set_iommu();
	if (state > 1 && effects & (MAPS | UNMAPS)) {
		if (mapped)
			do_map();
		else
			do_unmap();
	}
	if (state > 2 && v.device < 0)
		v.device = device_get(v.group, bdf);
}

static void take_spares(void)
{
	int fd;

	while (nr_spare < BREAKS && (fd = device_get(v.group, bdf)) >= 0)
		spare[nr_spare++] = fd;
}

static void close_spares(void)
{
	while (nr_spare)
		close(spare[--nr_spare]);
}

/* A container is left, and a group given up, only when no device is open. */
static void finish(unsigned int effects)
{
	if (effects & (TAKES_CONTAINER | TAKES_GROUP | TAKES_DEVICE)) {
		close_spares();
		close(v.device);
		v.device = -1;
	}
	if (effects & TAKES_GROUP) {
		close(v.group);
		v.group = -1;
	}
	if (effects & TAKES_CONTAINER) {
		do_unset_container();
		close(v.container);
		v.container = -1;
	}
	if (effects & UNBINDS)
		bind_again();
}

/*
 * As far as that is possible while the device is being unbound and bound: what @op took away is
 * there again, and a group that died is replaced by the one that came after it. Nobody else closes
 * or opens files meanwhile. Returns whether there is something for @op.
 */
static bool restore(unsigned int state, const struct op *op)
{
	if (op->effects & UNBINDS)
		return true;
	if (op->effects & TAKES_DEVICE) {
		v.device = nr_spare ? spare[--nr_spare] : -1;
		return v.device >= 0;
	}
	if (v.container < 0)
		v.container = container_open();
	if (v.group >= 0 && ask(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL) == -ENODEV) {
		close(v.device);
		close(v.group);
		v.group = v.device = -1;
	}
	if (v.group < 0)
		v.group = group_try();
	if (v.group < 0)
		return false;
	prepare(state, op->effects, op->effects & UNMAPS);
	return true;
}

/* --- one thread breaks into the other's call --- */

/* What the second thread shall do in this turn, and what it did. Times are nanoseconds. */
static struct {
	const struct op *op; /* NULL: end */
	unsigned int state;
	unsigned int breaks;
	unsigned long naps; /* each is at most so long */
	atomic_bool over;   /* the first call has returned */
	atomic_uint begun;
	unsigned long used;
} turn;
static sem_t go, done;

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

static void forget_closed(unsigned int effects)
{
	if (effects & TAKES_CONTAINER)
		v.container = -1;
	if (effects & TAKES_GROUP)
		v.group = -1;
	if (effects & TAKES_DEVICE)
		v.device = -1;
}

static void break_in(void)
{
	atomic_fetch_add(&turn.begun, 1);
	turn.op->run();
}

/* The first finds all in place. Later ones come only as long as they still break into something. */
static void break_in_often(void)
{
	unsigned long start;
	unsigned int i;

	for (i = 0; i < turn.breaks; i++) {
		nap(random() % turn.naps);
		if (i && atomic_load(&turn.over))
			return;
		start = now();
		if (!i || restore(turn.state, turn.op)) {
			break_in();
			if (!(turn.op->effects & UNBINDS))
				forget_closed(turn.op->effects);
		}
		turn.used += now() - start;
	}
}

static void *second_thread(void *arg)
{
	(void)arg;
	go_first();
	while (!sem_wait(&go) && turn.op) {
		if (turn.breaks > 1) {
			break_in_often();
		} else {
			nap(random() % turn.naps);
			break_in();
		}
		sem_post(&done);
	}
	return NULL;
}

/*
 * What the call takes is learnt in two ways. When one call breaks in, it is late one time in five,
 * and while it never is, the first is taken to need longer. When many do, their time is taken off.
 */
static void learn(unsigned long *ns, unsigned long lasted, bool alone)
{
	if (alone)
		*ns = lasted;
	else if (turn.breaks == 1)
		*ns += *ns / 64;
	else if (lasted > turn.used)
		*ns = lasted - turn.used;
	if (*ns < 1000)
		*ns = 1000;
}

/* Returns how many calls of @second broke into that of @first. */
static unsigned int take_turn(const struct op *first, const struct op *second, unsigned int state,
			      unsigned long *ns)
{
	unsigned long start, lasted;
	unsigned int broke;

	turn.op = second;
	turn.state = state;
	turn.breaks = first->breaks;
	turn.naps = turn.breaks == 1 ? *ns + *ns / 4 : 2 * *ns / turn.breaks;
	turn.used = 0;
	atomic_store(&turn.over, false);
	atomic_store(&turn.begun, 0);
	sem_post(&go);
	start = now();
	first->run();
	lasted = now() - start;
	broke = atomic_load(&turn.begun);
	atomic_store(&turn.over, true);
	sem_wait(&done);
	learn(ns, lasted, !broke);
	return broke;
}

/* --- turns --- */

static int sysfs_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		die("cannot open '%s'", path);
	return fd;
}

/*
 * Whether it is the first call of the pair that breaks into the second in this turn. Where many
 * break into unbinding, one the other way round costs as much: that is seldom.
 */
static bool swapped(const struct op *pair[2], unsigned long i)
{
	return pair[0]->breaks > 1 ? i % 7 == 6 : i & 1;
}

/* Four turns in each state, and then all from the beginning. To close a device, one has to be open.
 */
static void race(const struct op *pair[2], unsigned long count)
{
	unsigned int effects = pair[0]->effects | pair[1]->effects, state;
	/* What a call takes, by its place in the pair and the state before it. */
	unsigned long took[2][STATES], raced = 0, i;
	pthread_t thread;

	v = (struct vfio){ .container = -1, .group = -1, .device = -1 };
	for (i = 0; i < 2 * STATES; i++)
		took[i % 2][i / 2] = 1000000;
	sem_init(&go, 0, 0);
	sem_init(&done, 0, 0);
	if (pthread_create(&thread, NULL, second_thread, NULL))
		die("cannot make a thread");
	for (i = 0; raced < count && i < TURNS * count; i++) {
		bool swap = swapped(pair, i);
		const struct op *first = pair[swap], *second = pair[!swap];

		state = effects & TAKES_DEVICE ? STATES - 1 : i / 4 % STATES;
		prepare(state, effects, effects & UNMAPS && (i & 2 || !(effects & MAPS)));
		if (first->breaks > 1 && second->effects & TAKES_DEVICE)
			take_spares();
		raced += take_turn(first, second, state, &took[swap][state]);
		finish((i + 1) % (4 * STATES) ? effects : effects | TAKES_ALL);
	}
	finish(effects | TAKES_ALL);
	turn.op = NULL;
	sem_post(&go);
	pthread_join(thread, NULL);
	TRUE(raced >= count);
	fprintf(stderr, "%s, %s: %lu in %lu turns\n", pair[0]->name, pair[1]->name, raced, i);
}

int main(int argc, char **argv)
{
	const struct op *pair[2];
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (i = 0; i < N_OPS; i++)
			puts(ops[i].name);
		return 0;
	}
	if (argc != 5)
		die("usage: races BDF FIRST SECOND COUNT");
	bdf = argv[1];
	pair[0] = op_named(argv[2]);
	pair[1] = op_named(argv[3]);
	if (pair[0]->effects & pair[1]->effects & UNBINDS)
		pair[1] = &unbind_alone;
	group_number = group_of(bdf);
	unbind_fd = sysfs_file("/sys/bus/pci/drivers/vfio-pci/unbind");
	bind_fd = sysfs_file("/sys/bus/pci/drivers/vfio-pci/bind");
	memory = memory_new(SIZE);
	race(pair, strtoul(argv[4], NULL, 10));
	at_rest();
	return checks_status();
}
