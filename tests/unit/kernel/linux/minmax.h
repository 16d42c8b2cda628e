/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_LINUX_MINMAX_H
#define TEST_LINUX_MINMAX_H

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

#endif
