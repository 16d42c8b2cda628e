// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-low-power BDF [plain]: VFIO_DEVICE_FEATURE, and the features that let the device sleep while
 * it is open. BDF has a BAR 0 of memory whose first word does not change. With "plain" only what
 * concerns the pin of an edu device.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

#define GET   VFIO_DEVICE_FEATURE_GET
#define SET   VFIO_DEVICE_FEATURE_SET
#define PROBE VFIO_DEVICE_FEATURE_PROBE
#define ENTRY VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY
#define WAKE  VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP
#define EXIT  VFIO_DEVICE_FEATURE_LOW_POWER_EXIT
#define TOKEN VFIO_DEVICE_FEATURE_PCI_VF_TOKEN

static const char *bdf;
static int device;

static long feature(uint32_t flags, size_t payload, int fd)
{
	struct {
		struct vfio_device_feature feature;
		struct vfio_device_low_power_entry_with_wakeup entry;
		uint64_t more;
	} request = { .feature = { .argsz = sizeof(request.feature) + payload, .flags = flags },
		      .entry = { .wakeup_eventfd = fd } };

	return ask(device, VFIO_DEVICE_FEATURE, &request);
}

static void answers(int fd)
{
	struct vfio_device_feature small = { .argsz = 7, .flags = PROBE | ENTRY };

	IS(ask(device, VFIO_DEVICE_FEATURE, &small), -EINVAL);
	IS(feature(PROBE | SET | 999, 0, fd), -ENOTTY);
	IS(feature(PROBE | 999, 0, fd), -ENOTTY);
	IS(feature(SET | 999, 16, fd), -ENOTTY);
	IS(feature(PROBE | VFIO_DEVICE_FEATURE_MIGRATION, 0, fd), -ENOTTY);
	IS(feature(PROBE | SET | TOKEN, 16, fd), -ENOTTY); /* not a physical function */
	IS(feature(PROBE | SET | ENTRY | 1u << 20, 0, fd), -EINVAL);
	IS(feature(SET | GET | ENTRY, 0, fd), -EINVAL);
	IS(feature(SET | GET | 999, 0, fd), -EINVAL);
	IS(feature(PROBE | SET | ENTRY, 0, fd), 0);
	IS(feature(PROBE | ENTRY, 0, fd), 0);
	IS(feature(PROBE | GET | ENTRY, 0, fd), -EINVAL);
	IS(feature(PROBE | SET | GET | ENTRY, 0, fd), -EINVAL);
	IS(feature(ENTRY, 0, fd), -EINVAL);
	IS(feature(PROBE | SET | WAKE, 0, fd), 0);
	IS(feature(SET | WAKE, 7, fd), -EINVAL);
	IS(feature(SET | WAKE, 8, -1), -EBADF);
	IS(feature(SET | WAKE, 8, device), -EINVAL);
}

/* A word of its power/ in sysfs becomes @wanted within some seconds. */
static bool becomes(const char *file, const char *wanted)
{
	char path[128], word[32];
	ssize_t len;
	int fd, i;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", bdf, file);
	for (i = 0; i < 500; i++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		len = fd < 0 ? -1 : read(fd, word, sizeof(word) - 1);
		close(fd);
		if (len > 0 && !strncmp(word, wanted, strlen(wanted)))
			return true;
		usleep(10000);
	}
	printf("%s of %s is not %s but %.*s", file, bdf, wanted, (int)(len > 0 ? len : 0), word);
	return false;
}

#define SLEEPS() TRUE(becomes("power/runtime_status", "suspended"))
#define WAKES()	 TRUE(becomes("power/runtime_status", "active"))

static void control(const char *word)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/power/control", bdf);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, word, strlen(word)) < 0)
		die("cannot write '%s'", path);
	close(fd);
}

static void entry(volatile uint32_t *bar, uint64_t bar0, uint64_t config)
{
	uint32_t first = read32(device, bar0), command = read32(device, config + 4);

	IS(touch(bar), first);
	IS(feature(SET | ENTRY, 0, 0), 0);
	IS(touch(bar), -1);
	SLEEPS();
	TRUE(becomes("power_state", "D3hot"));
	/* Every access wakes it, and it is as it was. */
	IS(read32(device, config + 4), command);
	SLEEPS();
	IS(read32(device, bar0), first);
	IS(touch(bar), -1);
	SLEEPS();
	IS(feature(SET | ENTRY, 0, 0), -EINVAL);
	IS(feature(SET | EXIT, 0, 0), 0);
	WAKES();
	IS(touch(bar), first);
	IS(feature(SET | EXIT, 0, 0), 0);
	usleep(300000);
	WAKES();
	IS(read32(device, bar0), first);
}

