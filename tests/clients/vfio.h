/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the clients of the VFIO ABI share. Functions that are not about an answer end the program
 * with a sentence when they fail; the others return what the kernel said as 0 or -errno.
 */
#ifndef CLIENTS_VFIO_H
#define CLIENTS_VFIO_H

#include <errno.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The three files of one device, with the IOMMU model set. */
struct vfio {
	int container;
	int group;
	int device;
	const char *bdf;
};

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/* A line on standard output, for who waits for it. */
void say(const char *word);

/* Counts and prints a failed expectation; the program ends with checks_status(). */
void check(bool good, const char *file, int line, const char *what, long got, long wanted);
int checks_status(void);

/* What @got should be: 0 or more for success as -errno for failure. */
#define IS(got, wanted)                                                          \
	do {                                                                     \
		long got_ = (got), wanted_ = (wanted);                           \
		check(got_ == wanted_, __FILE__, __LINE__, #got, got_, wanted_); \
	} while (0)
#define TRUE(what)                                               \
	do {                                                     \
		bool got_ = (what);                              \
		check(got_, __FILE__, __LINE__, #what, got_, 1); \
	} while (0)

/* ioctl() with -errno for an answer. */
long ask(int fd, unsigned long cmd, void *arg);

/* The IOMMU group of a PCI device, or of a platform device whose name has no colon. */
int group_of(const char *bdf);
/* /dev/vfio/GROUP of the device with open(2)'s flags: a descriptor or -errno. */
int group_open(const char *bdf, int flags);
int container_open(void);
long group_attach(int group, int container);
/* A descriptor or -errno. */
int device_get(int group, const char *bdf);

/* All three with VFIO_TYPE1v2_IOMMU. */
struct vfio vfio_open(const char *bdf);
void vfio_close(struct vfio *v);

/* Memory of @size bytes, mapped at @iova; returns the answer. */
long dma_map(int container, const void *memory, size_t size, uint64_t iova);
long dma_unmap(int container, size_t size, uint64_t iova);
void *memory_new(size_t size);

/* Offset of a region in the device file; *size may be NULL. */
uint64_t region(int device, uint32_t index, uint64_t *size);
uint32_t read32(int device, uint64_t offset);
void write32(int device, uint64_t offset, uint32_t value);
/* Memory decoding and bus mastering on. */
void pci_enable(int device);
/* One vector of interrupt @index to @eventfd (-1: none): the answer. */
long irq_eventfd(int device, uint32_t index, int eventfd);
/* None of its vectors is on any more. */
long irq_off(int device, uint32_t index);

/* Is this our core? Told by its ledger. For the few answers on which the two differ. */
bool ours(void);

/*
 * A number of our core's ledger, such as "mappings": created minus destroyed. -1 if there is no
 * ledger, as on the stock core.
 */
long ledger(const char *item);
/* If there is a ledger, this item must soon have this number. */
void ledger_is(const char *item, long wanted);
/* Nothing of what lives only as long as files are open may be left, after a moment's wait. */
void at_rest(void);

#endif
