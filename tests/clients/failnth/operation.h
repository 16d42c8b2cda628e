/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is made to fail: one table for each file of this directory that is named in 'tables' of
 * main.c.
 */
#ifndef CLIENTS_FAILNTH_OPERATION_H
#define CLIENTS_FAILNTH_OPERATION_H

#include <stdbool.h>

#include "stage.h"

/*
 * Puts a group under another domain. It warns when a driver of an IOMMU finds no memory while a
 * group is given back, where nobody can do anything about it.
 */
#define GIVE_BACK    "__iommu_group_set_domain_internal"
/* Adds a function that was found, or made, to the system: it warns when it cannot. */
#define NEW_FUNCTION "pci_device_add"
/*
 * Makes the files of an interrupt in /proc. Without memory there are fewer, and it warns when those
 * are removed.
 */
#define IRQ_FILES    "register_irq_proc"

/**
 * struct operation - one thing that is asked of the modules
 * @name: on the command line
 * @stage: where it begins and, with @after, ends
 * @before: what else must be there. Without faults
 * @run: the thing itself, whose faults are counted. After an answer of -errno it is done once more,
 *	without faults, and must succeed
 * @check: that what @run has done is there in full
 * @after: the reverse of @before and @run
 * @error: may be answered beside ENOMEM and EFAULT
 * @spares: what the kernel cannot fail in without a warning of its own
 * @quiet: it may ask for no memory at all
 * @by_worker: a part of it is done by a thread of the kernel's
 */
struct operation {
	const char *name;
	enum stage stage;
	void (*before)(void);
	long (*run)(void);
	void (*check)(void);
	void (*after)(void);
	int error;
	const char *spares;
	bool quiet;
	bool by_worker;
};

/* Each ends with an entry without a name. */
extern const struct operation group_operations[];
extern const struct operation dma_operations[];
extern const struct operation device_operations[];
extern const struct operation interrupt_operations[];
extern const struct operation feature_operations[];
extern const struct operation closing_operations[];
extern const struct operation driver_operations[];

#endif
