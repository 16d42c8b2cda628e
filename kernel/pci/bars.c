// SPDX-License-Identifier: GPL-2.0-only
/* Reads and writes of BARs and of the ROM, in the widths and alignments that the user asks for. */
#include <linux/io.h>

#include "pci/bars.h"

/*
 * Unlike pci_request_selected_regions() this needs no memory, so that it fails only when somebody
 * else has the range: who has a part of it, or more than it.
 */
static bool range_claim(struct resource *range, struct resource *bar)
{
	const struct resource *above;

	for (above = bar; above; above = above->parent) {
		if (above->flags & IORESOURCE_BUSY)
			return false;
	}
	*range = (struct resource){
		.name = "vfio-pci",
		.start = bar->start,
		.end = bar->end,
		.flags = bar->flags | IORESOURCE_BUSY,
	};
	return bar->parent && !request_resource(bar, range);
}

void vfio_pci_bars_claim(struct vfio_pci *vdev)
{
	struct pci_dev *pdev = vdev->pdev;
	unsigned int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		struct vfio_pci_bar *bar = &vdev->bars[i];
		resource_size_t len = pci_resource_len(pdev, i);

		if (!len)
			continue;
		bar->claimed = range_claim(&bar->range, &pdev->resource[i]);
		if (!bar->claimed)
			pci_warn(pdev, "BAR %u is used by somebody else\n", i);
		bar->mappable = bar->claimed && pci_resource_flags(pdev, i) & IORESOURCE_MEM &&
				PAGE_ALIGNED(pci_resource_start(pdev, i)) && PAGE_ALIGNED(len);
	}
}

void vfio_pci_bars_release(struct vfio_pci *vdev)
{
	unsigned int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		struct vfio_pci_bar *bar = &vdev->bars[i];

		if (bar->io)
			pci_iounmap(vdev->pdev, bar->io);
		if (bar->claimed)
			release_resource(&bar->range);
		memset(bar, 0, sizeof(*bar));
	}
}

/* BARs can be larger than what the kernel likes to map: only those that are read are mapped. */
void __iomem *vfio_pci_bar_map(struct vfio_pci *vdev, unsigned int i)
{
	struct vfio_pci_bar *bar = &vdev->bars[i];
	void __iomem *io;

	/* Once there, it stays until nobody has the device open. */
	io = READ_ONCE(bar->io);
	if (io)
		return io;
	mutex_lock(&vdev->bar_lock);
	if (bar->claimed && !bar->io)
		WRITE_ONCE(bar->io, pci_iomap(vdev->pdev, i, 0));
	io = bar->io;
	mutex_unlock(&vdev->bar_lock);
	return io;
}

/* The vectors in the table are the host's, also for those who can read it through a mapping. */
bool vfio_pci_bar_vectors(struct vfio_pci *vdev, unsigned int bar, u64 pos, unsigned int len)
{
	return vdev->msix_table.size && bar == vdev->msix_table.bar &&
	       pos + len > vdev->msix_table.offset &&
	       pos < (u64)vdev->msix_table.offset + vdev->msix_table.size;
}

static unsigned int piece(u64 pos, size_t count, bool memory)
{
	if (IS_ENABLED(CONFIG_64BIT) && memory && !(pos & 7) && count >= 8)
		return 8;
	return cfg_piece(pos & 3, count);
}

void vfio_pci_bar_get(void __iomem *io, u8 *buf, unsigned int width)
{
	u64 __maybe_unused value;

	switch (width) {
	case 1:
		*buf = ioread8(io);
		break;
	case 2:
		cfg_put(buf, 0, 2, ioread16(io));
		break;
	case 4:
		cfg_put(buf, 0, 4, ioread32(io));
		break;
#ifdef CONFIG_64BIT
	case 8:
		value = readq(io);
		cfg_put(buf, 0, 4, value);
		cfg_put(buf, 4, 4, value >> 32);
		break;
#endif
	}
}

void vfio_pci_bar_put(void __iomem *io, const u8 *buf, unsigned int width)
{
	switch (width) {
	case 1:
		iowrite8(*buf, io);
		break;
	case 2:
		iowrite16(cfg_get(buf, 0, 2), io);
		break;
	case 4:
		iowrite32(cfg_get(buf, 0, 4), io);
		break;
#ifdef CONFIG_64BIT
	case 8:
		writeq(cfg_get(buf, 0, 4) | (u64)cfg_get(buf, 4, 4) << 32, io);
		break;
#endif
	}
}

/* Exactly one of @in and @out is set. memory_lock is held, and the BAR is decoded. */
static void bar_copy(struct vfio_pci *vdev, unsigned int bar, void __iomem *io, u8 *out,
		     const u8 *in, size_t count, u64 pos)
{
	bool memory = pci_resource_flags(vdev->pdev, bar) & IORESOURCE_MEM;
	unsigned int width;
	size_t done;

	for (done = 0; done < count; done += width) {
		width = piece(pos + done, count - done, memory);
		if (vfio_pci_bar_vectors(vdev, bar, pos + done, width)) {
			if (out)
				memset(out + done, 0xff, width);
		} else if (out) {
			vfio_pci_bar_get(io + pos + done, out + done, width);
		} else {
			vfio_pci_bar_put(io + pos + done, in + done, width);
		}
	}
}

bool vfio_pci_bar_on(struct vfio_pci *vdev, unsigned int bar)
{
	return vfio_pci_decodes(vdev, pci_resource_flags(vdev->pdev, bar) & IORESOURCE_IO);
}

static ssize_t bar_rw(struct vfio_pci *vdev, unsigned int bar, u8 *out, const u8 *in, size_t count,
		      u64 pos)
{
	u64 size = pci_resource_len(vdev->pdev, bar);
	void __iomem *io;
	ssize_t ret;

	if (pos >= size)
		return -EINVAL;
	count = min_t(u64, count, size - pos);
	io = vfio_pci_bar_map(vdev, bar);
	if (!io)
		return vdev->bars[bar].claimed ? -ENOMEM : -EBUSY;
	down_read(&vdev->memory_lock);
	if (vfio_pci_bar_on(vdev, bar)) {
		bar_copy(vdev, bar, io, out, in, count, pos);
		ret = count;
	} else {
		ret = -EIO;
	}
	up_read(&vdev->memory_lock);
	return ret;
}

ssize_t vfio_pci_bar_read(struct vfio_pci *vdev, unsigned int bar, u8 *buf, size_t count, u64 pos)
{
	return bar_rw(vdev, bar, buf, NULL, count, pos);
}

ssize_t vfio_pci_bar_write(struct vfio_pci *vdev, unsigned int bar, const u8 *buf, size_t count,
			   u64 pos)
{
	return bar_rw(vdev, bar, NULL, buf, count, pos);
}
