// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-limit BDF [few]: how many mappings a container may have is said by the parameter
 * dma_entry_limit at the time when its IOMMU is set; 262,144 are no problem. True of the stock
 * backend, too. With few: that there is a limit, without reaching the largest.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "type1.h"
#include "vfio.h"

#define PARAMETER "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit"
#define PAGE	  4096UL
#define IOVA	  (1UL << 32)
#define MANY	  262144

static long limit(void)
{
	FILE *f = fopen(PARAMETER, "re");
	long value;

	if (!f || fscanf(f, "%ld", &value) != 1)
		die("cannot read '%s'", PARAMETER);
	fclose(f);
	return value;
}

static void set_limit(long value)
{
	FILE *f = fopen(PARAMETER, "we");

	if (!f || fprintf(f, "%ld\n", value) < 0 || fclose(f))
		die("cannot write '%s'", PARAMETER);
}

static void few(int c, char *memory)
{
	/* What is set later is for others: before the first mapping ... */
	set_limit(1000);
	IS(dma_avail(c), 2);
	IS(dma_map(c, memory, PAGE, IOVA), 0);
	IS(dma_map(c, memory, PAGE, IOVA + 2 * PAGE), 0);
	IS(dma_avail(c), 0);
	IS(dma_map(c, memory, PAGE, IOVA + 4 * PAGE), -ENOSPC);
	/* What overlaps is told first. */
	IS(dma_map(c, memory, PAGE, IOVA), -EEXIST);
	/* ... and after the last. */
	set_limit(1);
	IS(dma_avail(c), 0);
	IS(dma_map(c, memory, PAGE, IOVA + 4 * PAGE), -ENOSPC);
	IS(unmapped(c, 0, IOVA, PAGE), PAGE);
	IS(dma_avail(c), 1);
	IS(dma_map(c, memory, PAGE, IOVA + 4 * PAGE), 0);
}

static void many(int c, char *memory)
{
	long i, failed = 0;

	IS(dma_avail(c), MANY);
	for (i = 0; i < MANY && !failed; i++)
		failed = dma_map(c, memory, PAGE, IOVA + i * PAGE);
	IS(failed, 0);
	IS(i, MANY);
	IS(dma_map(c, memory, PAGE, IOVA + MANY * PAGE), -ENOSPC);
	IS(dma_avail(c), 0);
	IS(locked_kib(), MANY * 4L);
	IS(unmapped(c, 0, IOVA + PAGE, 1000 * PAGE), 1000 * PAGE);
	IS(dma_avail(c), 1000);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), (MANY - 1000) * PAGE);
	IS(locked_kib(), 0);
}

int main(int argc, char **argv)
{
	char *memory = memory_new(PAGE);
	long before = limit();
	struct vfio v;

	if (argc != 2 && (argc != 3 || strcmp(argv[2], "few")))
		die("usage: type1-limit BDF [few]");
	IS(before, 65535);
	memset(memory, 1, PAGE);
	set_limit(2);
	v = vfio_open(argv[1]);
	few(v.container, memory);
	vfio_close(&v);
	if (argc == 2) {
		set_limit(MANY);
		v = vfio_open(argv[1]);
		many(v.container, memory);
		vfio_close(&v);
	}
	set_limit(before);
	return checks_status();
}
