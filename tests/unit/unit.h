/* SPDX-License-Identifier: GPL-2.0-only */
/* What every cmocka program needs, in the order that cmocka wants. */
#ifndef VFIOCTL_TESTS_UNIT_H
#define VFIOCTL_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
