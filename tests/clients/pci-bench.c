// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-bench CARD EDU MEMORY ROUNDS: how long what a client asks of vfio-pci takes. CARD is an
 * e1000e, whose first BAR can be read and written in every width, EDU an edu, which raises an
 * interrupt when asked, MEMORY has a lot of it as BAR 2. Prints for each round of each kind its
 * name and nanoseconds for one of it, the mean of the fastest of twenty batches.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "pci.h"

#define PAGE	  4096UL
#define HUGE	  (2UL << 20)
#define LARGE	  (64UL << 20)
#define BATCHES	  20
/* The e1000e's table of multicast addresses: memory, as far as its driver is concerned. */
#define E1000_MTA 0x5200

/* One @i of @many is what is measured; @before and @after are not. */
struct kind {
	const char *name;
	void (*one)(const struct kind *kind, int i);
	int many;
	/* Of an access to the card. */
	uint32_t region;
	uint32_t at;
	size_t width;
	void (*before)(void);
	void (*after)(void);
};

static struct vfio card, edu, large;
static uint64_t regions[VFIO_PCI_NUM_REGIONS], bar_size, large_bar;
/* Addresses that nobody else has. */
static char *room;
static volatile uint32_t *edu_bar;
static int msi[2], pin;

#define CONFIG VFIO_PCI_CONFIG_REGION_INDEX
#define BAR    VFIO_PCI_BAR0_REGION_INDEX

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static void must(long ret, const char *what)
{
	errno = -ret;
	if (ret < 0)
		die("cannot %s", what);
}

/* --- regions
 * -------------------------------------------------------------------------------------- */

static void get(const struct kind *kind, int i)
{
	static char buffer[PAGE];

	(void)i;
	if (pread(card.device, buffer, kind->width, regions[kind->region] + kind->at) !=
	    (ssize_t)kind->width)
		die("cannot read for %s", kind->name);
}

static void put(const struct kind *kind, int i)
{
	uint64_t value = i;

	if (pwrite(card.device, &value, kind->width, regions[kind->region] + kind->at) !=
	    (ssize_t)kind->width)
		die("cannot write for %s", kind->name);
}

