/* SPDX-License-Identifier: GPL-2.0-only */
/* What a system call may fail with. */
#ifndef ERRORS_H
#define ERRORS_H

#include <stddef.h>

#define ERROR_LAST 133 /* EHWPOISON */

/*
 * The @i-th of the errors that its manual page gives to the call @nr (SYS_...), and for writes and
 * reads of sysfs those that the drivers of PCI devices give; 0: it has no more. EFAULT and EBADF
 * are left out: they tell of a fault in the program itself. A call that the table does not know may
 * fail with some that every call may.
 */
int error_of(long nr, size_t i);

size_t error_count(long nr);

#endif
