// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-irq-faults BDF WHAT: requests of VFIO_DEVICE_SET_IRQS that once were too much for the kernel.
 * BDF is an edu, whose pin is raised by a register, but for the first three.
 *
 * - types: more than one kind of data, or of action, at once (CVE-2016-9083)
 * - products: counts that make sizes wrap around (CVE-2016-9084)
 * - silenced: vectors are triggered whose eventfd was taken away (CVE-2024-26814)
 * - early: triggers before there was ever an eventfd (CVE-2024-26813)
 * - silent-pin: the pin without an eventfd fires, by ioctl and by eventfd (CVE-2024-26812)
 * - race: the pin comes and goes while the command register masks it (CVE-2024-26810)
 * - line: the pin is high when it is asked for, and only the interrupt controller can mask it
 *   (CVE-2024-27437)
 */
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pci.h"

#define INTX   VFIO_PCI_INTX_IRQ_INDEX
#define MSI    VFIO_PCI_MSI_IRQ_INDEX
#define MSIX   VFIO_PCI_MSIX_IRQ_INDEX
#define MOST   8
#define ROUNDS 1500

static const char *bdf;
static int device;
static uint64_t config, bar0;

/* @size: of what follows the header, in bytes. */
static long set_sized(uint32_t index, uint32_t flags, uint32_t start, uint32_t count,
		      const int32_t *data, size_t size)
{
	struct {
		struct vfio_irq_set set;
		int32_t data[MOST];
	} irqs = { .set = { .argsz = sizeof(irqs.set) + size,
			    .flags = flags,
			    .index = index,
			    .start = start,
			    .count = count } };

	if (data)
		memcpy(irqs.data, data, size);
	return ask(device, VFIO_DEVICE_SET_IRQS, &irqs);
}

static long set(uint32_t index, uint32_t flags, uint32_t count, int32_t data)
{
	return set_sized(index, flags, 0, count, &data, sizeof(data));
}

