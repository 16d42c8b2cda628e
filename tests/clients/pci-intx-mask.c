// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-intx-mask BDF 0|1: an interrupt of the edu device at BDF that waits for its answer is masked
 * in the function (1) or beyond it (0).
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pci.h"

static long unmask(int device)
{
	struct vfio_irq_set set = { .argsz = sizeof(set),
				    .flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK,
				    .index = VFIO_PCI_INTX_IRQ_INDEX,
				    .count = 1 };

	return ask(device, VFIO_DEVICE_SET_IRQS, &set);
}

int main(int argc, char **argv)
{
	struct pollfd event = { .events = POLLIN };
	struct vfio v;
	uint64_t bar0, count;
	int i;

	if (argc != 3)
		die("usage: pci-intx-mask BDF 0|1");
	v = vfio_open(argv[1]);
	bar0 = region(v.device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	pci_enable(v.device);
	event.fd = eventfd(0, EFD_CLOEXEC);
	IS(irq_eventfd(v.device, VFIO_PCI_INTX_IRQ_INDEX, event.fd), 0);
	for (i = 0; i < 2; i++) {
		IS(pin_is_off(argv[1]), 0);
		write32(v.device, bar0 + EDU_RAISE, 1);
		IS(poll(&event, 1, 5000), 1);
		IS(read(event.fd, &count, sizeof(count)), sizeof(count));
		IS(pin_is_off(argv[1]), atoi(argv[2]));
		write32(v.device, bar0 + EDU_ACK, 1);
		IS(unmask(v.device), 0);
	}
	vfio_close(&v);
	return checks_status();
}
