// SPDX-License-Identifier: GPL-2.0-only
/* symbol namespaces are given as bare words (before 6.13) */
#include <linux/module.h>

MODULE_IMPORT_NS(PROBE);
