// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold BDF [MODE]: keep the device open until it is taken away, and look at what is left then.
 *
 *   stubborn  (default) never release; after the revocation every call answers ENODEV
 *   polite    close the device when it is asked for
 *   sleeping  stubborn, and the device may sleep meanwhile
 *   touch     keep reading the first BAR, mapped: ends by SIGBUS, which is reported as "sigbus"
 *
 * Says "held" when it has the device, "asked" at the request, "gone" when calls fail.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "vfio.h"

static void on_sigbus(int sig)
{
	static const char word[] = "sigbus\n";

	(void)sig;
	if (write(1, word, sizeof(word) - 1) < 0)
		_exit(3);
	_exit(0);
}

static void touch(struct vfio *v)
{
	const struct timespec step = { .tv_nsec = 10000000 };
	uint64_t size = 0, offset = 0;
	volatile uint32_t *bar;

	for (uint32_t i = VFIO_PCI_BAR0_REGION_INDEX; !size && i < VFIO_PCI_ROM_REGION_INDEX; i++)
		offset = region(v->device, i, &size);
	bar = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, v->device, offset);

	if (bar == MAP_FAILED)
		die("cannot map the first BAR");
	signal(SIGBUS, on_sigbus);
	(void)*bar;
	say("held");
	for (;;) {
		(void)*bar;
		nanosleep(&step, NULL);
	}
}

static void let_sleep(struct vfio *v)
{
	struct vfio_device_feature entry = {
		.argsz = sizeof(entry),
		.flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
	};

	IS(ask(v->device, VFIO_DEVICE_FEATURE, &entry), 0);
}

static void all_calls_fail(struct vfio *v)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	uint32_t value;

	IS(ask(v->device, VFIO_DEVICE_GET_INFO, &info), -ENODEV);
	IS(ask(v->device, VFIO_DEVICE_RESET, NULL), -ENODEV);
	IS(pread(v->device, &value, 4, 0) < 0 ? -errno : 0, -ENODEV);
	IS(pwrite(v->device, &value, 4, 0) < 0 ? -errno : 0, -ENODEV);
	TRUE(mmap(NULL, 4096, PROT_READ, MAP_SHARED, v->device, 0) == MAP_FAILED);
	IS(errno, ENODEV);
	IS(irq_eventfd(v->device, VFIO_PCI_MSI_IRQ_INDEX, -1), -ENODEV);
	/* So do those that would be wrong anyway. */
	IS(ask(v->device, VFIO_DEVICE_GET_INFO, NULL), -ENODEV);
	info.argsz = 0;
	IS(ask(v->device, VFIO_DEVICE_GET_INFO, &info), -ENODEV);
	IS(ask(v->device, _IO(VFIO_TYPE, 0xff), NULL), -ENODEV);
}

static void wait_gone(struct vfio *v)
{
	const struct timespec step = { .tv_nsec = 20000000 };
	struct vfio_device_info info = { .argsz = sizeof(info) };

	while (!ask(v->device, VFIO_DEVICE_GET_INFO, &info))
		nanosleep(&step, NULL);
	say("gone");
	all_calls_fail(v);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[2] : "stubborn";
	struct pollfd asked = { .fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN };
	struct vfio v;

	if (argc < 2)
		die("usage: hold BDF [MODE]");
	v = vfio_open(argv[1]);
	pci_enable(v.device);
	if (!strcmp(mode, "touch"))
		touch(&v);
	IS(irq_eventfd(v.device, VFIO_PCI_REQ_IRQ_INDEX, asked.fd), 0);
	if (!strcmp(mode, "sleeping"))
		let_sleep(&v);
	say("held");
	IS(poll(&asked, 1, -1), 1);
	say("asked");
	if (!strcmp(mode, "polite")) {
		close(v.device);
		v.device = open("/dev/null", O_RDWR | O_CLOEXEC);
	} else {
		wait_gone(&v);
	}
	vfio_close(&v);
	return checks_status();
}
