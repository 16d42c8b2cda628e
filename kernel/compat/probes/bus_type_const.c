// SPDX-License-Identifier: GPL-2.0-only
/* device->bus points to a const struct (6.4) */
#include <linux/device.h>

static const struct bus_type bus;

void probe(struct device *dev)
{
	dev->bus = &bus;
}
