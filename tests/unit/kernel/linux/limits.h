/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_LINUX_LIMITS_H
#define TEST_LINUX_LIMITS_H

#include_next <linux/limits.h>
#include <stdint.h>

#define U64_MAX UINT64_MAX

#endif
