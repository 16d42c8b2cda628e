/* SPDX-License-Identifier: GPL-2.0-only */
/* Its one function that configuration space calls is in vfio_pci.h, beside the rest. */
#include "pci/vfio_pci.h"
