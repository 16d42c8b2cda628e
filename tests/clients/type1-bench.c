// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-bench BDF KIND AMOUNT ROUNDS [FILE]: how long it takes to map and to unmap, best of ROUNDS.
 * Prints the kind, microseconds to map and microseconds to unmap. Kinds:
 *
 *   pages    AMOUNT MiB in 4 KiB pages, as they come
 *   mixed    the same, hardly two of them neighbours in memory
 *   thp      AMOUNT MiB in transparent huge pages
 *   hugetlb  AMOUNT MiB in pages of hugetlbfs
 *   small    AMOUNT mappings of one page each, one by one
 *
 * How fast pages and mixed are depends on where in memory they happen to be. They are those of
 * FILE, in a tmpfs, which is made if it is not there: who is to be compared gets the same.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "type1.h"
#include "vfio.h"

#define PAGE 4096UL
#define HUGE (2UL << 20)
#define IOVA (4ULL << 30)

struct times {
	double map;
	double unmap;
};

static double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

static void better(struct times *best, double map, double unmap)
{
	if (!best->map || map < best->map)
		best->map = map;
	if (!best->unmap || unmap < best->unmap)
		best->unmap = unmap;
}

static char *aligned(size_t size)
{
	uintptr_t memory = (uintptr_t)memory_new(size + HUGE);

	return (char *)((memory + HUGE - 1) & ~(HUGE - 1));
}

static char *huge(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED)
		die("not enough pages in hugetlbfs");
	return memory;
}

/* Writes to each page, the first one first or all over the place. */
static void touch(char *memory, size_t size, bool mixed)
{
	size_t pages = size / PAGE, i, at = 0;

	/* A step that has no divisor in common with a power of two visits each page once. */
	for (i = 0; i < pages; i++) {
		memory[at * PAGE] = 1;
		at = mixed ? (at + 40503) % pages : at + 1;
	}
}

static char *touched(size_t size, int advice)
{
	char *memory = aligned(size);

	madvise(memory, size, advice);
	touch(memory, size, false);
	return memory;
}

static char *of_file(const char *path, size_t size, bool mixed)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char *memory;

	if (fd < 0 || ftruncate(fd, size))
		die("cannot have '%s'", path);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		die("cannot map '%s'", path);
	touch(memory, size, mixed);
	close(fd);
	return memory;
}

static struct times in_one(int c, char *memory, size_t size, int rounds)
{
	struct times best = {};
	double start, middle;

	while (rounds--) {
		start = now_us();
		if (dma_map(c, memory, size, IOVA))
			die("cannot map");
		middle = now_us();
		if (dma_unmap(c, size, IOVA))
			die("cannot unmap");
		better(&best, middle - start, now_us() - middle);
	}
	return best;
}

static struct times one_by_one(int c, char *memory, size_t nr, int rounds)
{
	struct times best = {};
	double start, middle;
	size_t i;

	while (rounds--) {
		start = now_us();
		/* Every second page: neighbours would not be merged anyway. */
		for (i = 0; i < nr; i++) {
			if (dma_map(c, memory + i % 4096 * PAGE, PAGE, IOVA + 2 * i * PAGE))
				die("cannot map number %zu", i);
		}
		middle = now_us();
		for (i = 0; i < nr; i++) {
			if (dma_unmap(c, PAGE, IOVA + 2 * i * PAGE))
				die("cannot unmap number %zu", i);
		}
		better(&best, middle - start, now_us() - middle);
	}
	return best;
}

int main(int argc, char **argv)
{
	size_t amount, size;
	struct times t = {};
	const char *kind;
	struct vfio v;
	int rounds;

	if (argc < 5)
		die("usage: type1-bench BDF KIND AMOUNT ROUNDS [FILE]");
	kind = argv[2];
	amount = strtoul(argv[3], NULL, 0);
	rounds = atoi(argv[4]);
	size = amount << 20;
	v = vfio_open(argv[1]);
	if (argc == 6)
		t = in_one(v.container, of_file(argv[5], size, !strcmp(kind, "mixed")), size,
			   rounds);
	else if (!strcmp(kind, "thp"))
		t = in_one(v.container, touched(size, MADV_HUGEPAGE), size, rounds);
	else if (!strcmp(kind, "hugetlb"))
		t = in_one(v.container, huge(size), size, rounds);
	else if (!strcmp(kind, "small"))
		t = one_by_one(v.container, touched(16 << 20, MADV_NOHUGEPAGE), amount, rounds);
	else
		die("no kind '%s'", kind);
	printf("%s %.0f %.0f\n", kind, t.map, t.unmap);
	vfio_close(&v);
	return 0;
}
