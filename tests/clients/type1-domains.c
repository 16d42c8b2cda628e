// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-domains [unsafe|lost]: groups of one container that do not fit into one IOMMU domain. Each
 * domain maps the same at any time, also when the IOMMU fails halfway through. The devices and what
 * is peculiar about them are those of tests/modules/fake-iommu.c. True of the stock backend in all
 * but what it does when an unmap fails; "lost" asks for that. "unsafe" wants interrupts that are
 * not remapped to be refused.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "type1.h"
#include "vfio.h"

#define PAGE  4096UL
#define HUGE  (2UL << 20)
#define DEBUG "/sys/kernel/debug/fake-iommu/"

/* The devices */
enum {
	PLAIN,
	BESIDE,	  /* cannot be made coherent: another domain */
	COARSE,	  /* pages of 64 KiB and more: another unit */
	ALIKE,	  /* like PLAIN */
	HOLED,	  /* like PLAIN, HOLE is reserved */
	LOW,	  /* 32 bits of address, another unit */
	BYPASS,	  /* not coherent */
	DOORBELL, /* doorbells are mapped by the kernel */
	TABLED,	  /* so they could be, but the hardware knows them */
	RELAXED,  /* like PLAIN, HOLE was reserved for firmware that is done with it */
};
#define HOLE 0x8000000UL

/* A mapping that there should be */
struct mapped {
	uint64_t iova;
	const char *memory;
	size_t size;
	int prot;
};

static char *name(int device)
{
	static char names[16][16];

	snprintf(names[device], sizeof(names[device]), "vfio-fake.%d", device);
	return names[device];
}

static void set(const char *file, long value)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), DEBUG "%s", file);
	f = fopen(path, "we");
	if (!f || fprintf(f, "%ld", value) < 0 || fclose(f))
		die("cannot write '%s'", path);
}

static long get(const char *file)
{
	char path[64];
	long value;
	FILE *f;

	snprintf(path, sizeof(path), DEBUG "%s", file);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%ld", &value) != 1)
		die("cannot read '%s'", path);
	fclose(f);
	return value;
}

static FILE *reach_open(int device)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), DEBUG "%d", device);
	f = fopen(path, "re");
	if (!f)
		die("cannot open '%s'", path);
	return f;
}

/* The number of the domain that @device is in; 0 if it is blocked. */
static int domain_of(int device)
{
	FILE *f = reach_open(device);
	int id = 0;

	if (fscanf(f, "domain %d", &id) != 1)
		id = 0;
	fclose(f);
	return id;
}

/* Whether the kernel may map doorbells in @device's domain. */
static bool has_doorbells(int device)
{
	FILE *f = reach_open(device);
	char line[64];
	bool has = false;

	while (fgets(line, sizeof(line), f))
		has = has || !strcmp(line, "msi\n");
	fclose(f);
	return has;
}

/* The frame behind @memory, which has been written to. */
static uint64_t frame_of(const char *memory)
{
	static int pagemap = -1;
	uint64_t entry;

	if (pagemap < 0)
		pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pread(pagemap, &entry, 8, (uintptr_t)memory / PAGE * 8) != 8)
		die("cannot read the page map");
	return entry & ((1ULL << 55) - 1);
}

static size_t pages_of(const struct mapped *wanted, size_t nr)
{
	size_t pages = 0;

	while (nr--)
		pages += wanted[nr].size / PAGE;
	return pages;
}

static bool page_is_wanted(const struct mapped *wanted, size_t nr, uint64_t iova, uint64_t frame,
			   int prot)
{
	for (; nr--; wanted++) {
		if (iova < wanted->iova || iova - wanted->iova >= wanted->size)
			continue;
		return frame == frame_of(wanted->memory + (iova - wanted->iova)) &&
		       (prot & 3) == wanted->prot;
	}
	return false;
}

/* @device reaches exactly what is @wanted, and nothing is cached beside. */
static void reaches(int device, const struct mapped *wanted, size_t nr)
{
	unsigned long iova, frame;
	FILE *f = reach_open(device);
	size_t right = 0, wrong = 0;
	long stale = 0;
	char line[64];
	int prot;

	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "stale %ld", &stale) == 1 ||
		    sscanf(line, "%lx %lx %d", &iova, &frame, &prot) != 3)
			continue;
		if (page_is_wanted(wanted, nr, iova, frame, prot))
			right++;
		else
			wrong++;
	}
	fclose(f);
	IS(stale, 0);
	IS(wrong, 0);
	IS(right, pages_of(wanted, nr));
}

