// SPDX-License-Identifier: GPL-2.0-only
#include "pci.h"

#include <fcntl.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

long signals(int fd, int ms)
{
	struct pollfd event = { .fd = fd, .events = POLLIN };
	uint64_t count;

	if (poll(&event, 1, ms) != 1 || read(fd, &count, sizeof(count)) != sizeof(count))
		return 0;
	return count;
}

static sigjmp_buf bus_error;

static void on_bus_error(int number)
{
	(void)number;
	siglongjmp(bus_error, 1);
}

int64_t touch(volatile uint32_t *at)
{
	int64_t value = -1;
	void (*before)(int) = signal(SIGBUS, on_bus_error);

	if (!sigsetjmp(bus_error, 1))
		value = *at;
	signal(SIGBUS, before);
	return value;
}

unsigned int capability(int device, uint8_t id)
{
	uint64_t config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	unsigned int at = read32(device, config + PCI_CAPABILITY_LIST) & 0xfc;

	while (at && (read32(device, config + at) & 0xff) != id)
		at = read32(device, config + at) >> 8 & 0xfc;
	TRUE(at);
	return at;
}

uint16_t own_command(const char *bdf)
{
	char path[64];
	uint16_t command;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", bdf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &command, 2, PCI_COMMAND) != 2)
		die("cannot read '%s'", path);
	close(fd);
	return command;
}

int pin_is_off(const char *bdf)
{
	return !!(own_command(bdf) & PCI_COMMAND_INTX_DISABLE);
}
