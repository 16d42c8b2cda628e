/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the core and the modules that plug into it: IOMMU backends
 * (vfio_iommu_type1) and bus drivers (vfio-pci).
 *
 * The ABI that userspace sees is <uapi/linux/vfio.h>. The kernel's own <linux/vfio.h> must not be
 * included beside this header: it declares other things under some of the same names.
 */
#ifndef VFIOCTL_VFIO_H
#define VFIOCTL_VFIO_H

#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/types.h>
#include <uapi/linux/vfio.h>

#include "compat/compat.h"

struct kvm;
struct seq_file;
struct vfio_device;

/*
 * The sentinel. Its name carries the number of the interface below: a backend built against another
 * number, or loaded beside the stock core, stops at an unknown symbol that says what is missing.
 * Raise the number with every change of a structure or a prototype in this file.
 */
#define VFIO_CORE_ABI vfioctl_core_abi_3
extern const char VFIO_CORE_ABI[];

/* Every module but the core says this once, at file scope. */
#define VFIO_USES_CORE()                                                     \
	static const void *const __used vfioctl_core_needed = VFIO_CORE_ABI; \
	COMPAT_IMPORT_SYMBOLS()

/**
 * struct vfio_iommu_stats - what a backend has to show
 * @mappings: live DMA mappings; one that is still being made does not count yet
 * @mapped_bytes: the sum of their sizes
 * @pinned_pages: pages of PAGE_SIZE that are held pinned, for those still being made, too
 */
struct vfio_iommu_stats {
	u64 mappings;
	u64 mapped_bytes;
	u64 pinned_pages;
};

/**
 * struct vfio_iommu_driver_ops - an IOMMU backend
 *
 * All callbacks run in process context and may sleep. The core holds a reference on @owner from
 * before @open until after @release.
 *
 * @name: for messages and sysfs, such as "type1"
 * @owner: THIS_MODULE
 * @open: make a new instance for a container, for the model @model (VFIO_TYPE1_IOMMU, ...), one
 *	that @check_extension(NULL) has answered positively. Returns the instance or ERR_PTR().
 *	The container's mutex is held.
 * @release: destroy the instance: unmap, unpin, uncharge everything. Every group was detached
 *	before, and no other call is running or can follow. No core lock is held.
 * @check_extension: VFIO_CHECK_EXTENSION; @data is NULL while no instance exists. Returns a
 *	positive number for yes, 0 for no. No core lock is held; must be quick.
 * @ioctl: every ioctl of the container that the core does not know, @arg as userspace gave it
 *	(already converted for compat callers). Returns -ENOTTY for unknown commands. No core lock
 *	is held: calls run in parallel with each other, and with @attach_group and @detach_group.
 *	A call may still run when the last group has been detached; @release then waits for it.
 * @attach_group: put every device of @group under the instance's translation, all mappings
 *	included. The group's DMA ownership is claimed by the core. The group's and the container's
 *	mutex are held. On an error nothing has changed.
 * @detach_group: reverse of @attach_group; cannot fail. When the last group is detached, all
 *	mappings go. The group's and the container's mutex are held, and possibly the device_lock
 *	of a device that is being unbound or unplugged. It must end in bounded time, so no lock it
 *	takes may be held over a user-memory fault (pinning) elsewhere.
 * @stats: fill in @stats, which is zeroed. Optional. May be called at any time between @open and
 *	@release. The container's mutex is held.
 */
struct vfio_iommu_driver_ops {
	const char *name;
	struct module *owner;
	void *(*open)(unsigned long model);
	void (*release)(void *data);
	long (*check_extension)(void *data, unsigned long extension);
	long (*ioctl)(void *data, unsigned int cmd, unsigned long arg);
	int (*attach_group)(void *data, struct iommu_group *group);
	void (*detach_group)(void *data, struct iommu_group *group);
	void (*stats)(void *data, struct vfio_iommu_stats *stats);
};

/*
 * vfio_register_iommu_driver() - offer a backend to containers.
 * @ops must stay valid until vfio_unregister_iommu_driver() returned.
 * Returns 0, -EINVAL for incomplete or already registered ops, -ENOMEM.
 */
int vfio_register_iommu_driver(const struct vfio_iommu_driver_ops *ops);

/*
 * vfio_unregister_iommu_driver() - call it from the module's exit: containers that use the backend
 * hold its module, so none is left then. Returns when no callback runs any more.
 */
void vfio_unregister_iommu_driver(const struct vfio_iommu_driver_ops *ops);

