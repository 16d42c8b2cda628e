// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth BDF [OPERATION...]: each operation again and again, while its first, second, third ...
 * allocation or copy fails, until it ends without a failure. Whatever it answers, nothing may be
 * left behind, and afterwards everything must work. Wants a kernel with fault injection.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "type1.h"
#include "vfio.h"

#define PAGE	 4096UL
#define SIZE	 (3UL << 20)
#define IOVA	 0x10000000UL
#define MOST	 5000
#define DEPTH	 "11"
#define EDU_ID	 0x010000ed
#define BAR_SIZE (1UL << 20)

/* How far the way from nothing to DMA was gone before an operation. */
enum level { NOTHING, OPENED, ATTACHED, MODEL, DEVICE, MAPPED, IRQS };

static const char *bdf;
static struct vfio v;
static char *memory;
static int event, fault_fd;

/* --- faults on demand --- */

static void fault_arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fault_fd, text, len, 0) != len)
		die("cannot ask for a fault");
}

/* Reading and writing the file fails by such a fault as well: then it had not come yet. */
static bool fault_came(void)
{
	char text[16] = "";
	bool came = pread(fault_fd, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;

	while (pwrite(fault_fd, "0", 1, 0) != 1)
		;
	return came;
}

static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void fault_attribute(const char *kind, const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", kind, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die("cannot set '%s'", path);
	close(fd);
}

/*
 * Only what a module called for fails, and not far below it: the kernel is not what is tested, and
 * its interpreter of ACPI, which turning a device on and off comes to, uses freed memory then.
 */
static void fault_init(void)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		fault_attribute(kinds[i], "verbose", "0");
		fault_attribute(kinds[i], "stacktrace-depth", DEPTH);
		fault_attribute(kinds[i], "require-start", "0xffffffffa0000000");
		fault_attribute(kinds[i], "require-end", "0xffffffffff000000");
	}
	fault_attribute("failslab", "ignore-gfp-wait", "N");
	fault_attribute("fail_page_alloc", "ignore-gfp-wait", "N");
	fault_attribute("fail_page_alloc", "ignore-gfp-highmem", "N");
	fault_attribute("fail_page_alloc", "min-order", "0");
	fault_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fault_fd < 0)
		die("this kernel has no faults on demand");
}

static unsigned long give_back_start, give_back_end;

/*
 * The kernel's own function that puts a group under another domain. It warns when a driver of an
 * IOMMU finds no memory while a group is given back, where nobody can do anything about it.
 */
static void give_back_find(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], name[256];
	unsigned long address;

	while (f && !give_back_end && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx %*c %255s", &address, name) != 2)
			continue;
		if (give_back_start && address > give_back_start)
			give_back_end = address;
		if (!strncmp(name, "__iommu_group_set_domain_internal", 33))
			give_back_start = address;
	}
	if (!give_back_end)
		die("cannot find a function in '/proc/kallsyms'");
	fclose(f);
}

static void fault_spare_give_back(bool spare)
{
	char start[32], end[32];

	snprintf(start, sizeof(start), "%#lx", spare ? give_back_start : 0);
	snprintf(end, sizeof(end), "%#lx", spare ? give_back_end : 0);
	for (size_t i = 0; i < N_KINDS; i++) {
		fault_attribute(kinds[i], "reject-start", start);
		fault_attribute(kinds[i], "reject-end", end);
	}
}

/* --- the way from nothing to DMA --- */

static void enter(enum level level)
{
	v = (struct vfio){ .container = -1, .group = -1, .device = -1, .bdf = bdf };
	if (level >= OPENED) {
		v.container = container_open();
		v.group = group_open(bdf, O_RDWR | O_CLOEXEC);
		TRUE(v.group >= 0);
	}
	if (level >= ATTACHED)
		IS(group_attach(v.group, v.container), 0);
	if (level >= MODEL)
		IS(ask(v.container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU), 0);
	if (level >= DEVICE) {
		v.device = device_get(v.group, bdf);
		TRUE(v.device >= 0);
		pci_enable(v.device);
	}
	if (level >= MAPPED)
		IS(dma_map(v.container, memory, SIZE, IOVA), 0);
	if (level >= IRQS)
		IS(irq_eventfd(v.device, VFIO_PCI_MSI_IRQ_INDEX, event), 0);
}

