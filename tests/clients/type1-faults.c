// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-faults BDF: a map whose memory is slow in coming (a userfaultfd that nobody answers) keeps
 * nobody else waiting: other maps, unmaps and questions go on, the group can be detached, and the
 * process can be killed. The stock backend fails this.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "type1.h"
#include "vfio.h"

#define MIB  (1UL << 20)
#define IOVA 0x10000000UL

/* A mapping of memory whose second half does not come */
struct slow {
	int container;
	char *memory;
	int uffd;
	pthread_t thread;
	long answer;
};

static void *map_it(void *data)
{
	struct slow *s = data;

	s->answer = dma_map(s->container, s->memory, 2 * MIB, IOVA);
	return NULL;
}

static void slow_memory(struct slow *s)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	s->memory = memory_new(2 * MIB);
	madvise(s->memory, 2 * MIB, MADV_NOHUGEPAGE);
	memset(s->memory, 1, MIB);
	s->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	area.range.start = (uintptr_t)s->memory + MIB;
	area.range.len = MIB;
	if (s->uffd < 0 || ioctl(s->uffd, UFFDIO_API, &api) ||
	    ioctl(s->uffd, UFFDIO_REGISTER, &area))
		die("cannot use userfaultfd");
}

/* Begins to map, and returns when that waits for the memory. */
static void slow_begin(struct slow *s, int container)
{
	struct uffd_msg message;

	s->container = container;
	slow_memory(s);
	if (pthread_create(&s->thread, NULL, map_it, s))
		die("cannot make a thread");
	if (read(s->uffd, &message, sizeof(message)) != sizeof(message))
		die("no fault came");
}

/* Lets the memory come, and waits for the map. */
static long slow_end(struct slow *s)
{
	struct uffdio_zeropage zero = { .range = { (uintptr_t)s->memory + MIB, MIB } };

	if (ioctl(s->uffd, UFFDIO_ZEROPAGE, &zero))
		die("cannot answer the fault");
	pthread_join(s->thread, NULL);
	close(s->uffd);
	munmap(s->memory, 2 * MIB);
	return s->answer;
}

static void others_go_on(const char *bdf)
{
	struct vfio v = vfio_open(bdf);
	char *memory = memory_new(MIB);
	long before = dma_avail(v.container);
	struct slow s;

	slow_begin(&s, v.container);
	IS(dma_avail(v.container), before - 1);
	IS(dma_map(v.container, memory, MIB, IOVA), -EEXIST);
	IS(dma_map(v.container, memory, MIB, IOVA + 2 * MIB), 0);
	/* The map that is not done yet comes after any unmap. */
	IS(unmapped(v.container, 0, IOVA, 2 * MIB), 0);
	IS(unmapped(v.container, 0, IOVA + MIB, MIB), 0);
	IS(unmapped(v.container, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), MIB);
	IS(slow_end(&s), 0);
	IS(unmapped(v.container, 0, IOVA, 2 * MIB), 2 * MIB);
	IS(dma_avail(v.container), before);
	IS(locked_kib(), 0);
	munmap(memory, MIB);
	vfio_close(&v);
}

static void detach_goes_on(const char *bdf)
{
	struct vfio v = vfio_open(bdf);
	struct slow s;

	slow_begin(&s, v.container);
	close(v.device);
	IS(ask(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL), 0);
	IS(slow_end(&s), -ENODEV);
	IS(locked_kib(), 0);
	close(v.group);
	close(v.container);
}

static void kill_ends_it(const char *bdf)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct vfio v = vfio_open(bdf);
		struct slow s;

		slow_begin(&s, v.container);
		kill(getpid(), SIGKILL);
	}
	IS(waitpid(pid, &status, 0), pid);
	TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: type1-faults BDF");
	alarm(60);
	others_go_on(argv[1]);
	detach_goes_on(argv[1]);
	kill_ends_it(argv[1]);
	return checks_status();
}