/* The largest argument of a device ioctl that the core copies, in bytes. */
#define VFIO_ARG_MAX	   SZ_64K
/* And of its fixed part. */
#define VFIO_ARG_FIXED_MAX 128

/**
 * struct vfio_arg - the argument of a device ioctl, in kernel memory
 * @buf: @size bytes, zeroed beyond what was copied in. NULL for an ioctl without argument.
 * @size: userspace's argsz, at most VFIO_ARG_MAX; never less than &vfio_device_ioctl.min
 * @reply: set by the handler: how many bytes of @buf go back to userspace, at most @size. They go
 *	back also when the handler returns an error.
 *
 * @buf starts with userspace's own argsz field as it was read. What does not fit into @size is not
 * written; a handler that has more to say writes the needed size into the argsz field.
 */
struct vfio_arg {
	void *buf;
	size_t size;
	size_t reply;
};

/**
 * struct vfio_device_ioctl - one ioctl of a device file
 * @cmd: VFIO_DEVICE_...
 * @min: size of the fixed part that is copied in, at most VFIO_ARG_FIXED_MAX; a smaller argsz is
 *	answered with -EINVAL by the core. 0 for an ioctl that takes no argument.
 * @payload: true if all of argsz bytes are input: they are copied in, and an argsz over
 *	VFIO_ARG_MAX is answered with -EINVAL.
 * @handler: returns what the ioctl returns
 */
struct vfio_device_ioctl {
	unsigned int cmd;
	size_t min;
	bool payload;
	long (*handler)(void *data, struct vfio_arg *arg);
};

/**
 * struct vfio_device_ops - a bus driver's view of one device
 *
 * All callbacks run in process context and may sleep. Between vfio_add_group_dev() and
 * vfio_del_group_dev() the core keeps callbacks and removal apart: a callback that has begun
 * delays vfio_del_group_dev(), one that has not begun by then never will, and userspace reads
 * ENODEV. For that delay to be bounded
 *
 *   - no callback touches user memory: the core copies in before and out after, and
 *   - no callback waits for the device_lock of its device, which the remover holds (try it).
 *
 * A driver whose device sleeps by runtime power management finds it awake in @read, @write and
 * @ioctls, and awake until they return. All others wake it themselves.
 *
 * No core lock is held in any callback, except where said. Calls on one device run in parallel;
 * the driver has its own locks.
 *
 * @name: the driver's name, as its struct device_driver has it
 * @owner: THIS_MODULE; held while the device is open
 * @open: the device goes from unused to open, its group is attached to a container. @device is
 *	valid until @release, for vfio_device_zap(). Serialised against @release by the core.
 *	Returns 0 or an error for VFIO_GROUP_GET_DEVICE_FD.
 * @release: the last file of the device was closed, or it was revoked: interrupts, bus mastering
 *	and device must be as before @open. Pairs with each successful @open, also after @revoke,
 *	and always before vfio_del_group_dev() returns. Nothing but @match can run beside it.
 *	All mappings are gone.
 * @read: fill @count bytes at @buf (kernel memory) from offset @pos of the device file. Returns the
 *	number of bytes, which may be less than @count (the core goes on with the rest), 0 at an
 *	end, or an error. Never crosses a page boundary in @pos.
 * @write: likewise
 * @ioctls: the driver's ioctls; the core answers -ENOTTY for all others
 * @nr_ioctls: their number
 * @mmap: check @vma (vm_pgoff counts from the start of the device file) and set its flags and
 *	protection. Must not set vm_ops, vm_private_data or map anything: pages come from @fault.
 *	mmap_lock is held for writing.
 * @fault: insert the page, or the 1 << @order pages, of @vmf. mmap_lock is held for reading.
 *	Order 0 always comes; higher orders may be answered with VM_FAULT_FALLBACK.
 * @request: ask the user to give the device back; @count tells how often it was asked before.
 *	Only while the device is open. Must be quick. Optional.
 * @revoke: the user did not: no callback runs or begins any more, all mappings are already
 *	zapped and faults answered with SIGBUS. Stop DMA and interrupts. @release follows. Optional.
 * @match: is the device meant by @name, the string given to VFIO_GROUP_GET_DEVICE_FD? 1 for yes,
 *	0 for no, or an error that ends the search. May come at any time. Optional: the default
 *compares with dev_name().
 * @fdinfo: add lines to the fdinfo of a device file. Optional.
 */
