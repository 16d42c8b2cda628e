// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-backdoor BDF: the function, a virtio device, is used; then it says "ready", and somebody
 * resets the function without the driver, before a line comes on standard input. Its user sees that
 * it does not decode any more, turns it on as a driver would, and has its registers, as after a
 * reset.
 */
#include <linux/pci_regs.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

#define ON (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)

static uint64_t config;

static void command_is(int device, uint32_t value)
{
	IS(read32(device, config + PCI_COMMAND) & (ON | PCI_COMMAND_IO), value);
}

static void turn_on(int device)
{
	uint16_t value = ON;

	IS(pwrite(device, &value, sizeof(value), config + PCI_COMMAND), sizeof(value));
	command_is(device, ON);
}

int main(int argc, char **argv)
{
	uint64_t bar, size;
	volatile uint8_t *common;
	uint8_t status;
	struct vfio v;

	if (argc != 2)
		die("usage: pci-backdoor BDF");
	v = vfio_open(argv[1]);
	config = region(v.device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	bar = region(v.device, VFIO_PCI_BAR4_REGION_INDEX, &size);
	common = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, v.device, bar);
	if (common == MAP_FAILED)
		die("cannot map BAR 4");
	turn_on(v.device);
	common[VIRTIO_STATUS] = 1;
	IS(common[VIRTIO_STATUS], 1);
	say("ready");
	IS(getchar(), '\n');
	command_is(v.device, 0);
	turn_on(v.device);
	IS(common[VIRTIO_STATUS], 0);
	common[VIRTIO_STATUS] = 1;
	IS(pread(v.device, &status, 1, bar + VIRTIO_STATUS), 1);
	IS(status, 1);
	vfio_close(&v);
	if (!checks_status())
		say("good");
	return checks_status();
}
