// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-scrubbed BDF: what one user leaves in a function nobody finds there, and a user finds nothing
 * of what was there before. The function is a virtio device that nobody has open and that stays
 * awake; the host looks at its registers itself meanwhile.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

/* The size of BAR 4. */
#define PAGES 0x4000

static volatile uint8_t *status_of(const char *bdf)
{
	char path[64];
	void *at;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource4", bdf);
	fd = open(path, O_RDWR | O_CLOEXEC);
	at = fd < 0 ? MAP_FAILED : mmap(NULL, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		die("cannot map '%s'", path);
	close(fd);
	return (volatile uint8_t *)at + VIRTIO_STATUS;
}

static uint8_t status(int device)
{
	uint64_t bar = region(device, VFIO_PCI_BAR4_REGION_INDEX, NULL);
	uint8_t value = 0xff;

	IS(pread(device, &value, 1, bar + VIRTIO_STATUS), 1);
	return value;
}

static void leave(int device)
{
	uint64_t bar = region(device, VFIO_PCI_BAR4_REGION_INDEX, NULL);
	uint8_t value = 1;

	IS(pwrite(device, &value, 1, bar + VIRTIO_STATUS), 1);
	IS(status(device), 1);
}

int main(int argc, char **argv)
{
	volatile uint8_t *own;
	struct vfio v;

	if (argc != 2)
		die("usage: pci-scrubbed BDF");
	v = vfio_open(argv[1]);
	pci_enable(v.device);
	leave(v.device);
	vfio_close(&v);
	at_rest();
	own = status_of(argv[1]);
	IS(*own, 0);
	*own = 1;
	IS(*own, 1);
	v = vfio_open(argv[1]);
	pci_enable(v.device);
	IS(status(v.device), 0);
	vfio_close(&v);
	return checks_status();
}
