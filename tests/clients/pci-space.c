// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-space BDF WHAT: the function of tests/modules/fake-pci.c, whose configuration space is what
 * is written here, as vfio-pci shows it:
 *
 * - hidden: a list of extended capabilities that begins with one nobody knows
 * - refused: an open that fails half-way leaves nothing for the next one
 * - asleep: registers kept while the function sleeps are given back, however it ends, also when it
 *   does not sleep after all
 * - express: the user's choices in the capability of PCI Express reach the function by the host
 * - lies [NUMBER]: so many spaces that lie, opened, read and written
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio.h"

#define SPACE 4096
#define PM    0x40
#define MSI   0x50
#define EXP   0x70

static uint8_t space[SPACE], original[SPACE];
static int file;
static struct vfio v;
static uint64_t config;

static void put(unsigned int at, unsigned int width, uint32_t value)
{
	memcpy(space + at, &value, width);
}

static void space_set(void)
{
	if (pwrite(file, space, SPACE, 0) != SPACE)
		die("cannot set the configuration space");
}

static uint32_t space_get(unsigned int at, unsigned int width)
{
	uint32_t value = 0;

	if (pread(file, &value, width, at) != (ssize_t)width)
		die("cannot read the configuration space");
	return value;
}

static uint32_t cfg(unsigned int at, unsigned int width)
{
	uint32_t value = 0;

	IS(pread(v.device, &value, width, config + at), width);
	return value;
}

static void cfg_write(unsigned int at, unsigned int width, uint32_t value)
{
	IS(pwrite(v.device, &value, width, config + at), width);
}

/* The device of a group that is open: its descriptor or -errno. */
static int again(void)
{
	v.device = device_get(v.group, v.bdf);
	return v.device < 0 ? v.device : 0;
}

/* Hidden is its identity, not the way to the rest; and what it has is neither read nor written. */
static void hidden(void)
{
	static const uint32_t ids[] = { 0x7777, PCI_EXT_CAP_ID_DOE, 0xffff };

	for (unsigned int i = 0; i < 3; i++) {
		put(0x100, 4, ids[i] | 1u << 16 | 0x150u << 20);
		put(0x104, 4, 0x11223344);
		put(0x150, 4, PCI_EXT_CAP_ID_DSN | 1u << 16);
		put(0x154, 4, 0x55667788);
		space_set();
		IS(again(), 0);
		IS(cfg(0x100, 4), 0x150u << 20);
		IS(cfg(0x100, 2), 0);
		IS(cfg(0x104, 4), 0);
		cfg_write(0x100, 4, ~0u);
		cfg_write(0x104, 4, ~0u);
		IS(cfg(0x100, 4), 0x150u << 20);
		IS(space_get(0x104, 4), 0x11223344);
		IS(cfg(0x150, 4), PCI_EXT_CAP_ID_DSN | 1u << 16);
		IS(cfg(0x154, 4), 0x55667788);
		close(v.device);
	}
	/* Nobody answers there: that is no list, and is not shown as one. */
	put(0x100, 4, ~0u);
	space_set();
	IS(again(), 0);
	IS(cfg(0x100, 4), 0);
	close(v.device);
}

static void whole(void)
{
	IS(cfg(PCI_VENDOR_ID, 4), 0xfa4e1234);
	IS(cfg(PM, 1), PCI_CAP_ID_PM);
	IS(cfg(MSI, 1), PCI_CAP_ID_MSI);
	cfg_write(MSI + PCI_MSI_ADDRESS_LO, 4, 0xfee01000);
	IS(cfg(MSI + PCI_MSI_ADDRESS_LO, 4), 0xfee01000);
	IS(space_get(MSI + PCI_MSI_ADDRESS_LO, 4), 0);
	IS(cfg(0xffc, 4), 0);
}

/* What was a function when it was found now says that it is a bridge. */
static void refused(void)
{
	for (unsigned int i = 0; i < 5; i++) {
		put(PCI_HEADER_TYPE, 1, PCI_HEADER_TYPE_BRIDGE);
		space_set();
		IS(again(), -EINVAL);
		IS(again(), -EINVAL);
		ledger_is("device_files", 0);
		put(PCI_HEADER_TYPE, 1, PCI_HEADER_TYPE_NORMAL);
		space_set();
		IS(again(), 0);
		whole();
		close(v.device);
	}
}

static void sleep_on(void)
{
	/* It loses its registers when it wakes up. */
	put(PM + PCI_PM_CTRL, 2, 0);
	space_set();
	cfg_write(PM + PCI_PM_CTRL, 2, 3);
	IS(cfg(PM + PCI_PM_CTRL, 2) & 3, 3);
	ledger_is("saved_states", 1);
}

static void sleepless(bool on)
{
	int fd = open("/sys/kernel/debug/fake-pci/sleepless", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, on ? "Y" : "N", 1) != 1)
		die("cannot keep the function awake");
	close(fd);
}