static int join(int device, int container)
{
	int group = group_open(name(device), O_RDWR | O_CLOEXEC);

	if (group < 0)
		die("cannot open the group of '%s'", name(device));
	IS(group_attach(group, container), 0);
	return group;
}

/* A container with @device in it, and its group. */
static int begin(int device, int *group)
{
	int c = container_open();

	*group = join(device, c);
	IS(ask(c, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU), 0);
	return c;
}

/* @device may not come into @container. */
static void refused(int device, int container, long error)
{
	int group = group_open(name(device), O_RDWR | O_CLOEXEC);

	IS(group_attach(group, container), error);
	IS(domain_of(device), 0);
	close(group);
}

static void end(int container, int group)
{
	close(group);
	close(container);
	IS(get("errors"), 0);
	at_rest();
}

static char *aligned_memory(void)
{
	uintptr_t memory = ((uintptr_t)memory_new(3 * HUGE) + HUGE - 1) & ~(HUGE - 1);

	return (char *)memory;
}

/* A huge page, and behind it single ones. */
static char *memory(void)
{
	static char *m;

	if (!m) {
		m = aligned_memory();
		madvise(m, HUGE, MADV_HUGEPAGE);
		madvise(m + HUGE, HUGE, MADV_NOHUGEPAGE);
		memset(m, 1, 2 * HUGE);
	}
	return m;
}

static long map(int c, const struct mapped *what)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = sizeof(arg),
		.flags = what->prot,
		.vaddr = (uintptr_t)what->memory,
		.iova = what->iova,
		.size = what->size,
	};

	return ask(c, VFIO_IOMMU_MAP_DMA, &arg);
}

/* All kinds: large pages, many runs, read only, and the last page below 1 GiB beside its other side
 */
#define KINDS 4
static void kinds(struct mapped *all)
{
	char *m = memory();

	all[0] = (struct mapped){ 0x40000000 + HUGE, m, HUGE, 3 };
	all[1] = (struct mapped){ 0x10000000, m + HUGE, 64 * PAGE, 3 };
	all[2] = (struct mapped){ 0x11000000, m + HUGE + PAGE, 7 * PAGE, 1 };
	all[3] = (struct mapped){ 0x40000000 - PAGE, m + HUGE + 100 * PAGE, 3 * PAGE, 2 };
}

static void map_all(int c, const struct mapped *all)
{
	for (int i = 0; i < KINDS; i++)
		IS(map(c, &all[i]), 0);
}

/* Who comes later gets what is there, and from then on both get the same. */
static void both_reach_the_same(void)
{
	struct mapped all[KINDS + 1];
	int a, b, c = begin(PLAIN, &a);

	kinds(all);
	map_all(c, all);
	reaches(PLAIN, all, KINDS);
	b = join(BESIDE, c);
	TRUE(domain_of(BESIDE) && domain_of(BESIDE) != domain_of(PLAIN));
	ledger_is("domains", 2);
	reaches(BESIDE, all, KINDS);
	all[KINDS] = (struct mapped){ 0x20000000, memory() + HUGE, 128 * PAGE, 3 };
	IS(map(c, &all[KINDS]), 0);
	reaches(PLAIN, all, KINDS + 1);
	reaches(BESIDE, all, KINDS + 1);
	IS(unmapped(c, 0, all[0].iova, all[0].size), all[0].size);
	reaches(PLAIN, all + 1, KINDS);
	reaches(BESIDE, all + 1, KINDS);
	/* The first to come is the first to go. */
	IS(ask(a, VFIO_GROUP_UNSET_CONTAINER, NULL), 0);
	IS(domain_of(PLAIN), 0);
	ledger_is("domains", 1);
	reaches(BESIDE, all + 1, KINDS);
	IS(group_attach(a, c), 0);
	reaches(PLAIN, all + 1, KINDS);
	close(b);
	IS(domain_of(BESIDE), 0);
	reaches(PLAIN, all + 1, KINDS);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), pages_of(all + 1, KINDS) * PAGE);
	reaches(PLAIN, NULL, 0);
	end(c, a);
}

