// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-bench BDF [MIB [ROUNDS [SMALL]]]: how long mapping and unmapping takes, best of ROUNDS.
 * A line for each kind of memory: its name, microseconds to map, microseconds to unmap.
 *
 *   pages    4 KiB pages, as they come
 *   mixed    4 KiB pages, hardly two of them neighbours in memory
 *   thp      transparent huge pages
 *   hugetlb  pages of hugetlbfs; left out if there are not enough of them
 *   small    SMALL mappings of one page each, one by one
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

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

static char *aligned(size_t size, int flags)
{
	char *memory = mmap(NULL, size + HUGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	return (char *)(((unsigned long)memory + HUGE - 1) & ~(HUGE - 1));
}

static char *touched(size_t size, int advice, bool mixed)
{
	char *memory = aligned(size, 0);
	size_t pages = size / PAGE, i, at = 0;

	if (!memory)
		die("no memory");
	madvise(memory, size, advice);
	/* A step that has no divisor in common with a power of two visits each page once. */
	for (i = 0; i < pages; i++) {
		memory[at * PAGE] = 1;
		at = mixed ? (at + 40503) % pages : at + 1;
	}
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

static void show(const char *name, struct times t)
{
	printf("%s %.0f %.0f\n", name, t.map, t.unmap);
	fflush(stdout);
}

static void of_memory(int c, const char *name, char *memory, size_t size, int rounds)
{
	if (!memory)
		return;
	show(name, in_one(c, memory, size, rounds));
	munmap(memory, size);
}

int main(int argc, char **argv)
{
	size_t size = (argc > 2 ? strtoul(argv[2], NULL, 0) : 512) << 20;
	int rounds = argc > 3 ? atoi(argv[3]) : 3;
	size_t small = argc > 4 ? strtoul(argv[4], NULL, 0) : 50000;
	struct vfio v;
	int c;

	if (argc < 2)
		die("usage: type1-bench BDF [MIB [ROUNDS [SMALL]]]");
	v = vfio_open(argv[1]);
	c = v.container;
	of_memory(c, "pages", touched(size, MADV_NOHUGEPAGE, false), size, rounds);
	of_memory(c, "mixed", touched(size, MADV_NOHUGEPAGE, true), size, rounds);
	of_memory(c, "thp", touched(size, MADV_HUGEPAGE, false), size, rounds);
	of_memory(c, "hugetlb", aligned(size, MAP_HUGETLB), size, rounds);
	show("small", one_by_one(c, touched(4096 * PAGE, MADV_NOHUGEPAGE, false), small, rounds));
	vfio_close(&v);
	return 0;
}
