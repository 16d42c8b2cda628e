// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-msix-kept BDF: the vectors of a function are still there after a reset, whatever its command
 * register said when it was asked for. BDF is an e1000e, which raises an interrupt when told to.
 */
#include <sys/eventfd.h>
#include <unistd.h>

#include "pci.h"

/* Registers, and the cause that no traffic has. */
#define ICS	    0xc8
#define IMS	    0xd0
#define IVAR	    0xe4
#define ICR	    0xc0
#define OTHER	    (1u << 24)
#define OTHER_VALID (8u << 16) /* and the vector is 0 */

static int device;
static uint64_t bar0, config;

static bool comes(int fd)
{
	write32(device, bar0 + IVAR, OTHER_VALID);
	write32(device, bar0 + IMS, OTHER);
	write32(device, bar0 + ICS, OTHER);
	if (!signals(fd, 2000))
		return false;
	read32(device, bar0 + ICR); /* clears it */
	write32(device, bar0 + ICR, OTHER);
	return true;
}

int main(int argc, char **argv)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	struct vfio v;

	if (argc != 2)
		die("usage: pci-msix-kept BDF");
	v = vfio_open(argv[1]);
	device = v.device;
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	pci_enable(device);
	IS(irq_eventfd(device, VFIO_PCI_MSIX_IRQ_INDEX, fd), 0);
	TRUE(comes(fd));
	IS(ask(device, VFIO_DEVICE_RESET, NULL), 0);
	pci_enable(device);
	TRUE(comes(fd));
	write32(device, config + 4, 0);
	IS(ask(device, VFIO_DEVICE_RESET, NULL), 0);
	/* Nor does the reset leave behind what it needed. */
	IS(read32(device, config + 4) & 7, 0);
	pci_enable(device);
	TRUE(comes(fd));
	vfio_close(&v);
	return checks_status();
}