struct vfio_device_ops {
	const char *name;
	struct module *owner;
	int (*open)(struct vfio_device *device, void *data);
	void (*release)(void *data);
	ssize_t (*read)(void *data, void *buf, size_t count, loff_t pos);
	ssize_t (*write)(void *data, const void *buf, size_t count, loff_t pos);
	const struct vfio_device_ioctl *ioctls;
	size_t nr_ioctls;
	int (*mmap)(void *data, struct vm_area_struct *vma);
	vm_fault_t (*fault)(void *data, struct vm_fault *vmf, unsigned int order);
	void (*request)(void *data, unsigned int count);
	void (*revoke)(void *data);
	int (*match)(void *data, const char *name);
	void (*fdinfo)(void *data, struct seq_file *m);
};

/*
 * vfio_add_group_dev() - make @dev usable through VFIO; the last step of a bus driver's probe.
 * Callbacks may come before it returns. Returns 0, -EINVAL for incomplete ops, -ENODEV if @dev has
 * no IOMMU group, -EEXIST if it was added before, -ENOMEM. device_lock of @dev is held.
 */
int vfio_add_group_dev(struct device *dev, const struct vfio_device_ops *ops, void *data);

/*
 * vfio_del_group_dev() - take @dev back; the first step of a bus driver's remove.
 * Asks the holder to release the device (@request), waits for the grace period (module parameter
 * grace_ms of the core), then revokes. Afterwards no callback runs or ever will, although files may
 * still be open: those answer ENODEV. Returns the @data of vfio_add_group_dev(), or NULL if @dev
 * was not added. device_lock of @dev is held. The wait shows as state S or I, never D.
 */
void *vfio_del_group_dev(struct device *dev);

/*
 * vfio_run_elsewhere() - call @run(@arg) in a thread of the core's, and sleep in state I until it
 * has returned: for a bus driver's remove, where a reset or a lock would be waited for in state D.
 * The caller's device_lock counts as held in @run, whose module may go as soon as this has
 * returned. Process context; no lock that @run takes may be held.
 */
void vfio_run_elsewhere(void (*run)(void *arg), void *arg);

/*
 * vfio_ask_back() - @dev is about to be taken back by vfio_del_group_dev(), after others: its grace
 * period begins now, so that those of all run side by side. It cannot be opened any more. A device
 * that was not added is passed over. @dev is referenced; its device_lock need not be held.
 */
void vfio_ask_back(struct device *dev);

/*
 * vfio_device_get_from_dev() - the VFIO device of @dev with a reference, or NULL.
 * The reference keeps the object, not the driver's data. Drop it with vfio_device_put().
 */
struct vfio_device *vfio_device_get_from_dev(struct device *dev);
void vfio_device_put(struct vfio_device *device);

/* vfio_device_data() - what was given to vfio_add_group_dev(); for the bus driver itself. */
void *vfio_device_data(struct vfio_device *device);

/*
 * vfio_device_zap() - remove user mappings of @len bytes (0: all to the end) at offset @start of
 * the device file. They fault again on the next access. Takes i_mmap_rwsem, never mmap_lock: a lock
 * that @fault takes may be held.
 */
void vfio_device_zap(struct vfio_device *device, loff_t start, loff_t len);

/*
 * The ledger: what was created and not destroyed yet. Read in debugfs, vfio/ledger; every line's
 * last number is 0 when nothing is in use.
 */
enum vfio_ledger_item {
	VFIO_LEDGER_CONTAINERS,
	VFIO_LEDGER_BACKENDS,
	VFIO_LEDGER_GROUPS,
	VFIO_LEDGER_DEVICES,
	VFIO_LEDGER_DEVICE_FILES,
	VFIO_LEDGER_DOMAINS,
	VFIO_LEDGER_MAPPINGS,
	VFIO_LEDGER_PINNED_PAGES,
	VFIO_LEDGER_IRQ_CONTEXTS,
	VFIO_LEDGER_SAVED_STATES,
	VFIO_LEDGER_ITEMS,
};

/* Any context. */
void vfio_ledger_created(enum vfio_ledger_item item, unsigned long count);
void vfio_ledger_destroyed(enum vfio_ledger_item item, unsigned long count);

/*
 * What KVM looks up by name, without a symbol namespace.
 *
 * vfio_file_iommu_group() returns the IOMMU group of a group file without a reference: it lives as
 * long as the file. NULL for any other file.
 */
struct iommu_group *vfio_file_iommu_group(struct file *file);
bool vfio_file_is_group(struct file *file);
bool vfio_file_is_valid(struct file *file);
bool vfio_file_enforced_coherent(struct file *file);
void vfio_file_set_kvm(struct file *file, struct kvm *kvm);

#endif
