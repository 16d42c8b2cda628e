// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-frames BDF: memory without pages behind it (the device's own registers) can be mapped, is
 * not charged, and may stand beside memory with pages. True of the stock backend, too.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "type1.h"
#include "vfio.h"

#define MIB  (1UL << 20)
#define IOVA 0x10000000UL

/* BAR 0 with a MiB of memory on each side, the BAR being *@size bytes. */
static char *bar_in_memory(struct vfio *v, uint64_t *size)
{
	uint64_t offset = region(v->device, VFIO_PCI_BAR0_REGION_INDEX, size);
	char *memory = memory_new(2 * MIB + *size);
	void *bar;

	memset(memory, 1, MIB);
	memset(memory + MIB + *size, 1, MIB);
	bar = mmap(memory + MIB, *size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, v->device,
		   offset);
	if (bar == MAP_FAILED)
		die("cannot map BAR 0");
	return memory;
}

int main(int argc, char **argv)
{
	uint64_t size;
	char *memory;
	struct vfio v;
	long before;
	int c;

	if (argc != 2)
		die("usage: type1-frames BDF");
	v = vfio_open(argv[1]);
	c = v.container;
	pci_enable(v.device);
	memory = bar_in_memory(&v, &size);
	before = locked_kib();
	IS(dma_map(c, memory + MIB, size, IOVA), 0);
	IS(locked_kib(), before);
	IS(dma_map(c, memory, 2 * MIB + size, IOVA + 64 * MIB), 0);
	IS(locked_kib(), before + 2048);
	IS(unmapped(c, 0, IOVA, size), size);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 2 * MIB + size);
	IS(locked_kib(), before);
	mprotect(memory + MIB, size, PROT_READ);
	IS(dma_map(c, memory + MIB, size, IOVA), -EFAULT);
	mprotect(memory + MIB, size, PROT_NONE);
	IS(dma_map(c, memory + MIB, size, IOVA), -EFAULT);
	IS(locked_kib(), before);
	vfio_close(&v);
	return checks_status();
}
