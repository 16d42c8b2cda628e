/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults on demand: the kernel's fail-nth, bound to what our modules ask for. */
#ifndef CLIENTS_FAILNTH_FAULTS_H
#define CLIENTS_FAILNTH_FAULTS_H

#include <stdbool.h>

/* Ends the program on a kernel without fault injection. */
void faults_init(void);

/*
 * The @nth allocation or copy from now on that a module asks for, in this thread, fails; with
 * @workers so does the @nth in each of the kernel's threads that work for all.
 */
void fault_arm(unsigned int nth, bool workers);
/* Whether one did. None fails any more. */
bool fault_came(void);

/* Leave out what the kernel's function whose name begins with @function asks for; NULL: none. */
void faults_spare(const char *function);

#endif
