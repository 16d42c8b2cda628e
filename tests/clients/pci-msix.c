// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-msix BDF: the vectors of a function with MSI-X in a BAR of memory, such as the emulated NVMe.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vfio.h"

#define EVENTFD (VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)
#define NONE	(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER)
#define MOST	64

static int device;

static long set(uint32_t flags, uint32_t start, uint32_t count, const int *fds)
{
	struct {
		struct vfio_irq_set set;
		int32_t fds[MOST];
	} irqs = { .set = { .argsz = sizeof(irqs),
			    .flags = flags,
			    .index = VFIO_PCI_MSIX_IRQ_INDEX,
			    .start = start,
			    .count = count } };

	if (fds)
		memcpy(irqs.fds, fds, count * sizeof(*fds));
	return ask(device, VFIO_DEVICE_SET_IRQS, &irqs);
}

static long signals(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? (long)count : 0;
}

static void vectors(uint32_t nr, bool grows)
{
	int fds[4], none[4] = { -1, -1, -1, -1 }, broken[4], i;

	for (i = 0; i < 4; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	IS(set(EVENTFD, nr, 1, fds), -EINVAL);
	IS(set(EVENTFD, nr - 1, 2, fds), -EINVAL);
	/* Single vectors at a start above 0, as QEMU sets them. */
	IS(set(EVENTFD, 0, 4, none), 0);
	IS(set(EVENTFD, 2, 1, &fds[2]), 0);
	IS(set(NONE, 0, 4, NULL), 0);
	for (i = 0; i < 4; i++)
		IS(signals(fds[i]), i == 2);
	/* One bad eventfd: none of the range stays. */
	memcpy(broken, fds, sizeof(broken));
	broken[3] = device;
	IS(set(EVENTFD, 0, 4, broken), -EINVAL);
	IS(set(NONE, 0, 4, NULL), 0);
	for (i = 0; i < 4; i++)
		IS(signals(fds[i]), 0);
	IS(set(EVENTFD, 0, 4, fds), 0);
	IS(set(EVENTFD, 4, 1, fds), grows ? 0 : -EINVAL);
	IS(set(NONE, 0, 0, NULL), 0);
	IS(set(NONE, 0, 0, NULL), -EINVAL);
	/* From nothing to a vector in the middle. */
	IS(set(EVENTFD, 3, 1, &fds[3]), 0);
	IS(set(NONE, 3, 1, NULL), 0);
	IS(signals(fds[3]), 1);
	IS(set(NONE, 0, 0, NULL), 0);
	for (i = 0; i < 4; i++)
		close(fds[i]);
}

/* With too little room only what is needed is said; with enough there is the capability. */
static void mappable(void)
{
	struct {
		struct vfio_region_info info;
		struct vfio_info_cap_header cap;
	} reg = { .info = { .argsz = sizeof(reg.info) } };

	IS(ask(device, VFIO_DEVICE_GET_REGION_INFO, &reg), 0);
	TRUE(reg.info.flags & VFIO_REGION_INFO_FLAG_CAPS);
	IS(reg.info.argsz, sizeof(reg));
	IS(reg.info.cap_offset, 0);
	IS(ask(device, VFIO_DEVICE_GET_REGION_INFO, &reg), 0);
	IS(reg.info.cap_offset, sizeof(reg.info));
	IS(reg.cap.id, VFIO_REGION_INFO_CAP_MSIX_MAPPABLE);
	IS(reg.cap.next, 0);
}

/* The table itself is neither read nor written through the file. */
static void table(void)
{
	uint64_t config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	uint64_t bar = region(device, VFIO_PCI_BAR0_REGION_INDEX, NULL);
	unsigned int at = read32(device, config + 0x34) & 0xff;

	while (at && (read32(device, config + at) & 0xff) != 0x11)
		at = read32(device, config + at) >> 8 & 0xff;
	TRUE(at != 0);
	bar += read32(device, config + at + 4) & ~7u;
	IS(read32(device, bar), 0xffffffff);
	write32(device, bar, 0xfee00000);
	IS(read32(device, bar), 0xffffffff);
}

int main(int argc, char **argv)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = VFIO_PCI_MSIX_IRQ_INDEX };
	uint64_t config;
	struct vfio v;

	if (argc != 2)
		die("usage: pci-msix BDF");
	v = vfio_open(argv[1]);
	device = v.device;
	IS(ask(device, VFIO_DEVICE_GET_IRQ_INFO, &info), 0);
	TRUE(info.count > 8);
	/* Vectors are set up also while the user has memory decoding off. */
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	write32(device, config + 4, 0);
	vectors(info.count, !(info.flags & VFIO_IRQ_INFO_NORESIZE));
	pci_enable(device);
	vectors(info.count, !(info.flags & VFIO_IRQ_INFO_NORESIZE));
	mappable();
	table();
	vfio_close(&v);
	return checks_status();
}
