// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-shared-line A B: two edu devices of one group whose pins are one line. Each hears of its own
 * interrupts, and no more often because the other has some.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pci.h"

#define INTX VFIO_PCI_INTX_IRQ_INDEX

static int line_of(const char *bdf)
{
	char path[64];
	int irq = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/irq", bdf);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%d", &irq) != 1)
		die("cannot read '%s'", path);
	fclose(f);
	return irq;
}

static long unmask(int device)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set), .flags = NONE | UNMASK, .index = INTX, .count = 1
	};

	return ask(device, VFIO_DEVICE_SET_IRQS, &set);
}

static void pin(int device, uint32_t reg)
{
	write32(device, region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL) + reg, 1);
}

/* @a's interrupt is not dealt with while @b has one after the other. */
static void both(int a, int a_fd, int b, int b_fd)
{
	pin(a, EDU_RAISE);
	IS(signals(a_fd, 5000), 1);
	for (int i = 0; i < 5; i++) {
		pin(b, EDU_RAISE);
		IS(signals(b_fd, 5000), 1);
		pin(b, EDU_ACK);
		IS(unmask(b), 0);
	}
	IS(signals(a_fd, 50), 0);
	pin(a, EDU_ACK);
	IS(unmask(a), 0);
	IS(signals(a_fd, 50), 0);
	IS(signals(b_fd, 0), 0);
}

int main(int argc, char **argv)
{
	int a_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int b_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct vfio v;
	int other;

	if (argc != 3)
		die("usage: pci-shared-line A B");
	v = vfio_open(argv[1]);
	other = device_get(v.group, argv[2]);
	TRUE(other >= 0);
	pci_enable(v.device);
	pci_enable(other);
	IS(irq_eventfd(v.device, INTX, a_fd), 0);
	IS(irq_eventfd(other, INTX, b_fd), 0);
	IS(line_of(argv[1]), line_of(argv[2]));
	both(v.device, a_fd, other, b_fd);
	both(other, b_fd, v.device, a_fd);
	close(other);
	vfio_close(&v);
	return checks_status();
}