static int eventfd_new(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static void pin_raise(void)
{
	write32(device, bar0 + EDU_RAISE, 1);
}

static void pin_lower(void)
{
	write32(device, bar0 + EDU_ACK, 1);
}

static void types(void)
{
	static const uint32_t data[] = { NONE | EVENTFD, NONE | BOOL, BOOL | EVENTFD,
					 NONE | BOOL | EVENTFD, 0 };
	static const uint32_t actions[] = { MASK | TRIGGER, UNMASK | TRIGGER, MASK | UNMASK,
					    MASK | UNMASK | TRIGGER, 0 };
	int fd = eventfd_new();

	/* Enabled, so that nothing else can be wrong with the request. */
	IS(set(MSIX, EVENTFD | TRIGGER, 1, fd), 0);
	for (int i = 0; i < 5; i++) {
		IS(set(MSIX, data[i] | TRIGGER, 1, fd), -EINVAL);
		IS(set(MSIX, data[i] | TRIGGER, 0xffffffff, fd), -EINVAL);
		IS(set(MSIX, EVENTFD | actions[i], 1, fd), -EINVAL);
		IS(set(MSIX, NONE | actions[i], 0, 0), -EINVAL);
	}
	IS(set(MSIX, EVENTFD | TRIGGER | 1u << 6, 1, fd), -EINVAL);
	IS(signals(fd, 0), 0);
	IS(set(MSIX, BOOL | TRIGGER, 1, 1), 0);
	IS(signals(fd, 0), 1);
	IS(set(MSIX, NONE | TRIGGER, 0, 0), 0);
	close(fd);
}

/* All ways to ask for @count vectors with data for one. */
static void product(uint32_t count, int fd)
{
	IS(set(MSIX, NONE | TRIGGER, count, 0), -EINVAL);
	IS(set(MSIX, BOOL | TRIGGER, count, 1), -EINVAL);
	IS(set(MSIX, EVENTFD | TRIGGER, count, fd), -EINVAL);
	/* A start that brings the sum back to 1, and one that is too large by itself. */
	IS(set_sized(MSIX, NONE | TRIGGER, 1 - count, count, NULL, 0), -EINVAL);
	IS(set_sized(MSIX, EVENTFD | TRIGGER, 1 - count, count, &fd, 4), -EINVAL);
	IS(set_sized(MSIX, EVENTFD | TRIGGER, count, 1, &fd, 4), -EINVAL);
}

static void products(void)
{
	/* From the least, and only while all is well: what is believed takes its time. */
	static const uint32_t counts[] = { 0x01000000, 0x08000000, 0x10000000, 0x20000000,
					   0x40000000, 0x80000000, 0xfffffffe, 0xffffffff };
	int fd = eventfd_new();

	IS(set(MSIX, EVENTFD | TRIGGER, 1, fd), 0);
	for (int i = 0; i < 8 && !checks_status(); i++)
		product(counts[i], fd);
	/* More vectors than there are descriptors. */
	IS(set_sized(MSIX, EVENTFD | TRIGGER, 0, 2, &fd, 4), -EINVAL);
	IS(set_sized(MSIX, EVENTFD | TRIGGER, 0, 1, &fd, 3), -EINVAL);
	IS(set_sized(MSIX, BOOL | TRIGGER, 0, 5, &fd, 4), -EINVAL);
	IS(set(MSIX, NONE | TRIGGER, 0, 0), 0);
	close(fd);
}

static void silenced(void)
{
	int fd = eventfd_new();
	int fds[] = { fd, -1, fd };
	static const uint32_t notes[] = { VFIO_PCI_ERR_IRQ_INDEX, VFIO_PCI_REQ_IRQ_INDEX };

	IS(set_sized(MSIX, EVENTFD | TRIGGER, 0, 3, fds, sizeof(fds)), 0);
	IS(set_sized(MSIX, NONE | TRIGGER, 1, 1, NULL, 0), 0);
	IS(signals(fd, 0), 0);
	IS(set_sized(MSIX, NONE | TRIGGER, 0, 3, NULL, 0), 0);
	IS(signals(fd, 0), 2);
	fds[0] = fds[2] = -1;
	IS(set_sized(MSIX, EVENTFD | TRIGGER, 0, 3, fds, sizeof(fds)), 0);
	IS(set_sized(MSIX, NONE | TRIGGER, 0, 3, NULL, 0), 0);
	IS(set(MSIX, BOOL | TRIGGER, 3, 0x010101), 0);
	IS(signals(fd, 0), 0);
	IS(set(MSIX, NONE | TRIGGER, 0, 0), 0);
	for (int i = 0; i < 2; i++) {
		IS(set(notes[i], EVENTFD | TRIGGER, 1, fd), 0);
		IS(set(notes[i], EVENTFD | TRIGGER, 1, -1), 0);
		IS(set(notes[i], NONE | TRIGGER, 1, 0), -EINVAL);
		IS(set(notes[i], BOOL | TRIGGER, 1, 1), 0);
	}
	close(fd);
}

static void early(void)
{
	static const uint32_t indexes[] = { INTX, MSI };
	int fd = eventfd_new();

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 2; i++) {
			IS(set(indexes[i], NONE | TRIGGER, 1, 0), -EINVAL);
			IS(set(indexes[i], BOOL | TRIGGER, 1, 1), -EINVAL);
		}
		IS(set(INTX, NONE | MASK, 1, 0), -EINVAL);
		IS(set(INTX, NONE | UNMASK, 1, 0), -EINVAL);
		IS(set(VFIO_PCI_REQ_IRQ_INDEX, NONE | TRIGGER, 1, 0), -EINVAL);
		/* And after it is over the same is true. */
		for (int i = 0; i < 2; i++) {
			IS(set(indexes[i], EVENTFD | TRIGGER, 1, fd), 0);
			IS(set(indexes[i], NONE | TRIGGER, 1, 0), 0);
			IS(signals(fd, 1000), 1);
			IS(set(indexes[i], NONE | TRIGGER, 0, 0), 0);
		}
	}
	close(fd);
}

static void silent_pin(void)
{
	int fd = eventfd_new(), unmask = eventfd_new();

	IS(set(INTX, EVENTFD | TRIGGER, 1, fd), 0);
	IS(set(INTX, EVENTFD | UNMASK, 1, unmask), 0);
	IS(set(INTX, EVENTFD | TRIGGER, 1, -1), 0);
	/* By ioctl. */
	IS(set(INTX, NONE | TRIGGER, 1, 0), 0);
	IS(set(INTX, BOOL | TRIGGER, 1, 1), 0);
	/* By the function itself, and once more when it is unmasked while the pin is high. */
	pin_raise();
	usleep(20000);
	IS(eventfd_write(unmask, 1), 0);
	usleep(20000);
	IS(set(INTX, NONE | UNMASK, 1, 0), 0);
	IS(signals(fd, 0), 0);
	/* The handler is still there: with an eventfd again, what waits is told. */
	IS(set(INTX, EVENTFD | TRIGGER, 1, fd), 0);
	IS(set(INTX, NONE | UNMASK, 1, 0), 0);
	IS(signals(fd, 5000), 1);
	pin_lower();
	IS(set(INTX, NONE | TRIGGER, 0, 0), 0);
	close(unmask);
	close(fd);
}

