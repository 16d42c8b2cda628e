// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-bench BDF KIND AMOUNT ROUNDS [FILE]: how long it takes to map and to unmap. Prints for each
 * round the kind, microseconds to map and microseconds to unmap. Kinds:
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

static double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
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

/* Has each page come, the first one first. */
static void populate(char *memory, size_t size)
{
	if (madvise(memory, size, MADV_POPULATE_WRITE))
		die("cannot have %zu bytes", size);
}

/* The same, but all over the place. */
static void populate_mixed(char *memory, size_t size)
{
	size_t pages = size / PAGE, i, at = 0;

	/* A step that has no divisor in common with a power of two visits each page once. */
	for (i = 0; i < pages; i++) {
		memory[at * PAGE] = 1;
		at = (at + 40503) % pages;
	}
}

static char *populated(size_t size, int advice)
{
	char *memory = aligned(size);

	madvise(memory, size, advice);
	populate(memory, size);
	return memory;
}

static char *of_file(const char *path, size_t size, bool mixed)
{
	bool there = !access(path, F_OK);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char *memory;

	if (fd < 0 || ftruncate(fd, size))
		die("cannot have '%s'", path);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		die("cannot map '%s'", path);
	if (mixed && !there)
		populate_mixed(memory, size);
	populate(memory, size);
	close(fd);
	return memory;
}

static void in_one(int c, char *memory, size_t size)
{
	if (dma_map(c, memory, size, IOVA))
		die("cannot map");
}

static void out_one(int c, size_t size)
{
	if (dma_unmap(c, size, IOVA))
		die("cannot unmap");
}

/* Every second page: neighbours would not be merged anyway. */
static void in_many(int c, char *memory, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (dma_map(c, memory + i % 4096 * PAGE, PAGE, IOVA + 2 * i * PAGE))
			die("cannot map number %zu", i);
	}
}

static void out_many(int c, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (dma_unmap(c, PAGE, IOVA + 2 * i * PAGE))
			die("cannot unmap number %zu", i);
	}
}

static void measure(int c, const char *kind, char *memory, size_t amount, bool many)
{
	double start = now_us(), middle;

	if (many)
		in_many(c, memory, amount);
	else
		in_one(c, memory, amount << 20);
	middle = now_us();
	if (many)
		out_many(c, amount);
	else
		out_one(c, amount << 20);
	printf("%s %.0f %.0f\n", kind, middle - start, now_us() - middle);
}

static char *memory_of(const char *kind, size_t size, const char *file)
{
	if (file)
		return of_file(file, size, !strcmp(kind, "mixed"));
	if (!strcmp(kind, "thp"))
		return populated(size, MADV_HUGEPAGE);
	if (!strcmp(kind, "hugetlb"))
		return huge(size);
	if (!strcmp(kind, "small"))
		return populated(16 << 20, MADV_NOHUGEPAGE);
	die("no kind '%s'", kind);
}

int main(int argc, char **argv)
{
	size_t amount;
	struct vfio v;
	char *memory;
	int rounds;

	if (argc < 5)
		die("usage: type1-bench BDF KIND AMOUNT ROUNDS [FILE]");
	amount = strtoul(argv[3], NULL, 0);
	memory = memory_of(argv[2], amount << 20, argc == 6 ? argv[5] : NULL);
	v = vfio_open(argv[1]);
	for (rounds = atoi(argv[4]); rounds > 0; rounds--)
		measure(v.container, argv[2], memory, amount, !strcmp(argv[2], "small"));
	vfio_close(&v);
	return 0;
}
