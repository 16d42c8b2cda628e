// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-memory-off BDF: while a function does not decode its memory, nobody reaches it: not by a
 * mapping from before, not by a new one, not by read or write, also while another thread switches
 * it on and off. BDF is an edu.
 */
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

#define PAGE   0x1000
#define ROUNDS 2000

static int device;
static uint64_t config, bar0;
static atomic_bool done;

static void memory(bool on)
{
	uint16_t value = on ? PCI_COMMAND_MEMORY : 0;

	IS(pwrite(device, &value, 2, config + PCI_COMMAND), 2);
}

static volatile uint32_t *map_new(void)
{
	void *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, device, bar0);

	if (map == MAP_FAILED)
		die("cannot map the registers");
	return map;
}

static void off(void)
{
	volatile uint32_t *before = map_new(), *after;
	uint32_t value = 0;

	IS(touch(before), EDU_ID);
	memory(false);
	after = map_new();
	IS(touch(before), -1);
	IS(touch(after), -1);
	IS(pread(device, &value, 4, bar0), -1);
	IS(pwrite(device, &value, 4, bar0), -1);
	memory(true);
	IS(touch(before), EDU_ID);
	IS(touch(after), EDU_ID);
	/* A reset takes them away, and does not forget that memory is off. */
	memory(false);
	IS(ask(device, VFIO_DEVICE_RESET, NULL), 0);
	IS(touch(before), -1);
	memory(true);
	IS(touch(before), EDU_ID);
	munmap((void *)before, PAGE);
	munmap((void *)after, PAGE);
}

static void *toggle(void *unused)
{
	bool on = true;

	while (!atomic_load(&done))
		memory(on = !on);
	return unused;
}

/* A register that is not decoded reads as all ones: that is what must never be seen. */
static void race(void)
{
	volatile uint32_t *map = map_new();
	unsigned int missed = 0, read = 0, i;
	pthread_t other;
	uint32_t value;
	int64_t seen;

	if (pthread_create(&other, NULL, toggle, NULL))
		die("cannot start a thread");
	for (i = 0; i < ROUNDS; i++) {
		seen = touch(map);
		missed += seen != -1 && seen != EDU_ID;
		if (pread(device, &value, 4, bar0) == 4) {
			missed += value != EDU_ID;
			read++;
		}
	}
	atomic_store(&done, true);
	pthread_join(other, NULL);
	IS(missed, 0);
	TRUE(read > 0);
	munmap((void *)map, PAGE);
}

int main(int argc, char **argv)
{
	struct vfio v;

	if (argc != 2)
		die("usage: pci-memory-off BDF");
	v = vfio_open(argv[1]);
	device = v.device;
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	memory(true);
	off();
	race();
	vfio_close(&v);
	at_rest();
	return checks_status();
}
