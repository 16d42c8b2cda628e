// SPDX-License-Identifier: GPL-2.0-only
/* driver_override is a part of struct device, not of struct pci_dev (7.1) */
#include <linux/device.h>

int probe(struct device *dev)
{
	return device_set_driver_override(dev, "name");
}
