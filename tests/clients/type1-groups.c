// SPDX-License-Identifier: GPL-2.0-only
/*
 * type1-groups BDF BDF: two groups in one container. Mappings are there for whoever comes later,
 * and go with the last one. True of the stock backend, too.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "type1.h"
#include "vfio.h"

#define MIB  (1UL << 20)
#define IOVA 0x10000000UL

static int group_in(const char *bdf, int container)
{
	int group = group_open(bdf, O_RDWR | O_CLOEXEC);

	if (group < 0)
		die("cannot open the group of '%s'", bdf);
	IS(group_attach(group, container), 0);
	return group;
}

static void last_one_takes_all(const char *first, const char *second, char *memory)
{
	int c = container_open(), a = group_in(first, c), b;
	long before = locked_kib();

	IS(ask(c, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU), 0);
	IS(dma_map(c, memory, 4 * MIB, IOVA), 0);
	b = group_in(second, c);
	IS(dma_map(c, memory, 4 * MIB, IOVA + 16 * MIB), 0);
	IS(locked_kib(), before + 8192);
	IS(ask(a, VFIO_GROUP_UNSET_CONTAINER, NULL), 0);
	IS(locked_kib(), before + 8192);
	IS(unmapped(c, 0, IOVA, 4 * MIB), 4 * MIB);
	IS(dma_map(c, memory, 4 * MIB, IOVA + 16 * MIB), -EEXIST);
	IS(group_attach(a, c), 0);
	IS(ask(b, VFIO_GROUP_UNSET_CONTAINER, NULL), 0);
	IS(locked_kib(), before + 4096);
	IS(ask(a, VFIO_GROUP_UNSET_CONTAINER, NULL), 0);
	IS(locked_kib(), before);
	/* The backend went with it. */
	IS(dma_map(c, memory, MIB, IOVA), -EINVAL);
	IS(group_attach(a, c), 0);
	IS(ask(c, VFIO_SET_IOMMU, (void *)VFIO_TYPE1_IOMMU), 0);
	IS(unmapped(c, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 0);
	close(a);
	close(b);
	close(c);
}

/* Both at once from the start */
static void two_at_set_iommu(const char *first, const char *second, char *memory)
{
	int c = container_open(), a = group_in(first, c), b = group_in(second, c);

	IS(ask(c, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU), 0);
	IS(dma_map(c, memory, 4 * MIB, IOVA), 0);
	close(a);
	IS(unmapped(c, 0, IOVA, 4 * MIB), 4 * MIB);
	close(c);
	close(b);
}

int main(int argc, char **argv)
{
	char *memory = memory_new(4 * MIB);

	if (argc != 3)
		die("usage: type1-groups BDF BDF");
	memset(memory, 1, 4 * MIB);
	last_one_takes_all(argv[1], argv[2], memory);
	two_at_set_iommu(argv[1], argv[2], memory);
	return checks_status();
}
