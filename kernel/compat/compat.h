/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels that we run on, for the core and for everybody. Each HAVE_ is
 * the answer of a file in probes/. What only one module needs is in a header of its own beside
 * this one. Nothing outside of this directory looks at HAVE_ or at a version.
 */
#ifndef VFIOCTL_COMPAT_H
#define VFIOCTL_COMPAT_H

#include <linux/device.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "config.h"

/* Our exports and their import, in a namespace of our own. */
#ifdef HAVE_SYMBOL_NS_BARE
#define COMPAT_EXPORT_SYMBOL(sym) EXPORT_SYMBOL_NS_GPL(sym, VFIOCTL)
#define COMPAT_IMPORT_SYMBOLS()	  MODULE_IMPORT_NS(VFIOCTL)
#else
#define COMPAT_EXPORT_SYMBOL(sym) EXPORT_SYMBOL_NS_GPL(sym, "VFIOCTL")
#define COMPAT_IMPORT_SYMBOLS()	  MODULE_IMPORT_NS("VFIOCTL")
#endif

#ifdef HAVE_CLASS_CREATE_NAME_ONLY
#define compat_class_create(name) class_create(name)
#else
#define compat_class_create(name) class_create(THIS_MODULE, name)
#endif

/* The device argument of class->devnode(). */
#ifdef HAVE_CLASS_DEVNODE_CONST
typedef const struct device compat_devnode_device;
#else
typedef struct device compat_devnode_device;
#endif

/* In a vm_operations_struct. Kernels without an order to give get single pages. */
#ifdef HAVE_HUGE_FAULT_ORDER
#define COMPAT_HUGE_FAULT(fn) .huge_fault = (fn),
#else
#define COMPAT_HUGE_FAULT(fn)
#endif

#ifndef HAVE_VM_FLAGS_SET
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

#endif
