// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PCI function that is all software, for tests of vfio-pci: no emulated device lies, or has the
 * capabilities of one that does. It is function 0 of a bus of the machine's that is empty, where
 * the machine's IOMMU stands before it, so that it has a group; its configuration space is memory.
 * It has no BARs, and nothing resets it.
 *
 * Its ids, its pin if it is to have one (which nothing raises), and the number of the bus are the
 * module's parameters. While it is found it has power
 * management, MSI and PCI Express. In debugfs, fake-pci/space is the memory: what is written there
 * is what the function answers from then on, whatever the PCI core thinks. While fake-pci/sleepless
 * is Y it stays in D0 whatever its power register is told.
 *
 * Unloading takes the function away.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/pci.h>

#define SPACE  4096

#define PM_AT  0x40
#define MSI_AT 0x50
#define EXP_AT 0x70

static ushort vendor = 0x1234, device = 0xfa4e;
module_param(vendor, ushort, 0444);
module_param(device, ushort, 0444);
static bool pin;
module_param(pin, bool, 0444);
static int number = 8;
module_param_named(bus, number, int, 0444);

static u8 space[SPACE];
static bool sleepless;
static struct pci_bus *bus;
static struct pci_ops *bus_ops; /* its own */
static struct dentry *dir;

static int fake_read(struct pci_bus *of, unsigned int devfn, int where, int size, u32 *value)
{
	*value = ~0u;
	if (devfn || where < 0 || where + size > SPACE)
		return PCIBIOS_DEVICE_NOT_FOUND;
	*value = 0;
	memcpy(value, space + where, size);
	return PCIBIOS_SUCCESSFUL;
}

/* The identity and the BARs, of which there are none. */
static bool fixed(int where)
{
	return where < PCI_COMMAND || (where >= PCI_CLASS_REVISION && where < PCI_CAPABILITY_LIST);
}

static int fake_write(struct pci_bus *of, unsigned int devfn, int where, int size, u32 value)
{
	if (devfn || where < 0 || where + size > SPACE)
		return PCIBIOS_DEVICE_NOT_FOUND;
	if (!fixed(where))
		memcpy(space + where, &value, size);
	if (sleepless)
		space[PM_AT + PCI_PM_CTRL] &= ~PCI_PM_CTRL_STATE_MASK;
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops fake_ops = { .read = fake_read, .write = fake_write };

static ssize_t space_get(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	return simple_read_from_buffer(to, count, pos, space, SPACE);
}

static ssize_t space_set(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	return simple_write_to_buffer(space, SPACE, pos, from, count);
}

static const struct file_operations space_fops = {
	.owner = THIS_MODULE,
	.read = space_get,
	.write = space_set,
	.llseek = default_llseek,
};

static void space_init(void)
{
	*(__le16 *)(space + PCI_VENDOR_ID) = cpu_to_le16(vendor);
	*(__le16 *)(space + PCI_DEVICE_ID) = cpu_to_le16(device);
	*(__le16 *)(space + PCI_STATUS) = cpu_to_le16(PCI_STATUS_CAP_LIST);
	*(__le32 *)(space + PCI_CLASS_REVISION) = cpu_to_le32(0xff000001);
	space[PCI_INTERRUPT_PIN] = pin;
	space[PCI_INTERRUPT_LINE] = 11;
	space[PCI_CAPABILITY_LIST] = PM_AT;
	space[PM_AT] = PCI_CAP_ID_PM;
	space[PM_AT + 1] = MSI_AT;
	*(__le16 *)(space + PM_AT + PCI_PM_PMC) = cpu_to_le16(3);
	*(__le16 *)(space + PM_AT + PCI_PM_CTRL) = cpu_to_le16(PCI_PM_CTRL_NO_SOFT_RESET);
	space[MSI_AT] = PCI_CAP_ID_MSI;
	space[MSI_AT + 1] = EXP_AT;
	*(__le16 *)(space + MSI_AT + PCI_MSI_FLAGS) = cpu_to_le16(PCI_MSI_FLAGS_64BIT);
	space[EXP_AT] = PCI_CAP_ID_EXP;
	*(__le16 *)(space + EXP_AT + PCI_EXP_FLAGS) = cpu_to_le16(2 | PCI_EXP_TYPE_ENDPOINT << 4);
}

/* pci_lock_rescan_remove() is held. */
static void function_remove(void)
{
	struct pci_dev *pdev = pci_get_slot(bus, 0);

	if (pdev)
		pci_stop_and_remove_bus_device(pdev);
	pci_dev_put(pdev);
	pci_bus_set_ops(bus, bus_ops);
}

/* The same. */
static int function_add(void)
{
	struct pci_dev *pdev;

	bus = pci_find_bus(0, number);
	if (!bus || !list_empty(&bus->devices))
		return -ENODEV;
	bus_ops = pci_bus_set_ops(bus, &fake_ops);
	pdev = pci_scan_single_device(bus, 0);
	if (!pdev) {
		function_remove();
		return -ENODEV;
	}
	/* Sleep and wake cost it nothing, and the bus is not reset for it. */
	pdev->d3hot_delay = 0;
	pdev->dev_flags |= PCI_DEV_FLAGS_NO_BUS_RESET;
	pci_bus_add_device(pdev);
	return 0;
}

static int __init fake_init(void)
{
	int ret;

	space_init();
	pci_lock_rescan_remove();
	ret = function_add();
	pci_unlock_rescan_remove();
	if (ret)
		return ret;
	dir = debugfs_create_dir("fake-pci", NULL);
	debugfs_create_file("space", 0600, dir, NULL, &space_fops);
	debugfs_create_bool("sleepless", 0600, dir, &sleepless);
	return 0;
}

static void __exit fake_exit(void)
{
	debugfs_remove(dir);
	pci_lock_rescan_remove();
	function_remove();
	pci_unlock_rescan_remove();
}

module_init(fake_init);
module_exit(fake_exit);

MODULE_DESCRIPTION("A PCI function in software, for tests");
MODULE_LICENSE("GPL");
