// SPDX-License-Identifier: GPL-2.0-only
/* The expansion ROM: decoded only while it is read, because many functions share its decoder. */
#include <linux/io.h>

#include "pci/vfio_pci.h"

size_t vfio_pci_rom_size(struct vfio_pci *vdev)
{
	size_t len = pci_resource_len(vdev->pdev, PCI_ROM_RESOURCE);
	void __iomem *io;
	size_t image;

	if (!len)
		return 0;
	/* A ROM without a valid image is none. */
	io = vfio_pci_memory_begin(vdev) ? pci_map_rom(vdev->pdev, &image) : NULL;
	if (io)
		pci_unmap_rom(vdev->pdev, io);
	vfio_pci_memory_end(vdev);
	return io && image ? len : 0;
}

ssize_t vfio_pci_rom_read(struct vfio_pci *vdev, u8 *buf, size_t count, u64 pos)
{
	size_t len = pci_resource_len(vdev->pdev, PCI_ROM_RESOURCE);
	void __iomem *io;
	size_t image = 0;

	if (pos >= len)
		return -EINVAL;
	count = min_t(u64, count, len - pos);
	io = vfio_pci_memory_begin(vdev) ? pci_map_rom(vdev->pdev, &image) : NULL;
	if (io) {
		size_t inside = pos < image ? min_t(u64, count, image - pos) : 0;

		memcpy_fromio(buf, io + pos, inside);
		memset(buf + inside, 0xff, count - inside);
		pci_unmap_rom(vdev->pdev, io);
	}
	vfio_pci_memory_end(vdev);
	return io ? count : -EIO;
}
