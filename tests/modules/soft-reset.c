// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading it makes the function named by its parameter device lose its MSI-X vectors, as a soft
 * reset does: their table is empty, and all of them are masked. QEMU's functions keep theirs when
 * they wake up. It is done before the loading returns.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/msi.h>
#include <linux/pci.h>

#include "device.h"

static void __iomem *table_map(struct pci_dev *pdev, unsigned int *vectors)
{
	u32 table;
	u16 flags;

	pci_read_config_word(pdev, pdev->msix_cap + PCI_MSIX_FLAGS, &flags);
	pci_read_config_dword(pdev, pdev->msix_cap + PCI_MSIX_TABLE, &table);
	*vectors = (flags & PCI_MSIX_FLAGS_QSIZE) + 1;
	return ioremap(pci_resource_start(pdev, table & PCI_MSIX_TABLE_BIR) +
			       (table & PCI_MSIX_TABLE_OFFSET),
		       *vectors * PCI_MSIX_ENTRY_SIZE);
}

/* Asleep it does not listen to its memory, but QEMU's does. */
static int vectors_lose(struct pci_dev *pdev)
{
	unsigned int vectors, i, at;
	void __iomem *table;
	u16 command;

	table = pdev->msix_cap ? table_map(pdev, &vectors) : NULL;
	if (!table)
		return -ENOMEM;
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	pci_write_config_word(pdev, PCI_COMMAND, command | PCI_COMMAND_MEMORY);
	for (i = 0; i < vectors; i++) {
		for (at = 0; at < PCI_MSIX_ENTRY_VECTOR_CTRL; at += 4)
			writel(0, table + i * PCI_MSIX_ENTRY_SIZE + at);
		writel(PCI_MSIX_ENTRY_CTRL_MASKBIT,
		       table + i * PCI_MSIX_ENTRY_SIZE + PCI_MSIX_ENTRY_VECTOR_CTRL);
	}
	pci_write_config_word(pdev, PCI_COMMAND, command);
	iounmap(table);
	return 0;
}

static int __init lose_init(void)
{
	struct pci_dev *pdev;
	int ret;

	pdev = device_get_named();
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	ret = vectors_lose(pdev);
	pci_dev_put(pdev);
	return ret;
}

static void __exit lose_exit(void)
{
}

module_init(lose_init);
module_exit(lose_exit);

MODULE_DESCRIPTION("A PCI function loses its MSI-X vectors, for tests");
MODULE_LICENSE("GPL");