/* The command register keeps what it has: what a change costs is another matter. */
static void put_command(const struct kind *kind, int i)
{
	put(kind, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	(void)i;
}

/* Every page of a BAR that was just mapped, where huge pages fit as well. */
static void fault_all(int device, uint64_t offset, size_t size)
{
	char *at = (char *)(((uintptr_t)room + HUGE - 1) & ~(HUGE - 1));
	volatile uint32_t *map;

	map = mmap(at, size, PROT_READ, MAP_SHARED | MAP_FIXED, device, offset);
	if (map == MAP_FAILED)
		die("cannot map a BAR");
	for (size_t page = 0; page < size; page += PAGE)
		(void)map[page / sizeof(*map)];
	if (mmap(at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
		die("cannot keep room");
}

static void fault_card(const struct kind *kind, int i)
{
	(void)kind, (void)i;
	fault_all(card.device, regions[BAR], bar_size);
}

static void fault_large(const struct kind *kind, int i)
{
	(void)kind, (void)i;
	fault_all(large.device, large_bar, LARGE);
}

/* One register is all that is wanted. */
static void fault_once(const struct kind *kind, int i)
{
	(void)kind, (void)i;
	fault_all(card.device, regions[BAR], PAGE);
}

/* --- interrupts
 * ----------------------------------------------------------------------------------- */

static void set_irqs(uint32_t index, uint32_t flags, uint32_t count, int fd)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} irqs = { .set = { .argsz = sizeof(irqs), .flags = flags, .index = index, .count = count },
		   .fd = fd };

	must(ask(edu.device, VFIO_DEVICE_SET_IRQS, &irqs), "set an interrupt");
}

static void set_msi(uint32_t flags, uint32_t count, int fd)
{
	set_irqs(VFIO_PCI_MSI_IRQ_INDEX, flags, count, fd);
}

static void set_intx(uint32_t flags, uint32_t count, int fd)
{
	set_irqs(VFIO_PCI_INTX_IRQ_INDEX, flags, count, fd);
}

static void msi_off(void)
{
	set_msi(NONE | TRIGGER, 0, -1);
}

static void intx_on(void)
{
	set_intx(EVENTFD | TRIGGER, 1, pin);
}

static void intx_off(void)
{
	set_intx(NONE | TRIGGER, 0, -1);
}

static void msi_on_off(const struct kind *kind, int i)
{
	(void)kind;
	set_msi(EVENTFD | TRIGGER, 1, msi[i % 2]);
	msi_off();
}

static void msi_swap(const struct kind *kind, int i)
{
	(void)kind;
	set_msi(EVENTFD | TRIGGER, 1, msi[i % 2]);
}

static void msi_trigger(const struct kind *kind, int i)
{
	(void)kind, (void)i;
	set_msi(NONE | TRIGGER, 1, -1);
}

static void intx_on_off(const struct kind *kind, int i)
{
	(void)kind, (void)i;
	intx_on();
	intx_off();
}

static void intx_mask(const struct kind *kind, int i)
{
	(void)kind;
	set_intx(NONE | (i % 2 ? UNMASK : MASK), 1, -1);
}

/* The device's interrupt, up to whoever waits for the eventfd. */
static void raise_and_wait(int fd)
{
	uint64_t count;

	edu_bar[EDU_RAISE / 4] = 1;
	if (read(fd, &count, sizeof(count)) != sizeof(count))
		die("cannot read an eventfd");
	edu_bar[EDU_ACK / 4] = 1;
}

static void msi_on(void)
{
	set_msi(EVENTFD | TRIGGER, 1, msi[0]);
}

static void msi_latency(const struct kind *kind, int i)
{
	(void)kind, (void)i;
	raise_and_wait(msi[0]);
}

static void intx_latency(const struct kind *kind, int i)
{
	(void)kind, (void)i;
	raise_and_wait(pin);
	set_intx(NONE | UNMASK, 1, -1);
}

/* --- the device
 * ----------------------------------------------------------------------------------- */

static void get_info(const struct kind *kind, int i)
{
	struct vfio_device_info device = { .argsz = sizeof(device) };
	struct vfio_region_info bar = { .argsz = sizeof(bar) };
	struct vfio_irq_info irq = { .argsz = sizeof(irq), .index = VFIO_PCI_MSI_IRQ_INDEX };

	(void)kind, (void)i;
	must(ask(card.device, VFIO_DEVICE_GET_INFO, &device), "ask about the device");
	must(ask(card.device, VFIO_DEVICE_GET_REGION_INFO, &bar), "ask about a region");
	must(ask(card.device, VFIO_DEVICE_GET_IRQ_INFO, &irq), "ask about an interrupt");
}

static void reset(const struct kind *kind, int i)
{
	(void)kind, (void)i;
	must(ask(card.device, VFIO_DEVICE_RESET, NULL), "reset");
}

static void open_close(const struct kind *kind, int i)
{
	int fd = device_get(card.group, card.bdf);

	(void)kind, (void)i;
	must(fd, "get the device");
	close(fd);
}

static void card_close(void)
{
	close(card.device);
}

static void card_open(void)
{
	card.device = device_get(card.group, card.bdf);
	must(card.device, "get the device");
	pci_enable(card.device);
}

/* At @at of a region of the card. */
#define IN(index, offset, bytes) .region = (index), .at = (offset), .width = (bytes)

static const struct kind kinds[] = {
	{ "config-read-1", get, 10000, IN(CONFIG, PCI_REVISION_ID, 1) },
	{ "config-read-2", get, 10000, IN(CONFIG, PCI_COMMAND, 2) },
	{ "config-read-4", get, 10000, IN(CONFIG, PCI_VENDOR_ID, 4) },
	{ "config-read-256", get, 500, IN(CONFIG, 0, PCI_CFG_SPACE_SIZE) },
	{ "config-write-1", put, 10000, IN(CONFIG, PCI_INTERRUPT_LINE, 1) },
	{ "config-write-2", put_command, 10000, IN(CONFIG, PCI_COMMAND, 2) },
	{ "config-write-4", put, 10000, IN(CONFIG, PCI_BASE_ADDRESS_0, 4) },
	{ "region-read-1", get, 10000, IN(BAR, E1000_MTA, 1) },
	{ "region-read-2", get, 10000, IN(BAR, E1000_MTA, 2) },
	{ "region-read-4", get, 10000, IN(BAR, E1000_MTA, 4) },
	{ "region-read-8", get, 10000, IN(BAR, E1000_MTA, 8) },
	{ "region-read-512", get, 1000, IN(BAR, E1000_MTA, 512) },
	{ "region-write-1", put, 10000, IN(BAR, E1000_MTA, 1) },
	{ "region-write-2", put, 10000, IN(BAR, E1000_MTA, 2) },
	{ "region-write-4", put, 10000, IN(BAR, E1000_MTA, 4) },
	{ "region-write-8", put, 10000, IN(BAR, E1000_MTA, 8) },
	{ "map-4k", .one = fault_once, .many = 1000 },
	{ "map-128k", .one = fault_card, .many = 500 },
	{ "map-64m", .one = fault_large, .many = 8 },
	{ "info", .one = get_info, .many = 5000 },
	{ "msi-on-off", .one = msi_on_off, .many = 100 },
	{ "msi-swap", msi_swap, 2000, .before = msi_on },
	{ "msi-trigger", .one = msi_trigger, .many = 10000 },
	{ "msi-latency", msi_latency, 2000, .before = msi_on, .after = msi_off },
	{ "intx-on-off", .one = intx_on_off, .many = 100 },
	{ "intx-mask", intx_mask, 5000, .before = intx_on },
	{ "intx-latency", intx_latency, 2000, .after = intx_off },
	{ "reset", .one = reset, .many = 6 },
	{ "open-close", open_close, 10, .before = card_close, .after = card_open },
};

/* Whatever else the machine did, there was a time when it did the least of it. */
static double fastest(const struct kind *kind)
{
	int batches = kind->many < BATCHES ? kind->many : BATCHES, of = kind->many / batches;
	double best = 0, start, mean;
	int batch, i;

	for (batch = 0; batch < batches; batch++) {
		start = now_ns();
		for (i = 0; i < of; i++)
			kind->one(kind, i);
		mean = (now_ns() - start) / of;
		if (!batch || mean < best)
			best = mean;
	}
	return best;
}

static void measure(const struct kind *kind)
{
	if (kind->before)
		kind->before();
	printf("%s %.0f\n", kind->name, fastest(kind));
	if (kind->after)
		kind->after();
}

static struct vfio join(const struct vfio *first, const char *bdf)
{
	struct vfio v = { .container = first->container, .bdf = bdf };

	v.group = group_open(bdf, O_RDWR | O_CLOEXEC);
	must(v.group, "open another group");
	must(group_attach(v.group, v.container), "attach another group");
	v.device = device_get(v.group, bdf);
	must(v.device, "get another device");
	pci_enable(v.device);
	return v;
}

static void setup(const char *card_bdf, const char *edu_bdf, const char *large_bdf)
{
	uint32_t i;

	card = vfio_open(card_bdf);
	pci_enable(card.device);
	edu = join(&card, edu_bdf);
	large = join(&card, large_bdf);
	large_bar = region(large.device, VFIO_PCI_BAR2_REGION_INDEX, NULL);
	room = mmap(NULL, LARGE + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		die("cannot have room");
	for (i = 0; i < VFIO_PCI_VGA_REGION_INDEX; i++)
		regions[i] = region(card.device, i, i == BAR ? &bar_size : NULL);
	edu_bar = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, edu.device,
		       region(edu.device, BAR, NULL));
	if (edu_bar == MAP_FAILED)
		die("cannot map the edu");
	msi[0] = eventfd(0, EFD_CLOEXEC);
	msi[1] = eventfd(0, EFD_CLOEXEC);
	pin = eventfd(0, EFD_CLOEXEC);
}

int main(int argc, char **argv)
{
	int rounds;
	size_t i;

	if (argc != 5)
		die("usage: pci-bench CARD EDU MEMORY ROUNDS");
	setup(argv[1], argv[2], argv[3]);
	for (rounds = atoi(argv[4]); rounds > 0; rounds--) {
		for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			measure(&kinds[i]);
	}
	return 0;
}