static void wakeup(volatile uint32_t *bar, uint64_t bar0, int fd)
{
	uint32_t first = read32(device, bar0);

	IS(feature(SET | WAKE, 8, fd), 0);
	SLEEPS();
	IS(signals(fd, 0), 0);
	IS(touch(bar), -1);
	IS(feature(SET | WAKE, 8, fd), 0); /* which itself has woken it, and ended the first */
	TRUE(signals(fd, 0));
	SLEEPS();
	IS(read32(device, bar0), first);
	TRUE(signals(fd, 0));
	IS(touch(bar), first);
	usleep(300000);
	WAKES();
	IS(feature(SET | EXIT, 0, 0), 0);
	IS(signals(fd, 0), 0);
	/* It tells of no sleep that it did not have. */
	control("on");
	IS(feature(SET | WAKE, 8, fd), 0);
	IS(touch(bar), -1);
	IS(read32(device, bar0), first);
	IS(feature(SET | EXIT, 0, 0), 0);
	IS(signals(fd, 0), 0);
	control("auto");
	IS(touch(bar), first);
}

/* The pin is off in the sleep, and what it has to say comes at the end. */
static void pin(uint64_t bar0, int fd)
{
	IS(irq_eventfd(device, VFIO_PCI_INTX_IRQ_INDEX, fd), 0);
	IS(pin_is_off(bdf), 0);
	IS(feature(SET | ENTRY, 0, 0), 0);
	SLEEPS();
	IS(pin_is_off(bdf), 1);
	IS(read32(device, bar0) != 0, 1);
	SLEEPS();
	IS(feature(SET | EXIT, 0, 0), 0);
	IS(pin_is_off(bdf), 0);
	IS(signals(fd, 0), 0);
	IS(feature(SET | ENTRY, 0, 0), 0);
	write32(device, bar0 + EDU_RAISE, 1);
	SLEEPS();
	IS(feature(SET | EXIT, 0, 0), 0);
	usleep(100000);
	TRUE(signals(fd, 0));
	write32(device, bar0 + EDU_ACK, 1);
}

static long ioeventfd_set(uint64_t at, uint32_t data, int fd)
{
	struct vfio_device_ioeventfd io = { .argsz = sizeof(io),
					    .flags = VFIO_DEVICE_IOEVENTFD_32,
					    .offset = at,
					    .data = data,
					    .fd = fd };

	return ask(device, VFIO_DEVICE_IOEVENTFD, &io);
}

/* An eventfd neither wakes it nor writes into it. */
static void doorbell(uint64_t bar0)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	IS(ioeventfd_set(bar0 + EDU_LIVE, 0x12345678, fd), 0);
	write32(device, bar0 + EDU_LIVE, 0);
	IS(feature(SET | ENTRY, 0, 0), 0);
	SLEEPS();
	IS(eventfd_write(fd, 1), 0);
	usleep(100000);
	SLEEPS();
	IS(feature(SET | EXIT, 0, 0), 0);
	IS(read32(device, bar0 + EDU_LIVE), ~0u);
	IS(eventfd_write(fd, 1), 0);
	IS(read32(device, bar0 + EDU_LIVE), ~0x12345678u);
	IS(ioeventfd_set(bar0 + EDU_LIVE, 0x12345678, -1), 0);
	close(fd);
}

static void sleeps_when_closed(struct vfio *v)
{
	IS(feature(SET | ENTRY, 0, 0), 0);
	SLEEPS();
	vfio_close(v);
	at_rest();
	*v = vfio_open(bdf);
	device = v->device;
	WAKES();
	/* The next user did not ask for it. */
	IS(feature(SET | ENTRY, 0, 0), 0);
	SLEEPS();
	IS(feature(SET | EXIT, 0, 0), 0);
	WAKES();
}

int main(int argc, char **argv)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	volatile uint32_t *bar;
	uint64_t bar0, config;
	struct vfio v;

	if (argc < 2)
		die("usage: pci-low-power BDF [plain]");
	bdf = argv[1];
	v = vfio_open(bdf);
	device = v.device;
	pci_enable(device);
	bar0 = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	if (argc > 2) {
		pin(bar0, fd);
		doorbell(bar0);
	} else {
		bar = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, device, bar0);
		if (bar == MAP_FAILED)
			die("cannot map BAR 0");
		answers(fd);
		entry(bar, bar0, config);
		wakeup(bar, bar0, fd);
		munmap((void *)bar, 4096);
	}
	sleeps_when_closed(&v);
	vfio_close(&v);
	return checks_status();
}