static atomic_bool done;

static void command(bool disable)
{
	uint16_t value = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

	if (disable)
		value |= PCI_COMMAND_INTX_DISABLE;
	IS(pwrite(device, &value, 2, config + PCI_COMMAND), 2);
}

static void *toggle(void *unused)
{
	bool disable = false;

	while (!atomic_load(&done))
		command(disable = !disable);
	return unused;
}

static void race(void)
{
	int fd = eventfd_new();
	pthread_t other;

	if (pthread_create(&other, NULL, toggle, NULL))
		die("cannot start a thread");
	for (int i = 0; i < ROUNDS; i++) {
		IS(set(INTX, EVENTFD | TRIGGER, 1, fd), 0);
		if (i % 4 == 0)
			pin_raise();
		IS(set(INTX, NONE | UNMASK, 1, 0), 0);
		if (i % 4 == 1)
			pin_lower();
		IS(set(INTX, NONE | TRIGGER, 0, 0), 0);
	}
	atomic_store(&done, true);
	pthread_join(other, NULL);
	/* Afterwards the bit does what it says, in both directions. */
	pin_lower();
	command(true);
	IS(set(INTX, EVENTFD | TRIGGER, 1, fd), 0);
	signals(fd, 0);
	/* Nobody would answer, so it must not even come. */
	IS(pin_is_off(bdf), 1);
	pin_raise();
	IS(signals(fd, 50), 0);
	command(false);
	IS(signals(fd, 5000), 1);
	pin_lower();
	IS(set(INTX, NONE | TRIGGER, 0, 0), 0);
	close(fd);
}

static void line(void)
{
	int fd = eventfd_new();

	for (int i = 0; i < 20; i++) {
		/* QEMU forgets a line that was high before anybody asked for it. */
		IS(set(INTX, EVENTFD | TRIGGER, 1, fd), 0);
		IS(set(INTX, NONE | MASK, 1, 0), 0);
		pin_raise();
		IS(signals(fd, 5), 0);
		IS(set(INTX, NONE | UNMASK, 1, 0), 0);
		/* Once; then it is masked until its user has dealt with it. */
		IS(signals(fd, 5000), 1);
		IS(signals(fd, 5), 0);
		pin_lower();
		IS(set(INTX, NONE | UNMASK, 1, 0), 0);
		IS(signals(fd, 5), 0);
		pin_raise();
		IS(signals(fd, 5000), 1);
		pin_lower();
		IS(set(INTX, NONE | TRIGGER, 0, 0), 0);
	}
	/* Nor is it let through while the command register is against it. */
	command(true);
	IS(set(INTX, EVENTFD | TRIGGER, 1, fd), 0);
	pin_raise();
	IS(signals(fd, 50), 0);
	pin_lower();
	command(false);
	pin_raise();
	IS(signals(fd, 5000), 1);
	pin_lower();
	IS(set(INTX, NONE | TRIGGER, 0, 0), 0);
	close(fd);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "types", types }, { "products", products },	  { "silenced", silenced },
	{ "early", early }, { "silent-pin", silent_pin }, { "race", race },
	{ "line", line },
};

int main(int argc, char **argv)
{
	struct vfio v;
	size_t i;

	for (i = 0; argc == 3 && i < sizeof(tests) / sizeof(tests[0]); i++)
		if (!strcmp(tests[i].name, argv[2]))
			break;
	if (argc != 3 || i == sizeof(tests) / sizeof(tests[0]))
		die("usage: pci-irq-faults BDF WHAT");
	bdf = argv[1];
	v = vfio_open(bdf);
	device = v.device;
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	pci_enable(device);
	tests[i].run();
	vfio_close(&v);
	at_rest();
	return checks_status();
}