static void leave(void)
{
	close(v.device);
	close(v.group);
	close(v.container);
}

/* --- operations --- */

static void open_container(void)
{
	v.container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
}

static void open_group(void)
{
	v.group = group_open(bdf, O_RDWR | O_CLOEXEC);
}

static void group_status(void)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	ask(v.group, VFIO_GROUP_GET_STATUS, &status);
}

static void set_container(void)
{
	group_attach(v.group, v.container);
}

static void unset_container(void)
{
	ask(v.group, VFIO_GROUP_UNSET_CONTAINER, NULL);
}

static void set_iommu(void)
{
	ask(v.container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU);
}

static void get_device(void)
{
	v.device = device_get(v.group, bdf);
}

static void check_extension(void)
{
	ask(v.container, VFIO_CHECK_EXTENSION, (void *)VFIO_DMA_CC_IOMMU);
}

static void iommu_info(void)
{
	static char buf[4096] __attribute__((aligned(8)));
	struct vfio_iommu_type1_info *info = (void *)buf;

	info->argsz = sizeof(buf);
	ask(v.container, VFIO_IOMMU_GET_INFO, info);
}

static void map(void)
{
	dma_map(v.container, memory, SIZE, IOVA);
}

static void unmap(void)
{
	dma_unmap(v.container, SIZE, IOVA);
}

static void unmap_all(void)
{
	unmapped(v.container, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0);
}

static void device_info(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	ask(v.device, VFIO_DEVICE_GET_INFO, &info);
}

static void region_infos(void)
{
	struct vfio_region_info info = { .argsz = sizeof(info) };

	for (info.index = 0; info.index < VFIO_PCI_NUM_REGIONS; info.index++) {
		info.argsz = sizeof(info);
		ask(v.device, VFIO_DEVICE_GET_REGION_INFO, &info);
	}
}

static void irq_infos(void)
{
	struct vfio_irq_info info = { .argsz = sizeof(info) };

	for (info.index = 0; info.index < VFIO_PCI_NUM_IRQS; info.index++)
		ask(v.device, VFIO_DEVICE_GET_IRQ_INFO, &info);
}

static void hot_reset_info(void)
{
	static char buf[1024] __attribute__((aligned(8)));
	struct vfio_pci_hot_reset_info *info = (void *)buf;

	info->argsz = sizeof(buf);
	ask(v.device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, info);
}

static void intx_on(void)
{
	irq_eventfd(v.device, VFIO_PCI_INTX_IRQ_INDEX, event);
}

static void msi_on(void)
{
	irq_eventfd(v.device, VFIO_PCI_MSI_IRQ_INDEX, event);
}

static void msi_off(void)
{
	irq_eventfd(v.device, VFIO_PCI_MSI_IRQ_INDEX, -1);
}

static void request_on(void)
{
	irq_eventfd(v.device, VFIO_PCI_REQ_IRQ_INDEX, event);
}

static void reset(void)
{
	ask(v.device, VFIO_DEVICE_RESET, NULL);
}

static uint64_t config_at(unsigned int offset)
{
	return ((uint64_t)VFIO_PCI_CONFIG_REGION_INDEX << 40) + offset;
}

static void config_access(void)
{
	char bytes[64];
	uint16_t command = 6;

	if (pread(v.device, bytes, sizeof(bytes), config_at(0)) < 0 ||
	    pwrite(v.device, &command, 2, config_at(4)) < 0)
		return;
}

static void bar_access(void)
{
	uint32_t id = 0;

	if (pread(v.device, &id, 4, 0) == 4)
		IS(id, EDU_ID);
}

static void bar_map(void)
{
	void *bar = mmap(NULL, BAR_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, v.device, 0);

	if (bar != MAP_FAILED)
		munmap(bar, BAR_SIZE);
}

static void close_device(void)
{
	close(v.device);
	v.device = -1;
}

static void close_group(void)
{
	close(v.group);
	v.group = -1;
}

static void close_container(void)
{
	close(v.container);
	v.container = -1;
}

static void close_all(void)
{
	close_container();
	close_group();
	close_device();
}

static int unbind_fd, bind_fd;

static void unbind(void)
{
	if (pwrite(unbind_fd, bdf, strlen(bdf), 0) < 0)
		return;
}

static void bind(void)
{
	if (pwrite(bind_fd, bdf, strlen(bdf), 0) < 0)
		return;
}

