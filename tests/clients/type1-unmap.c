// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-unmap BDF: what an unmap of more, less or other than was mapped releases, for both models.
 * True of the stock backend, too.
 */
#include <errno.h>
#include <string.h>

#include "type1.h"
#include "vfio.h"

#define MIB (1ULL << 20)

/* Three mappings of 1 MiB: at 16, 17 and, after a gap of one, at 19 MiB. */
static void three(int c, char *memory)
{
	IS(dma_map(c, memory, MIB, 16 * MIB), 0);
	IS(dma_map(c, memory + MIB, MIB, 17 * MIB), 0);
	IS(dma_map(c, memory, MIB, 19 * MIB), 0);
}

static void all_gone(int c)
{
	long total = dma_avail(c);

	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 0);
	TRUE(total > 3);
}

static void both_models(int c, char *memory)
{
	long before = dma_avail(c);

	three(c, memory);
	IS(dma_avail(c), before - 3);
	IS(unmapped(c, 0, 18 * MIB, MIB), 0);
	IS(unmapped(c, 0, 16 * MIB, MIB), MIB);
	IS(unmapped(c, 0, 16 * MIB, MIB), 0);
	IS(unmapped(c, 0, 16 * MIB, 2 * MIB), MIB);
	IS(unmapped(c, 0, 0, 1ULL << 40), MIB);
	IS(dma_avail(c), before);
	three(c, memory);
	IS(unmapped(c, 0, 16 * MIB, 4 * MIB), 3 * MIB);
	three(c, memory);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 3 * MIB);
	IS(dma_avail(c), before);
	/* The addresses are free again. */
	three(c, memory);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 3 * MIB);
}

/* v2 splits nothing, and says so. */
static void v2_refuses(int c, char *memory)
{
	three(c, memory);
	IS(unmapped(c, 0, 16 * MIB, 4096), -EINVAL);
	IS(unmapped(c, 0, 17 * MIB - 4096, 4096), -EINVAL);
	IS(unmapped(c, 0, 16 * MIB + 4096, 4096), -EINVAL);
	IS(unmapped(c, 0, 15 * MIB, MIB + 4096), -EINVAL);
	IS(unmapped(c, 0, 16 * MIB, MIB + 4096), -EINVAL);
	IS(unmapped(c, 0, 17 * MIB - 4096, MIB + 4096), -EINVAL);
	IS(unmapped(c, 0, 0, 20 * MIB - 4096), -EINVAL);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 3 * MIB);
	all_gone(c);
}

/* v1 goes by the first byte, and releases more than was asked. */
static void v1_rounds(int c, char *memory)
{
	three(c, memory);
	IS(unmapped(c, 0, 16 * MIB + 4096, 4096), 0);
	IS(unmapped(c, 0, 16 * MIB + 4096, 10 * MIB), 0);
	IS(unmapped(c, 0, 15 * MIB, MIB), 0);
	IS(unmapped(c, 0, 15 * MIB, MIB + 4096), MIB);
	IS(unmapped(c, 0, 17 * MIB, 4096), MIB);
	IS(unmapped(c, 0, 18 * MIB, MIB + 4096), MIB);
	all_gone(c);
	three(c, memory);
	IS(unmapped(c, 0, 16 * MIB, MIB + 4096), 2 * MIB);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), MIB);
	all_gone(c);
}

int main(int argc, char **argv)
{
	char *memory = memory_new(2 * MIB);
	struct vfio v;

	if (argc != 2)
		die("usage: type1-unmap BDF");
	memset(memory, 1, 2 * MIB);
	v = type1_open(argv[1], VFIO_TYPE1v2_IOMMU);
	both_models(v.container, memory);
	v2_refuses(v.container, memory);
	vfio_close(&v);
	v = type1_open(argv[1], VFIO_TYPE1_IOMMU);
	both_models(v.container, memory);
	v1_rounds(v.container, memory);
	vfio_close(&v);
	return checks_status();
}
