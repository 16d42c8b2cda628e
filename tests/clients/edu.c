// SPDX-License-Identifier: GPL-2.0-only
/*
 * edu BDF [OTHER]: the emulated teaching device does DMA both ways, is stopped outside of mappings,
 * and raises an MSI. With OTHER, another one, it also writes a register of that one, whose BAR is
 * mapped for it. Its registers are in docs/specs/edu of QEMU.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "pci.h"

#define REG_ID	   0x00
#define DMA_START  1
#define DMA_TO_RAM 2
#define PAGE	   4096
/* QEMU 7 to 9 end with an abort when a transfer fills the buffer to its last byte. */
#define CHUNK	   2048
/* The device reaches 28 bits of address. */
#define IOVA	   0x100000
#define BAR_IOVA   0x1000000

static volatile uint8_t *bar;

static void reg_write(unsigned int reg, uint64_t value)
{
	if (reg >= EDU_SOURCE)
		*(volatile uint64_t *)(bar + reg) = value;
	else
		*(volatile uint32_t *)(bar + reg) = value;
}

static uint32_t reg_read(unsigned int reg)
{
	return *(volatile uint32_t *)(bar + reg);
}

static void dma(uint64_t src, uint64_t dst, uint32_t count, uint32_t direction)
{
	const struct timespec step = { .tv_nsec = 5000000 };
	int i;

	reg_write(EDU_SOURCE, src);
	reg_write(EDU_TARGET, dst);
	reg_write(EDU_COUNT, count);
	reg_write(EDU_START, DMA_START | direction);
	for (i = 0; i < 1000 && *(volatile uint64_t *)(bar + EDU_START) & DMA_START; i++)
		nanosleep(&step, NULL);
	TRUE(i < 1000);
}

static void both_ways(uint8_t *memory)
{
	int i;

	for (i = 0; i < CHUNK; i++)
		memory[i] = i * 7 + i / 256;
	memset(memory + PAGE, 0, PAGE);
	dma(IOVA, EDU_BUFFER, CHUNK, 0);
	dma(EDU_BUFFER, IOVA + PAGE, CHUNK, DMA_TO_RAM);
	TRUE(!memcmp(memory, memory + PAGE, CHUNK));
}

/* A page that was mapped and is not any more keeps what it holds. */
static void blocked(int container, uint8_t *memory)
{
	memset(memory, 0x5a, PAGE);
	dma(IOVA, EDU_BUFFER, CHUNK, 0);
	memset(memory, 0xa5, 2 * PAGE);
	IS(dma_unmap(container, 2 * PAGE, IOVA), 0);
	dma(EDU_BUFFER, IOVA + PAGE, CHUNK, DMA_TO_RAM);
	TRUE(memory[PAGE] == 0xa5 && memory[PAGE + CHUNK - 1] == 0xa5);
	TRUE(memory[0] == 0xa5);
	IS(dma_map(container, memory, 2 * PAGE, IOVA), 0);
	both_ways(memory);
}

/* @device's BAR 0 as memory. */
static void *bar_map(int device, uint64_t *size)
{
	uint64_t offset = region(device, VFIO_PCI_BAR0_REGION_INDEX, size);
	void *map = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, device, offset);

	if (map == MAP_FAILED)
		die("cannot map BAR 0");
	return map;
}

/* The device writes @value into a register of the other one. */
static void write_neighbour(uint8_t *memory, uint32_t value)
{
	memcpy(memory, &value, sizeof(value));
	dma(IOVA, EDU_BUFFER, sizeof(value), 0);
	dma(EDU_BUFFER, BAR_IOVA + EDU_LIVE, sizeof(value), DMA_TO_RAM);
}

static void neighbour(const struct vfio *v, const char *other, uint8_t *memory)
{
	int group = group_open(other, O_RDWR | O_CLOEXEC), device;
	volatile uint8_t *regs;
	uint64_t size;

	IS(group_attach(group, v->container), 0);
	device = device_get(group, other);
	pci_enable(device);
	regs = bar_map(device, &size);
	IS(dma_map(v->container, (void *)regs, size, BAR_IOVA), 0);
	write_neighbour(memory, 0x12345678);
	IS(*(volatile uint32_t *)(regs + EDU_LIVE), (uint32_t)~0x12345678);
	IS(dma_unmap(v->container, size, BAR_IOVA), 0);
	write_neighbour(memory, 0xaaaaaaaa);
	IS(*(volatile uint32_t *)(regs + EDU_LIVE), (uint32_t)~0x12345678);
	munmap((void *)regs, size);
	close(device);
	close(group);
}

static void msi(int device)
{
	struct pollfd event = { .fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN };
	uint64_t count = 0;

	IS(irq_eventfd(device, VFIO_PCI_MSI_IRQ_INDEX, event.fd), 0);
	IS(poll(&event, 1, 0), 0);
	reg_write(EDU_RAISE, 1);
	IS(poll(&event, 1, 5000), 1);
	IS(read(event.fd, &count, sizeof(count)), sizeof(count));
	IS(count, 1);
	reg_write(EDU_ACK, 1);
	close(event.fd);
}

int main(int argc, char **argv)
{
	struct vfio v;
	uint8_t *memory;
	uint64_t size, offset;

	if (argc != 2 && argc != 3)
		die("usage: edu BDF [OTHER]");
	v = vfio_open(argv[1]);
	pci_enable(v.device);
	offset = region(v.device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	bar = bar_map(v.device, &size);
	IS(reg_read(REG_ID), 0x010000ed);
	reg_write(EDU_LIVE, 0x12345678);
	IS(reg_read(EDU_LIVE), (uint32_t)~0x12345678);
	IS(read32(v.device, offset + EDU_LIVE), (uint32_t)~0x12345678);
	memory = memory_new(2 * PAGE);
	IS(dma_map(v.container, memory, 2 * PAGE, IOVA), 0);
	both_ways(memory);
	blocked(v.container, memory);
	if (argc == 3)
		neighbour(&v, argv[2], memory);
	msi(v.device);
	munmap((void *)bar, size);
	vfio_close(&v);
	return checks_status();
}
