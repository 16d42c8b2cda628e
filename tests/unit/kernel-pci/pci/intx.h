/* SPDX-License-Identifier: GPL-2.0-only */
/* Its functions that configuration space calls are in vfio_pci.h, beside the rest. */
#include "pci/vfio_pci.h"
