// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-error BDF harmless|back|gone: somebody else injects an error into the function, a virtio
 * device, once it says "ready". Its user hears of it, once. After a harmless one all is as it was.
 * Others cost the link: the function is reset, nobody can reach it meanwhile, and then it is back,
 * by itself or, where the host could not restore the link, after a reset of its user's. Then it
 * says "again": of a second error, which comes before a line on standard input does, it hears
 * nothing.
 */
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

/* BAR 1 begins with the vectors, which are only shown to who maps them. */
#define ADDRESS 0
#define DATA	8
#define CONTROL 12

static int device;
static uint64_t config, bar4;
static volatile uint8_t *common, *vectors;

static int64_t look(volatile uint8_t *at)
{
	return touch((volatile uint32_t *)at);
}

static int64_t status(void)
{
	int64_t word = look(common + VIRTIO_STATUS);

	return word < 0 ? word : word & 0xff;
}

/* As soon as it can be touched at all; 30 s are enough for the host to give up. */
static int64_t first_answer(void)
{
	int64_t answer = status();

	for (int i = 0; i < 300 && answer < 0; i++) {
		usleep(100000);
		answer = status();
	}
	return answer;
}

/* Too early: the host is about to reset the link. A slow machine can be too late to be told so. */
static bool refused(void)
{
	long answer = ask(device, VFIO_DEVICE_RESET, NULL);

	if (answer == -EAGAIN) {
		say("refused");
		return true;
	}
	IS(answer, 0);
	pci_enable(device);
	return false;
}

static void comes_back(bool by_itself)
{
	uint32_t word;

	if (by_itself || !refused()) {
		IS(first_answer(), 0);
		return;
	}
	IS(first_answer(), -1);
	IS(pread(device, &word, sizeof(word), bar4), -1);
	IS(errno, EIO);
	IS(irq_eventfd(device, VFIO_PCI_MSIX_IRQ_INDEX, -1), -EIO);
	IS(ask(device, VFIO_DEVICE_RESET, NULL), 0);
	pci_enable(device);
	/* It was reset indeed. */
	IS(status(), 0);
}

static void struck(const char *how, int error)
{
	int64_t address = look(vectors + ADDRESS), data = look(vectors + DATA);
	uint64_t msix = config + capability(device, PCI_CAP_ID_MSIX);

	common[VIRTIO_STATUS] = 1;
	say("ready");
	IS(signals(error, 60000), 1);
	if (!strcmp(how, "harmless"))
		IS(status(), 1);
	else
		comes_back(!strcmp(how, "back"));
	/* Its vector is on, and where it was. */
	IS(read32(device, msix) >> 16 & PCI_MSIX_FLAGS_ENABLE, PCI_MSIX_FLAGS_ENABLE);
	TRUE(address > 0);
	IS(look(vectors + ADDRESS), address);
	IS(look(vectors + DATA), data);
	IS(look(vectors + CONTROL), 0);
	IS(read32(device, config + PCI_COMMAND) & PCI_COMMAND_MEMORY, PCI_COMMAND_MEMORY);
	common[VIRTIO_STATUS] = 1;
	IS(status(), 1);
}

static volatile uint8_t *mapped(uint32_t bar, uint64_t *offset)
{
	uint64_t size;
	void *at;

	*offset = region(device, bar, &size);
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, device, *offset);
	if (at == MAP_FAILED)
		die("cannot map BAR %u", bar);
	return at;
}

int main(int argc, char **argv)
{
	int error = eventfd(0, EFD_CLOEXEC), vector = eventfd(0, EFD_CLOEXEC);
	uint64_t bar1;
	struct vfio v;

	if (argc != 3)
		die("usage: pci-error BDF harmless|back|gone");
	v = vfio_open(argv[1]);
	device = v.device;
	config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	vectors = mapped(VFIO_PCI_BAR1_REGION_INDEX, &bar1);
	common = mapped(VFIO_PCI_BAR4_REGION_INDEX, &bar4);
	pci_enable(device);
	IS(irq_eventfd(device, VFIO_PCI_MSIX_IRQ_INDEX, vector), 0);
	IS(irq_eventfd(device, VFIO_PCI_ERR_IRQ_INDEX, error), 0);
	struck(argv[2], error);
	/* Newer kernels also tell when they have given up. */
	signals(error, 0);
	IS(irq_off(device, VFIO_PCI_ERR_IRQ_INDEX), 0);
	say("again");
	IS(getchar(), '\n');
	IS(signals(error, 0), 0);
	vfio_close(&v);
	if (!checks_status())
		say("good");
	return checks_status();
}
