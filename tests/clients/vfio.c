// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio.h"

static int checks_failed;

void die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(errno));
	exit(2);
}

void check(bool good, const char *file, int line, const char *what, long got, long wanted)
{
	if (good)
		return;
	checks_failed++;
	printf("%s:%d: %s is %ld (%s), not %ld\n", file, line, what, got,
	       got < 0 ? strerror(-got) : "", wanted);
}

void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

int checks_status(void)
{
	fflush(stdout);
	return checks_failed ? 1 : 0;
}

long ask(int fd, unsigned long cmd, void *arg)
{
	long ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

int group_of(const char *bdf)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/iommu_group",
		 strchr(bdf, ':') ? "pci" : "platform", bdf);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		die("cannot read '%s'", path);
	target[len] = 0;
	return atoi(strrchr(target, '/') + 1);
}

int group_open(const char *bdf, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/vfio/%d", group_of(bdf));
	fd = open(path, flags);
	return fd < 0 ? -errno : fd;
}

int container_open(void)
{
	int fd = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("cannot open '/dev/vfio/vfio'");
	return fd;
}

long group_attach(int group, int container)
{
	return ask(group, VFIO_GROUP_SET_CONTAINER, &container);
}

int device_get(int group, const char *bdf)
{
	return ask(group, VFIO_GROUP_GET_DEVICE_FD, (void *)bdf);
}

struct vfio vfio_open(const char *bdf)
{
	struct vfio v = { .bdf = bdf, .container = container_open() };

	v.group = group_open(bdf, O_RDWR | O_CLOEXEC);
	errno = -v.group;
	if (v.group < 0)
		die("cannot open the group of '%s'", bdf);
	if (ioctl(v.group, VFIO_GROUP_SET_CONTAINER, &v.container))
		die("cannot attach the group of '%s'", bdf);
	if (ioctl(v.container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		die("cannot set the IOMMU");
	v.device = device_get(v.group, bdf);
	errno = -v.device;
	if (v.device < 0)
		die("cannot get '%s'", bdf);
	return v;
}

void vfio_close(struct vfio *v)
{
	close(v->device);
	close(v->group);
	close(v->container);
}

void *memory_new(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("cannot have %zu bytes", size);
	return memory;
}

long dma_map(int container, const void *memory, size_t size, uint64_t iova)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = size,
	};

	return ask(container, VFIO_IOMMU_MAP_DMA, &map);
}

long dma_unmap(int container, size_t size, uint64_t iova)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};

	return ask(container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

uint64_t region(int device, uint32_t index, uint64_t *size)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info))
		die("no region %u", index);
	if (size)
		*size = info.size;
	return info.offset;
}

uint32_t read32(int device, uint64_t offset)
{
	uint32_t value;

	if (pread(device, &value, sizeof(value), offset) != sizeof(value))
		die("cannot read at %#llx", (unsigned long long)offset);
	return value;
}

void write32(int device, uint64_t offset, uint32_t value)
{
	if (pwrite(device, &value, sizeof(value), offset) != sizeof(value))
		die("cannot write at %#llx", (unsigned long long)offset);
}

void pci_enable(int device)
{
	uint64_t config = region(device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	uint16_t command;

	if (pread(device, &command, 2, config + 4) != 2)
		die("cannot read the command register");
	command |= 2 | 4;
	if (pwrite(device, &command, 2, config + 4) != 2)
		die("cannot write the command register");
}

long irq_eventfd(int device, uint32_t index, int eventfd)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd;
	} irqs = {
		.set = { .argsz = sizeof(irqs),
			 .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			 .index = index,
			 .start = 0,
			 .count = 1 },
		.fd = eventfd,
	};

	return ask(device, VFIO_DEVICE_SET_IRQS, &irqs);
}

long irq_off(int device, uint32_t index)
{
	struct vfio_irq_set set = { .argsz = sizeof(set),
				    .flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
				    .index = index };

	return ask(device, VFIO_DEVICE_SET_IRQS, &set);
}

long ledger(const char *item)
{
	FILE *f = fopen("/sys/kernel/debug/vfio/ledger", "re");
	char name[64];
	long created, destroyed, left, found = -1;

	if (!f)
		return -1;
	while (fscanf(f, "%63s %ld %ld %ld", name, &created, &destroyed, &left) == 4) {
		if (!strcmp(name, item))
			found = left;
	}
	fclose(f);
	return found;
}

bool ours(void)
{
	return access("/sys/kernel/debug/vfio/ledger", F_OK) == 0;
}

/* Files of a process that was killed go a moment after it. */
static long ledger_wait(const char *item, long wanted)
{
	long left = ledger(item);

	for (int i = 0; i < 2000 && left >= 0 && left != wanted; i++) {
		usleep(10000);
		left = ledger(item);
	}
	return left;
}

void ledger_is(const char *item, long wanted)
{
	long left = ledger_wait(item, wanted);

	if (left >= 0)
		check(left == wanted, "ledger", 0, item, left, wanted);
}

void at_rest(void)
{
	static const char *const items[] = { "containers",   "backends",     "device_files",
					     "mappings",     "pinned_pages", "domains",
					     "irq_contexts", "saved_states" };

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		ledger_is(items[i], 0);
}
