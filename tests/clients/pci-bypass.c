// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-bypass MSI MSIX: the vectors of two functions are offered to who waits for their eventfds,
 * which is what tests/modules/irq-bypass.ko does, and are his no longer than they should.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pci.h"

#define PARAMETERS "/sys/module/irq_bypass/parameters/"

static int device;
static const char *bdf;
static uint32_t index_;

static void listen_to(int fd)
{
	FILE *f = fopen(PARAMETERS "listen", "we");

	if (!f || fprintf(f, "%d", fd) < 0 || fclose(f))
		die("nobody listens to eventfds");
}

/* The interrupt that is offered now, and with @offers how many were so far. */
static long heard(unsigned int *offers)
{
	FILE *f = fopen(PARAMETERS "heard", "re");
	unsigned int count;
	int irq;

	if (!f || fscanf(f, "%d %u", &irq, offers ? offers : &count) != 2)
		die("nobody listens to eventfds");
	fclose(f);
	return irq;
}

/* The host's number of a vector that is on; -1 without. */
static long number(uint32_t vector)
{
	const char *kind = index_ == VFIO_PCI_MSIX_IRQ_INDEX ? "msix" : "msi";
	FILE *f = fopen("/proc/interrupts", "re");
	char line[4096], name[64];
	long irq = -1;

	snprintf(name, sizeof(name), "vfio-%s[%u](%s)", kind, vector, bdf);
	while (f && irq < 0 && fgets(line, sizeof(line), f))
		if (strstr(line, name))
			irq = strtol(line, NULL, 10);
	if (f)
		fclose(f);
	return irq;
}

static long set(uint32_t vector, uint32_t count, int fd, int next)
{
	struct {
		struct vfio_irq_set set;
		int32_t fds[2];
	} irqs = { .set = { .argsz = sizeof(irqs),
			    .flags = EVENTFD | TRIGGER,
			    .index = index_,
			    .start = vector,
			    .count = count },
		   .fds = { fd, next } };

	return ask(device, VFIO_DEVICE_SET_IRQS, &irqs);
}

static long loop(uint32_t vector, uint32_t count)
{
	struct vfio_irq_set loop = { .argsz = sizeof(loop),
				     .flags = NONE | TRIGGER,
				     .index = index_,
				     .start = vector,
				     .count = count };

	return ask(device, VFIO_DEVICE_SET_IRQS, &loop);
}

static void one(uint32_t vector, int a, int b)
{
	unsigned int before, after;

	listen_to(a);
	IS(heard(NULL), 0);
	IS(set(vector, 1, a, -1), 0);
	TRUE(number(vector) > 0);
	IS(heard(NULL), number(vector));
	/* The same eventfd again; and who asks vfio-pci itself is answered there. */
	heard(&before);
	IS(set(vector, 1, a, -1), 0);
	IS(heard(&after), number(vector));
	IS(after, before + 1);
	IS(loop(vector, 1), 0);
	IS(signals(a, 0), 1);
	/* Another one, for which nobody waits, then somebody does. */
	IS(set(vector, 1, b, -1), 0);
	IS(heard(NULL), 0);
	IS(loop(vector, 1), 0);
	IS(signals(a, 0), 0);
	IS(signals(b, 0), 1);
	listen_to(b);
	IS(heard(NULL), number(vector));
	IS(set(vector, 1, -1, -1), 0);
	IS(heard(NULL), 0);
	IS(set(vector, 1, b, -1), 0);
	TRUE(heard(NULL) > 0);
	IS(irq_off(device, index_), 0);
	IS(heard(NULL), 0);
}

/* Two on one eventfd: only one of them can be offered, both arrive. */
static void two(int a, int b)
{
	listen_to(b);
	IS(set(2, 2, b, b), 0);
	IS(heard(NULL), number(2));
	IS(loop(2, 2), 0);
	IS(signals(b, 0), 2);
	IS(set(3, 1, -1, -1), 0);
	IS(heard(NULL), number(2));
	IS(set(3, 1, b, -1), 0);
	IS(set(2, 1, -1, -1), 0);
	IS(heard(NULL), 0);
	IS(set(3, 1, b, -1), 0);
	IS(heard(NULL), number(3));
	/* What fails takes its offers back. */
	IS(irq_off(device, index_), 0);
	listen_to(a);
	IS(set(2, 2, a, device), -EINVAL);
	IS(heard(NULL), 0);
}

static void function(const char *name, uint32_t index, uint32_t vector, int a, int b)
{
	struct vfio v = vfio_open(name);

	bdf = name;
	index_ = index;
	device = v.device;
	one(vector, a, b);
	if (index == VFIO_PCI_MSIX_IRQ_INDEX)
		two(a, b);
	/* A file that is closed offers nothing. */
	listen_to(a);
	IS(set(vector, 1, a, -1), 0);
	IS(heard(NULL), number(vector));
	vfio_close(&v);
	IS(heard(NULL), 0);
	listen_to(-1);
}

int main(int argc, char **argv)
{
	int a = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int b = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (argc != 3)
		die("usage: pci-bypass MSI MSIX");
	function(argv[1], VFIO_PCI_MSI_IRQ_INDEX, 0, a, b);
	function(argv[2], VFIO_PCI_MSIX_IRQ_INDEX, 2, a, b);
	return checks_status();
}
