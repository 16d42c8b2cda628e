// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-msix-kept BDF SOFT-RESET: the vectors of a function are still there after a reset, also that
 * of its bus, and after a sleep, whatever its command register said when it was asked for. BDF is
 * an e1000e, which raises an interrupt when told to. SOFT-RESET is tests/modules/soft-reset.ko.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pci.h"

/* Registers, and the cause that no traffic has. */
#define ICS	    0xc8
#define IMS	    0xd0
#define IVAR	    0xe4
#define ICR	    0xc0
#define MTA	    0x5200 /* memory, as far as anybody else is concerned */
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
	/* QEMU ends with an abort if its throttle of the vector runs out after a reset of the bus.
	 */
	usleep(50000);
	return true;
}

static void soft_reset(const char *bdf, const char *module)
{
	int file = open(module, O_RDONLY | O_CLOEXEC);
	char parameters[64];

	snprintf(parameters, sizeof(parameters), "device=%s", bdf);
	if (syscall(SYS_finit_module, file, parameters, 0) ||
	    syscall(SYS_delete_module, "soft_reset", 0))
		die("cannot load '%s'", module);
	close(file);
}

static void power(unsigned int reg, uint16_t state)
{
	IS(pwrite(device, &state, 2, config + reg), 2);
	IS(read32(device, config + reg) & PCI_PM_CTRL_STATE_MASK, state);
}

/* @command: the user's when it goes to sleep. */
static void sleeps(const char *bdf, const char *module, uint32_t command)
{
	unsigned int reg = capability(device, PCI_CAP_ID_PM) + PCI_PM_CTRL;

	write32(device, config + PCI_COMMAND, command);
	power(reg, 3);
	/* Whoever wakes up as it was needs nothing kept. */
	ledger_is("saved_states", 1);
	soft_reset(bdf, module);
	power(reg, 0);
	IS(read32(device, config + PCI_COMMAND) & 7, command);
}

/* Whatever its user had it do, it is awake afterwards, and its register says so. */
static void wakes_by_reset(void)
{
	unsigned int reg = capability(device, PCI_CAP_ID_PM) + PCI_PM_CTRL;

	power(reg, 3);
	IS(ask(device, VFIO_DEVICE_RESET, NULL), 0);
	IS(read32(device, config + reg) & PCI_PM_CTRL_STATE_MASK, 0);
	pci_enable(device);
}

/* QEMU's ports do not say that the link is back, which newer kernels are told of after the reset.
 */
static bool hot_reset(int group)
{
	struct {
		struct vfio_pci_hot_reset reset;
		int32_t fd;
	} request = { .reset = { .argsz = sizeof(request), .count = 1 }, .fd = group };

	long answer = ask(device, VFIO_DEVICE_PCI_HOT_RESET, &request);

	return !answer || answer == -ENOTTY;
}

/* With its memory off, and asleep. It is reset indeed, and left as its user had it. */
static void by_bus(const struct vfio *v, int fd)
{
	unsigned int reg = capability(device, PCI_CAP_ID_PM) + PCI_PM_CTRL;

	write32(device, bar0 + MTA, 0x5a5a5a5a);
	write32(device, config + PCI_COMMAND, 0);
	TRUE(hot_reset(v->group));
	IS(own_command(v->bdf) & 7, 0);
	pci_enable(device);
	IS(read32(device, bar0 + MTA), 0);
	TRUE(comes(fd));
	power(reg, 3);
	TRUE(hot_reset(v->group));
	IS(read32(device, config + reg) & PCI_PM_CTRL_STATE_MASK, 0);
	pci_enable(device);
	TRUE(comes(fd));
}

int main(int argc, char **argv)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	struct vfio v;

	if (argc != 3)
		die("usage: pci-msix-kept BDF SOFT-RESET");
	v = vfio_open(argv[1]);
	device = v.device;
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	pci_enable(device);
	IS(irq_eventfd(device, VFIO_PCI_MSIX_IRQ_INDEX, fd), 0);
	/* It has the other kind of vectors, too, but not at once. */
	IS(irq_eventfd(device, VFIO_PCI_MSI_IRQ_INDEX, fd), -EINVAL);
	TRUE(comes(fd));
	IS(ask(device, VFIO_DEVICE_RESET, NULL), 0);
	pci_enable(device);
	TRUE(comes(fd));
	write32(device, config + 4, 0);
	IS(ask(device, VFIO_DEVICE_RESET, NULL), 0);
	/* Nor does the reset leave behind what it needed. */
	IS(read32(device, config + 4) & 7, 0);
	IS(own_command(argv[1]) & 7, 0);
	pci_enable(device);
	TRUE(comes(fd));
	sleeps(argv[1], argv[2], PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	TRUE(comes(fd));
	sleeps(argv[1], argv[2], 0);
	pci_enable(device);
	TRUE(comes(fd));
	wakes_by_reset();
	TRUE(comes(fd));
	by_bus(&v, fd);
	vfio_close(&v);
	return checks_status();
}
