/* SPDX-License-Identifier: GPL-2.0-only */
/* What the pure parts of kernel/ need of the kernel's headers, for tests in userspace. */
#ifndef TEST_LINUX_TYPES_H
#define TEST_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint16_t u16;
typedef uint8_t u8;

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define ARRAY_SIZE(array)		(sizeof(array) / sizeof((array)[0]))

#endif
