// SPDX-License-Identifier: GPL-2.0-only
#include "pci/vfio_pci.h"

long vfio_pci_get_hot_reset_info(void *data, struct vfio_arg *arg)
{
	return -ENODEV;
}

long vfio_pci_hot_reset(void *data, struct vfio_arg *arg)
{
	return -ENODEV;
}
