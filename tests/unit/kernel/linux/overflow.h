/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_LINUX_OVERFLOW_H
#define TEST_LINUX_OVERFLOW_H

#define check_add_overflow(a, b, sum) __builtin_add_overflow(a, b, sum)
#define struct_size(p, member, count) (sizeof(*(p)) + (count) * sizeof(*(p)->member))

#endif
