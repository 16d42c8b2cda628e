// SPDX-License-Identifier: GPL-2.0-only
/*
 * One PCI function in software, on a bus and in a segment of its own: for what is decided by the
 * ids of a function, which QEMU's devices do not let one choose. It has no BARs and no IOMMU.
 */
#include <linux/module.h>
#include <linux/pci.h>

static ushort vendor = 0x8086, device = 0x0435;
module_param(vendor, ushort, 0444);
module_param(device, ushort, 0444);
static uint class = 0x0b4000;
module_param(class, uint, 0444);

#define SEGMENT 0x1f00

static struct pci_sysdata segment = { .domain = SEGMENT, .node = NUMA_NO_NODE };
static struct resource buses = {
	.name = "fake-pci", .start = 0, .end = 0, .flags = IORESOURCE_BUS
};
static struct pci_bus *bus;

static u32 config_dword(int where)
{
	switch (where & ~3) {
	case PCI_VENDOR_ID:
		return vendor | device << 16;
	case PCI_CLASS_REVISION:
		return class << 8;
	default:
		return 0;
	}
}

static int config_read(struct pci_bus *of, unsigned int devfn, int where, int size, u32 *value)
{
	*value = devfn ? ~0u : config_dword(where) >> 8 * (where & 3);
	if (size < 4)
		*value &= (1u << 8 * size) - 1;
	return PCIBIOS_SUCCESSFUL;
}

static int config_write(struct pci_bus *of, unsigned int devfn, int where, int size, u32 value)
{
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops config_ops = { .read = config_read, .write = config_write };

static int __init fake_pci_init(void)
{
	LIST_HEAD(resources);

	pci_add_resource(&resources, &buses);
	pci_lock_rescan_remove();
	bus = pci_create_root_bus(NULL, 0, &config_ops, &segment, &resources);
	if (bus) {
		pci_scan_child_bus(bus);
		pci_bus_add_devices(bus);
	}
	pci_unlock_rescan_remove();
	if (!bus)
		pci_free_resource_list(&resources);
	return bus ? 0 : -ENODEV;
}

static void __exit fake_pci_exit(void)
{
	pci_lock_rescan_remove();
	pci_stop_root_bus(bus);
	pci_remove_root_bus(bus);
	pci_unlock_rescan_remove();
}

module_init(fake_pci_init);
module_exit(fake_pci_exit);

MODULE_DESCRIPTION("A PCI function in software");
MODULE_LICENSE("GPL");
