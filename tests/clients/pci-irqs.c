// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-irqs BDF: VFIO_DEVICE_SET_IRQS on the edu device: the pin with its masks, MSI, and the two
 * interrupts that no device raises.
 */
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pci.h"

#define SWAPS 15
#define IOVA  0x100000

static const char *bdf;
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
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 0, fd), -EINVAL);
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

/* The pin is open and low. An eventfd masks it. */
static void mask_by_eventfd(int fd)
{
	int mask = eventfd(0, EFD_CLOEXEC);

	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | MASK, 0, 1, mask), 0);
	IS(eventfd_write(mask, 1), 0);
	usleep(50000);
	raise_irq();
	IS(signals(fd, 50), 0);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | UNMASK, 0, 1, 0), 0);
	IS(signals(fd, 5000), 1);
	acknowledge();
	/* It stays with the pin, which takes it along. */
	close(mask);
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

	/* Nobody answers it before somebody listens. */
	IS(pin_is_off(bdf), 1);
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
	/* What was written was taken out. */
	IS(signals(unmask, 0), 0);
	mask_by_eventfd(fd);
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
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | UNMASK, 0, 1, 0), 0);
	IS(pin_is_off(bdf), 0);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), 0);
	IS(pin_is_off(bdf), 1);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), -EINVAL);
}

/* The enable bit of MSI, as the user sees it. */
static uint32_t msi_shown(void)
{
	uint64_t config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);

	return read32(device, config + capability(device, PCI_CAP_ID_MSI)) >> 16 &
	       PCI_MSI_FLAGS_ENABLE;
}

static int turns[2];
static atomic_bool done;

static void *swap(void *unused)
{
	int next = 0;

	while (!atomic_load(&done))
		IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, turns[next ^= 1]), 0);
	return unused;
}

/* Whichever eventfd it has just then, each interrupt arrives at one of them. */
static void swapped(int fd, int other)
{
	unsigned int lost = 0;
	pthread_t thread;
	long count;

	turns[0] = fd;
	turns[1] = other;
	if (pthread_create(&thread, NULL, swap, NULL))
		die("cannot start a thread");
	for (int i = 0; i < SWAPS && !lost; i++) {
		/* It comes by itself, wherever the other thread is. */
		write32(device, bar0 + EDU_SOURCE, IOVA);
		write32(device, bar0 + EDU_TARGET, EDU_BUFFER);
		write32(device, bar0 + EDU_COUNT, 4);
		write32(device, bar0 + EDU_START, EDU_TELL);
		count = 0;
		for (int wait = 0; wait < 200 && !count; wait++)
			count = signals(fd, 5) + signals(other, 0);
		lost += count != 1;
		write32(device, bar0 + EDU_ACK, EDU_TOLD);
	}
	atomic_store(&done, true);
	pthread_join(thread, NULL);
	atomic_store(&done, false);
	IS(lost, 0);
}

static void message(int fd)
{
	int other = eventfd(0, EFD_CLOEXEC);

	IS(msi_shown(), 0);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), 0);
	IS(msi_shown(), 1);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 0, fd), -EINVAL);
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
	swapped(fd, other);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, -1), 0);
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), 0);
	IS(msi_shown(), 0);
	IS(pin_is_off(bdf), 1);
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

static struct vfio start(void)
{
	struct vfio v = vfio_open(bdf);

	device = v.device;
	bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	return v;
}

/* The pin's disable bit is that of one user, and not of the next. */
static void next_user(struct vfio *v, int fd)
{
	uint64_t config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_DISABLE;

	IS(pwrite(device, &command, 2, config + PCI_COMMAND), 2);
	vfio_close(v);
	*v = start();
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), 0);
	IS(pin_is_off(bdf), 0);
	IS(set(VFIO_PCI_INTX_IRQ_INDEX, NONE | TRIGGER, 0, 0, 0), 0);
	pci_enable(device);
}

int main(int argc, char **argv)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct vfio v;

	if (argc != 2)
		die("usage: pci-irqs BDF");
	bdf = argv[1];
	v = start();
	IS(dma_map(v.container, memory_new(4096), 4096, IOVA), 0);
	pci_enable(device);
	infos();
	refusals(fd);
	pin(fd);
	message(fd);
	next_user(&v, fd);
	pin(fd);
	request(fd);
	/* Left enabled: closing the device takes everything down. */
	IS(set(VFIO_PCI_MSI_IRQ_INDEX, EVENTFD | TRIGGER, 0, 1, fd), 0);
	vfio_close(&v);
	return checks_status();
}
