// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-irqs BDF: VFIO_DEVICE_SET_IRQS on the edu device: the pin with its masks, MSI, and the two
 * interrupts that no device raises.
 */
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pci.h"

static int device;
static uint64_t bar0;

static long set(uint32_t index, uint32_t flags, uint32_t start, uint32_t count, int32_t data)
{
	struct {
		struct vfio_irq_set set;
		int32_t data[8];
	} irqs = { .set = { .argsz = sizeof(irqs),
			    .flags = flags,
			    .index = index,
			    .start = start,
			    .count = count } };

	irqs.data[0] = data;
	return ask(device, VFIO_DEVICE_SET_IRQS, &irqs);
}

static uint32_t info_flags(uint32_t index, long *count)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };

	*count = ask(device, VFIO_DEVICE_GET_IRQ_INFO, &info);
	if (!*count)
		*count = info.count;
	return info.flags;
}

static void infos(void)
{
	long count;

	IS(info_flags(VFIO_PCI_INTX_IRQ_INDEX, &count), 7);
	IS(count, 1);
	IS(info_flags(VFIO_PCI_MSI_IRQ_INDEX, &count), 9);
	IS(count, 1);
	info_flags(VFIO_PCI_MSIX_IRQ_INDEX, &count);
	IS(count, 0);
	info_flags(VFIO_PCI_ERR_IRQ_INDEX, &count);
	IS(count, -EINVAL); /* not PCI Express */
	info_flags(VFIO_PCI_REQ_IRQ_INDEX, &count);
	IS(count, 1);
	info_flags(VFIO_PCI_NUM_IRQS, &count);
	IS(count, -EINVAL);
}

static void refusals(int fd)
{
	/* Ranges that wrap around: CVE-2016-9083. */
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 0xffffffff, fd), -EINVAL);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0xffffffff, 1, fd), -EINVAL);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0xfffffff0, 0x11, fd), -EINVAL);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, NONE | TRIGGER, 1, 0, 0), -EINVAL);
	IS(set(VFIO_PCI_MSIX_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), -EINVAL);
	IS(set(VFIO_PCI_MSIX_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), -EINVAL);
	IS(set(VFIO_PCI_NUM_IRQS, NONE | TRIGGER, 0, 0, 0), -EINVAL);
	/* Nothing is enabled yet: CVE-2024-26810 and its kind. */
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | MASK, 0, 1, 0), -EINVAL);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | UNMASK, 0, 1, fd), -EINVAL);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | TRIGGER, 0, 1, 0), -EINVAL);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), -EINVAL);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, 0), -EINVAL); /* no eventfd */
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, 999), -EBADF);
	IS(set(VFIO_PCI_REQ_IRQ_INDEX, NONE | MASK, 0, 1, 0), -ENOTTY);
	IS(set(VFIO_PCI_ERR_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), -EINVAL);
}

/* While the pin is on: one at a time, no fewer and no more. */
static void pin_refusals(int fd)
{
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | TRIGGER, 0, 0, fd), -EINVAL);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, BOOL | TRIGGER, 0, 0, 1), -EINVAL);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | MASK, 0, 0, 0), -EINVAL);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | MASK, 0, 0, fd), -EINVAL);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | UNMASK, 0, 0, 0), -EINVAL);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | UNMASK, 0, 0, fd), -EINVAL);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | UNMASK, 0, 1, 999), -EBADF);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | UNMASK, 0, 1, device), -EINVAL);
}

static void raise_irq(void)
{
	write32(device, bar0 + EDU_RAISE, 1);
}

static void acknowledge(void)
{
	write32(device, bar0 + EDU_ACK, 1);
}