static void like_ones_share(void)
{
	struct mapped all[KINDS];
	int a, b, c = begin(PLAIN, &a);

	kinds(all);
	map_all(c, all);
	b = join(ALIKE, c);
	IS(domain_of(ALIKE), domain_of(PLAIN));
	ledger_is("domains", 1);
	close(a);
	reaches(ALIKE, all, KINDS);
	close(b);
	/* The mappings went with the last one. */
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), -EINVAL);
	end(c, -1);
}

/* The replay fails at each of its calls: nothing has changed, and the next attempt is as good. */
static void replay_fails_whole(void)
{
	long locked = locked_kib(), tries = 0, ret;
	struct mapped all[KINDS];
	int a, b, c = begin(PLAIN, &a);

	kinds(all);
	map_all(c, all);
	b = group_open(name(BESIDE), O_RDWR | O_CLOEXEC);
	do {
		set("fail_map", ++tries);
		ret = group_attach(b, c);
		if (!ret)
			break;
		IS(ret, -ENOMEM);
		IS(domain_of(BESIDE), 0);
		ledger_is("domains", 1);
		reaches(PLAIN, all, KINDS);
		IS(locked_kib(), locked + (long)pages_of(all, KINDS) * 4);
	} while (tries < 10000);
	set("fail_map", 0);
	IS(ret, 0);
	/* One call for each mapping at the least. */
	TRUE(tries > KINDS);
	reaches(PLAIN, all, KINDS);
	reaches(BESIDE, all, KINDS);
	close(b);
	end(c, a);
}

/* A map fails at each of its calls, in the first domain or in the second. */
static void map_fails_in_both(void)
{
	long locked = locked_kib(), tries = 0, ret;
	struct mapped all[KINDS];
	int a, b, c = begin(PLAIN, &a);

	kinds(all);
	IS(map(c, &all[0]), 0);
	b = join(BESIDE, c);
	do {
		set("fail_map", ++tries);
		ret = map(c, &all[1]);
		if (!ret)
			break;
		IS(ret, -ENOMEM);
		reaches(PLAIN, all, 1);
		reaches(BESIDE, all, 1);
		IS(locked_kib(), locked + (long)pages_of(all, 1) * 4);
	} while (tries < 10000);
	set("fail_map", 0);
	IS(ret, 0);
	TRUE(tries > 2);
	reaches(PLAIN, all, 2);
	reaches(BESIDE, all, 2);
	close(b);
	end(c, a);
}

/* Whether GET_INFO says that @address can be mapped. */
static bool usable(int c, uint64_t address)
{
	struct vfio_iommu_type1_info_cap_iova_range *cap =
		info_capability(c, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);

	for (uint32_t i = 0; cap && i < cap->nr_iovas; i++) {
		if (address >= cap->iova_ranges[i].start && address <= cap->iova_ranges[i].end)
			return true;
	}
	return false;
}

/* What is reserved for one of the groups cannot be mapped while it is there. */
static void holes_come_and_go(void)
{
	struct mapped inside = { HOLE + PAGE, memory(), PAGE, 3 };
	int a, b, c = begin(PLAIN, &a);

	IS(map(c, &inside), 0);
	refused(HOLED, c, -EINVAL);
	reaches(PLAIN, &inside, 1);
	b = join(RELAXED, c);
	TRUE(usable(c, HOLE));
	close(b);
	IS(unmapped(c, 0, inside.iova, PAGE), PAGE);
	b = join(HOLED, c);
	TRUE(usable(c, HOLE - 1) && !usable(c, HOLE) && !usable(c, HOLE + 0xfffff));
	TRUE(usable(c, HOLE + 0x100000));
	IS(map(c, &inside), -EINVAL);
	close(b);
	TRUE(usable(c, HOLE));
	IS(map(c, &inside), 0);
	end(c, a);
}