/* It does not go to sleep: nothing is kept, and it gets nothing back that is out of date. */
static void awake(void)
{
	IS(again(), 0);
	sleepless(true);
	for (unsigned int i = 0; i < 3 && !checks_status(); i++) {
		put(PM + PCI_PM_CTRL, 2, 0);
		put(PCI_INTERRUPT_LINE, 1, i);
		space_set();
		cfg_write(PM + PCI_PM_CTRL, 2, 3);
		IS(cfg(PM + PCI_PM_CTRL, 2) & 3, 0);
		ledger_is("saved_states", 0);
	}
	sleepless(false);
	sleep_on();
	cfg_write(PM + PCI_PM_CTRL, 2, 0);
	IS(space_get(PCI_INTERRUPT_LINE, 1), 2);
	close(v.device);
	ledger_is("saved_states", 0);
}

static void asleep(void)
{
	for (unsigned int i = 0; i < 20 && !checks_status(); i++) {
		IS(again(), 0);
		sleep_on();
		cfg_write(PM + PCI_PM_CTRL, 2, 0);
		IS(cfg(PM + PCI_PM_CTRL, 2) & 3, 0);
		ledger_is("saved_states", 0);
		sleep_on();
		cfg_write(PM + PCI_PM_CTRL, 2, 3);
		ledger_is("saved_states", 1);
		/* Closed asleep. */
		close(v.device);
		ledger_is("saved_states", 0);
	}
	awake();
}

/* Of the read requests the size, which is let through; a reset that it does not have is not. */
static void express(void)
{
	unsigned int control = EXP + PCI_EXP_DEVCTL;

	IS(again(), 0);
	cfg_write(control, 2, PCI_EXP_DEVCTL_READRQ_512B | PCI_EXP_DEVCTL_BCR_FLR);
	IS(cfg(control, 2), PCI_EXP_DEVCTL_READRQ_512B);
	IS(space_get(control, 2), PCI_EXP_DEVCTL_READRQ_512B);
	/* No such size. */
	cfg_write(control, 2, 0x6000);
	IS(space_get(control, 2), PCI_EXP_DEVCTL_READRQ_512B);
	/* What the bus can take is not the user's to choose. */
	cfg_write(control, 2, PCI_EXP_DEVCTL_READRQ_256B | PCI_EXP_DEVCTL_PAYLOAD_512B);
	IS(space_get(control, 2), PCI_EXP_DEVCTL_READRQ_256B);
	close(v.device);
}

static uint32_t state = 1;

static uint32_t roll(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void lie(void)
{
	unsigned int i, at;

	for (i = 0; i < SPACE; i += 4)
		put(i, 4, roll());
	/* Nobody opens a bridge, or what seems to be gone. */
	put(PCI_VENDOR_ID, 4, 0xfa4e1234);
	put(PCI_HEADER_TYPE, 1, roll() & 0x80);
	space[PCI_STATUS] |= PCI_STATUS_CAP_LIST;
	for (i = roll() % 48; i; i--) {
		at = 0x40 + roll() % 48 * 4;
		put(at, 2, roll() % 0x18 | (roll() & 0xff) << 8);
	}
	for (i = 0; i < 64; i++) {
		at = i ? 0x100 + roll() % 0x3c0 * 4 : 0x100;
		put(at, 4, roll() % 0x36 | (roll() & 3) << 16 | roll() << 20);
	}
	space_set();
}

static void poke(void)
{
	uint8_t buf[64];
	unsigned int pos, count, left;

	for (unsigned int i = 0; i < sizeof(buf); i++)
		buf[i] = roll();
	pos = roll() % SPACE;
	count = 1 + roll() % (roll() % 4 ? 8 : sizeof(buf));
	left = SPACE - pos < count ? SPACE - pos : count;
	IS(pwrite(v.device, buf, count, config + pos), left);
	IS(pread(v.device, buf, count, config + pos), left);
}

static void lies(unsigned int number)
{
	uint8_t whole_space[SPACE];

	for (unsigned int i = 0; i < number; i++) {
		lie();
		IS(again(), 0);
		IS(pread(v.device, whole_space, SPACE, config), SPACE);
		for (unsigned int j = 0; j < 16; j++)
			poke();
		IS(pread(v.device, whole_space, 4, config + SPACE), -1);
		IS(pwrite(v.device, whole_space, 4, config + SPACE), -1);
		lie();
		for (unsigned int j = 0; j < 4; j++)
			poke();
		close(v.device);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3)
		die("usage: pci-space BDF hidden|refused|asleep|express|lies [NUMBER]");
	file = open("/sys/kernel/debug/fake-pci/space", O_RDWR | O_CLOEXEC);
	if (file < 0 || pread(file, original, SPACE, 0) != SPACE)
		die("no fake function");
	memcpy(space, original, SPACE);
	v = vfio_open(argv[1]);
	config = region(v.device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	close(v.device);
	if (!strcmp(argv[2], "hidden"))
		hidden();
	else if (!strcmp(argv[2], "refused"))
		refused();
	else if (!strcmp(argv[2], "asleep"))
		asleep();
	else if (!strcmp(argv[2], "express"))
		express();
	else
		lies(argc > 3 ? atoi(argv[3]) : 100);
	memcpy(space, original, SPACE);
	space_set();
	close(v.group);
	close(v.container);
	at_rest();
	return checks_status();
}