/* The pin is masked and low. What unmasks it is a write of the eventfd that was said last. */
static void unmask_by_eventfd(int fd, int unmask)
{
	int counted = eventfd(2, EFD_CLOEXEC | EFD_SEMAPHORE);
	uint64_t one;

	/* Also a write from before it was said; only that of one of them. */
	raise_irq();
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | UNMASK, 0, 1, counted), 0);
	IS(signals(fd, 5000), 1);
	IS(eventfd_write(unmask, 1), 0);
	IS(signals(fd, 50), 0);
	/* Somebody reads it, which is no write. */
	IS(read(counted, &one, sizeof(one)), sizeof(one));
	IS(signals(fd, 50), 0);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | UNMASK, 0, 1, -1), 0);
	IS(eventfd_write(counted, 1), 0);
	IS(signals(fd, 50), 0);
	close(counted);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | UNMASK, 0, 1, unmask), 0);
	IS(signals(fd, 5000), 1);
	acknowledge();
}

static void pin(int fd)
{
	int unmask = eventfd(0, EFD_CLOEXEC);

	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), 0);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), -EINVAL);
	pin_refusals(fd);
	raise_irq();
	IS(signals(fd, 5000), 1);
	/* Masked by its own delivery, and still high: unmasking delivers it again. */
	IS(signals(fd, 50), 0);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | UNMASK, 0, 1, 0), 0);
	IS(signals(fd, 5000), 1);
	acknowledge();
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | UNMASK, 0, 1, 0), 0);
	IS(signals(fd, 50), 0);
	/* Masked by the user. */
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, BOOL | MASK, 0, 1, 1), 0);
	raise_irq();
	IS(signals(fd, 50), 0);
	/* Unmasked by an eventfd, twice. */
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | UNMASK, 0, 1, unmask), 0);
	IS(eventfd_write(unmask, 1), 0);
	IS(signals(fd, 5000), 1);
	acknowledge();
	IS(eventfd_write(unmask, 1), 0);
	usleep(50000);
	raise_irq();
	IS(signals(fd, 5000), 1);
	acknowledge();
	unmask_by_eventfd(fd, unmask);
	/* The eventfd may go before the pin does. */
	close(unmask);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | TRIGGER, 0, 1, 0), 0);
	IS(signals(fd, 0), 1);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, -1), 0);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), 0);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), -EINVAL);
}

static void message(int fd)
{
	int other = eventfd(0, EFD_CLOEXEC);

	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), 0);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), -EINVAL);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, NONE | MASK, 0, 1, 0), -ENOTTY);
	raise_irq();
	IS(signals(fd, 5000), 1);
	acknowledge();
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, other), 0);
	raise_irq();
	IS(signals(other, 5000), 1);
	IS(signals(fd, 0), 0);
	acknowledge();
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, BOOL | TRIGGER, 0, 1, 1), 0);
	IS(signals(other, 0), 1);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, BOOL | TRIGGER, 0, 1, 0), 0);
	IS(signals(other, 0), 0);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, -1), 0);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), 0);
	close(other);
}

static void request(int fd)
{
	IS(set(VFIO_PCI_REQ_IRQ_INDEX, NONE | TRIGGER, 0, 1, 0), -EINVAL);
	IS(set(VFIO_PCI_REQ_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), -EINVAL);
	IS(set(VFIO_PCI_REQ_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, 999), -EBADF);
	IS(set(VFIO_PCI_REQ_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), 0);
	IS(set(VFIO_PCI_REQ_IRQ_INDEX, EVENTFD | TRIGGER, 0, 0, -1), -EINVAL);
	IS(set(VFIO_PCI_REQ_IRQ_INDEX, BOOL | TRIGGER, 0, 0, 1), -EINVAL);
	IS(signals(fd, 0), 0);
	IS(set(VFIO_PCI_REQ_IRQ_INDEX, NONE | TRIGGER, 0, 1, 0), 0);
	IS(signals(fd, 0), 1);
	IS(set(VFIO_PCI_REQ_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), 0);
}

int main(int argc, char **argv)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct vfio v;

	if (argc != 2)
		die("usage: pci-irqs BDF");
	v = vfio_open(argv[1]);
	device = v.device;
	bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	pci_enable(device);
	infos();
	refusals(fd);
	pin(fd);
	message(fd);
	pin(fd);
	request(fd);
	/* Left enabled: closing the device takes everything down. */
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), 0);
	vfio_close(&v);
	return checks_status();
}
