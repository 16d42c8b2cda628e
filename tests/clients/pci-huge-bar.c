// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-huge-bar BDF BAR MOST MOST_ALL: a BAR of much memory, which reads as what was written, is
 * mapped with few faults: at most MOST for 64 MiB from its beginning, at most MOST_ALL for 1 GiB,
 * which is all. While memory decoding is off, none of a mapping is left.
 */
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pci.h"

#define PAGE	 0x1000UL
#define HUGE	 (2UL << 20)
#define PART	 (64UL << 20)
#define GIGANTIC (1UL << 30)
#define IOVA	 (1UL << 32)

static int device;
static uint64_t config, bar;

static void memory(bool on)
{
	uint16_t value = on ? PCI_COMMAND_MEMORY : 0;

	IS(pwrite(device, &value, 2, config + PCI_COMMAND), 2);
}

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* [@from, @from + @size) of the BAR at an address that is a multiple of @align, and @shift more. */
static char *map_at(uint64_t from, size_t size, size_t align, size_t shift)
{
	char *room = mmap(NULL, size + 2 * align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at;

	if (room == MAP_FAILED)
		die("cannot have room");
	at = (char *)(((uintptr_t)room + align - 1) & ~(align - 1)) + shift;
	at = mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, device, bar + from);
	if (at == MAP_FAILED)
		die("cannot map the BAR");
	return at;
}

/* A word of each step: its own number. */
static void fill(char *map, size_t size, size_t step)
{
	for (size_t at = 0; at < size; at += step)
		*(volatile uint32_t *)(map + at) = at / step + 1;
}

static bool filled(const char *map, size_t size, size_t step)
{
	for (size_t at = 0; at < size; at += step) {
		if (*(volatile uint32_t *)(map + at) != at / step + 1)
			return false;
	}
	return true;
}

static void is_few(long got, long most)
{
	IS(got > most ? got : most, most);
}

static void part(int container, long most)
{
	char *map = map_at(0, PART, HUGE, 0), *other;
	long before = faults();

	fill(map, PART, PAGE);
	is_few(faults() - before, most);
	TRUE(filled(map, PART, PAGE));
	/* It is where it should be. */
	IS(read32(device, bar), 1);
	IS(read32(device, bar + 3 * HUGE + 5 * PAGE), (3 * HUGE + 5 * PAGE) / PAGE + 1);
	/* First read, then written; from its middle; where nothing fits a huge page; an odd piece.
	 */
	other = map_at(HUGE, HUGE, HUGE, 0);
	IS(*(volatile uint32_t *)other, HUGE / PAGE + 1);
	*(volatile uint32_t *)other = 77;
	IS(*(volatile uint32_t *)(map + HUGE), 77);
	munmap(other, HUGE);
	other = map_at(PAGE, 2 * HUGE, HUGE, 0);
	IS(*(volatile uint32_t *)(other + HUGE), HUGE / PAGE + 2);
	munmap(other, 2 * HUGE);
	other = map_at(3 * PAGE, 2 * PAGE, HUGE, 3 * PAGE);
	IS(*(volatile uint32_t *)other, 4);
	IS(*(volatile uint32_t *)(other + PAGE), 5);
	munmap(other, 2 * PAGE);
	/* Other devices may reach it, too. */
	IS(dma_map(container, map, PART, IOVA), 0);
	IS(dma_unmap(container, PART, IOVA), 0);
	memory(false);
	IS(touch((uint32_t *)map), -1);
	IS(touch((uint32_t *)(map + PART - PAGE)), -1);
	memory(true);
	IS(touch((uint32_t *)(map + PART - PAGE)), PART / PAGE);
	munmap(map, PART);
}

static void all(long most)
{
	char *map = map_at(0, GIGANTIC, GIGANTIC, 0);
	long before = faults();

	fill(map, GIGANTIC, GIGANTIC / 8);
	is_few(faults() - before, most);
	TRUE(filled(map, GIGANTIC, GIGANTIC / 8));
	IS(read32(device, bar + GIGANTIC / 2), 5);
	memory(false);
	IS(touch((uint32_t *)(map + GIGANTIC / 2)), -1);
	memory(true);
	IS(touch((uint32_t *)(map + GIGANTIC / 2)), 5);
	munmap(map, GIGANTIC);
}

int main(int argc, char **argv)
{
	uint64_t size;
	struct vfio v;

	if (argc != 5)
		die("usage: pci-huge-bar BDF BAR MOST MOST_ALL");
	v = vfio_open(argv[1]);
	device = v.device;
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	bar = region(device, VFIO_PCI_BAR0_REGION_INDEX + atoi(argv[2]), &size);
	IS(size, GIGANTIC);
	pci_enable(device);
	part(v.container, atol(argv[3]));
	all(atol(argv[4]));
	vfio_close(&v);
	at_rest();
	return checks_status();
}
