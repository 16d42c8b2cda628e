// SPDX-License-Identifier: GPL-2.0-only
#include "vfio.h"

const char VFIO_CORE_ABI[] = "vfioctl";
COMPAT_EXPORT_SYMBOL(VFIO_CORE_ABI);

MODULE_DESCRIPTION("VFIO: containers, groups and devices for userspace drivers");
MODULE_LICENSE("GPL");