/* Out of the way, so that bind has something to do. */
static void unbound(void)
{
	unbind();
}

static const struct operation {
	const char *name;
	enum level level;
	void (*run)(void);
	void (*before)(void);
	/* A group is given back to the kernel by it. */
	bool gives_back;
} operations[] = {
	{ "open-container", NOTHING, open_container, NULL, false },
	{ "open-group", NOTHING, open_group, NULL, false },
	{ "group-status", OPENED, group_status, NULL, false },
	{ "set-container", OPENED, set_container, NULL, false },
	{ "unset-container", ATTACHED, unset_container, NULL, true },
	{ "unset-container-model", MODEL, unset_container, NULL, true },
	{ "set-iommu", ATTACHED, set_iommu, NULL, false },
	{ "check-extension", MODEL, check_extension, NULL, false },
	{ "iommu-info", MODEL, iommu_info, NULL, false },
	{ "map", MODEL, map, NULL, false },
	{ "unmap", MAPPED, unmap, NULL, false },
	{ "unmap-all", MAPPED, unmap_all, NULL, false },
	{ "get-device", MODEL, get_device, NULL, false },
	{ "get-device-mapped", DEVICE, get_device, close_device, false },
	{ "device-info", DEVICE, device_info, NULL, false },
	{ "region-info", DEVICE, region_infos, NULL, false },
	{ "irq-info", DEVICE, irq_infos, NULL, false },
	{ "hot-reset-info", DEVICE, hot_reset_info, NULL, false },
	{ "intx", DEVICE, intx_on, NULL, false },
	{ "msi", DEVICE, msi_on, NULL, false },
	{ "msi-again", IRQS, msi_on, NULL, false },
	{ "msi-off", IRQS, msi_off, NULL, false },
	{ "request", DEVICE, request_on, NULL, false },
	{ "reset", DEVICE, reset, NULL, false },
	{ "config", DEVICE, config_access, NULL, false },
	{ "bar", DEVICE, bar_access, NULL, false },
	{ "bar-map", DEVICE, bar_map, NULL, false },
	{ "close-device", IRQS, close_device, NULL, true },
	{ "close-group", IRQS, close_group, NULL, true },
	{ "close-container", IRQS, close_container, NULL, true },
	{ "close-all", IRQS, close_all, NULL, true },
	{ "unbind", NOTHING, unbind, NULL, true },
	{ "unbind-held", IRQS, unbind, NULL, true },
	{ "bind", NOTHING, bind, unbound, false },
};

/* Returns how many faults came. */
static unsigned int fail_each(const struct operation *op)
{
	unsigned int nth;
	bool came;

	fault_spare_give_back(op->gives_back);
	for (nth = 1; nth <= MOST; nth++) {
		enter(op->level);
		if (op->before)
			op->before();
		fault_arm(nth);
		op->run();
		came = fault_came();
		leave();
		/* Whatever a failed unbind or bind left: without faults it works. */
		if (op->run == unbind || op->run == bind) {
			unbind();
			bind();
		}
		at_rest();
		if (!came || checks_status())
			return nth - 1;
	}
	TRUE(nth <= MOST);
	return nth;
}

/* After all that went wrong, nothing does. */
static void reuse(void)
{
	enter(IRQS);
	bar_access();
	IS(dma_map(v.container, memory, SIZE, IOVA), -EEXIST);
	IS(unmapped(v.container, 0, IOVA, SIZE), SIZE);
	leave();
	at_rest();
}

static int sysfs_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		die("cannot open '%s'", path);
	return fd;
}

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], name))
			return true;
	}
	return argc == 2;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		die("usage: failnth BDF [OPERATION...]");
	bdf = argv[1];
	memory = memory_new(SIZE);
	memset(memory, 1, SIZE);
	event = eventfd(0, EFD_CLOEXEC);
	unbind_fd = sysfs_file("/sys/bus/pci/drivers/vfio-pci/unbind");
	bind_fd = sysfs_file("/sys/bus/pci/drivers/vfio-pci/bind");
	give_back_find();
	fault_init();
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (!wanted(operations[i].name, argc, argv))
			continue;
		fprintf(stderr, "%s: %u faults\n", operations[i].name, fail_each(&operations[i]));
		reuse();
		if (checks_status()) {
			printf("after faults in %s\n", operations[i].name);
			break;
		}
	}
	return checks_status();
}