/* The shortest reach counts, as long as it is there. */
static void apertures_come_and_go(void)
{
	struct mapped high = { 1ULL << 32, memory(), PAGE, 3 };
	struct mapped low = { (1ULL << 32) - PAGE, memory() + HUGE, PAGE, 3 };
	int a, b, c = begin(PLAIN, &a);

	IS(map(c, &low), 0);
	IS(map(c, &high), 0);
	refused(LOW, c, -EINVAL);
	IS(unmapped(c, 0, high.iova, PAGE), PAGE);
	b = join(LOW, c);
	reaches(LOW, &low, 1);
	TRUE(!usable(c, high.iova) && usable(c, low.iova));
	IS(map(c, &high), -EINVAL);
	close(b);
	IS(map(c, &high), 0);
	end(c, a);
}

static uint64_t page_sizes(int c)
{
	struct vfio_iommu_type1_info info = { .argsz = sizeof(info) };

	IS(ask(c, VFIO_IOMMU_GET_INFO, &info), 0);
	return info.iova_pgsizes;
}

static void page_sizes_are_those_of_all(void)
{
	struct mapped fine = { 0x10000000, memory(), PAGE, 3 };
	struct mapped coarse = { 0x10200000, memory(), HUGE, 3 };
	int a, b, c = begin(PLAIN, &a);

	IS(map(c, &fine), 0);
	IS(map(c, &coarse), 0);
	refused(COARSE, c, -EINVAL);
	IS(unmapped(c, 0, fine.iova, PAGE), PAGE);
	b = join(COARSE, c);
	TRUE(domain_of(COARSE) != domain_of(PLAIN));
	reaches(COARSE, &coarse, 1);
	IS(page_sizes(c) & -page_sizes(c), HUGE);
	IS(map(c, &fine), -EINVAL);
	IS(unmapped(c, 0, coarse.iova, PAGE), -EINVAL);
	IS(unmapped(c, 0, coarse.iova, HUGE), HUGE);
	close(b);
	IS(page_sizes(c) & -page_sizes(c), PAGE);
	IS(map(c, &fine), 0);
	end(c, a);
}

static void coherent_if_all_are(void)
{
	int a, b, c = begin(PLAIN, &a);

	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_DMA_CC_IOMMU), 1);
	b = join(BESIDE, c);
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_DMA_CC_IOMMU), 0);
	close(a);
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_DMA_CC_IOMMU), 0);
	a = join(PLAIN, c);
	close(b);
	IS(ask(c, VFIO_CHECK_EXTENSION, (void *)VFIO_DMA_CC_IOMMU), 1);
	refused(BYPASS, c, -EINVAL);
	end(c, a);
}

/* Doorbells that the hardware knows come first. */
static void doorbells(void)
{
	int group, c = begin(DOORBELL, &group);

	TRUE(has_doorbells(DOORBELL));
	TRUE(!usable(c, HOLE));
	end(c, group);
	c = begin(TABLED, &group);
	TRUE(!has_doorbells(TABLED));
	TRUE(!usable(c, 0xfee00000));
	end(c, group);
}

/* Memory that an IOMMU does not let go of stays pinned for ever. */
static void lost(void)
{
	struct mapped all[KINDS];
	int a, b, c = begin(PLAIN, &a);

	kinds(all);
	map_all(c, all);
	b = join(BESIDE, c);
	set("fail_unmap", 2);
	IS(unmapped(c, 0, all[1].iova, all[1].size), all[1].size);
	set("fail_unmap", 0);
	close(b);
	close(a);
	close(c);
	ledger_is("mappings", 0);
	ledger_is("domains", 0);
	ledger_is("pinned_pages", all[1].size / PAGE);
}

static void unsafe(void)
{
	int c = container_open(), group = join(PLAIN, c);

	IS(ask(c, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU), -EPERM);
	IS(domain_of(PLAIN), 0);
	end(c, group);
}

int main(int argc, char **argv)
{
	set("errors", 0);
	if (argc == 2 && !strcmp(argv[1], "lost")) {
		lost();
		return checks_status();
	}
	if (argc == 2 && !strcmp(argv[1], "unsafe")) {
		unsafe();
		return checks_status();
	}
	if (argc != 1)
		die("usage: type1-domains [unsafe|lost]");
	both_reach_the_same();
	like_ones_share();
	replay_fails_whole();
	map_fails_in_both();
	holes_come_and_go();
	apertures_come_and_go();
	page_sizes_are_those_of_all();
	coherent_if_all_are();
	doorbells();
	return checks_status();
}
