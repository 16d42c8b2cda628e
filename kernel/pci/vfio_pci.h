/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio-pci: one PCI function in the hands of userspace.
 *
 * Locks, outermost first:
 *
 *   bound_lock	  functions that are reset with others (mutex, in hot_reset.c)
 *   ioeventfd_lock  the list of them (mutex)
 *   irq_lock	  which interrupts are set up (mutex)
 *   config_lock  the layout's shadow values (mutex)
 *   memory_lock  held for reading by whatever touches a BAR, for writing by whatever makes BARs
 *		  unreachable: memory decoding, power state, reset (rwsem). It is taken in page
 *		  faults under mmap_lock, so nobody who holds it touches user memory.
 *   bar_lock	  mapping BARs into the kernel (mutex)
 *   token_lock	  of a physical function, also for its virtual ones (mutex, leaf)
 *   intx_lock	  the pin's state, and every write of the command register (spinlock, irqs off)
 */
#ifndef VFIOCTL_PCI_VFIO_PCI_H
#define VFIOCTL_PCI_VFIO_PCI_H

#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>

#include "vfio.h"
#include "pci/config.h"
#include "pci/config_layout.h"

/* A region's index is in the upper bits of the offset in the device file, as clients know it. */
#define VFIO_PCI_REGION_SHIFT 40
#define VFIO_PCI_REGION_MASK  (BIT_ULL(VFIO_PCI_REGION_SHIFT) - 1)

struct eventfd_ctx;
struct intx_ctx;
struct msi_set;

/**
 * struct vfio_pci_bar - a base address register while the device is open
 * @io: mapped by the first read or write, under bar_lock
 * @claimed: nobody else on the host has the range
 * @range: shows that to others while it is claimed
 * @mappable: whole pages of memory that user mappings can have
 */
struct vfio_pci_bar {
	void __iomem *io;
	bool claimed;
	bool mappable;
	struct resource range;
};

/**
 * struct vfio_pci - one function bound to the driver
 * @pdev: the function
 * @bound_next: among all functions of the driver
 * @vfio: for zapping mappings; set while open
 * @ioeventfd_lock: see above
 * @ioeventfds: under @ioeventfd_lock
 * @nr_ioeventfds: their number, likewise
 * @irq_lock: see above
 * @intx: under @irq_lock and @intx_lock
 * @msi: MSI or MSI-X, under @irq_lock
 * @err_trigger: signalled on a PCI error; under @notify_lock
 * @req_trigger: signalled when the device is wanted back; under @notify_lock
 * @notify_lock: leaf
 * @config_lock: see above
 * @layout: set while open
 * @power_state: kept across D3 for functions that lose their registers there
 * @memory_lock: see above
 * @low_power: the user does not need the function awake between his calls, and has no mappings;
 *	under @memory_lock
 * @wake_trigger: signalled when it had slept and was woken; likewise
 * @memory_on: the user has memory decoding on and the function awake; under @memory_lock
 * @io_on: likewise for I/O ports
 * @link_lost: an error on the bus took the function its registers, and they are not back. Set
 *	without a lock, unset under @config_lock
 * @link_reset: the kernel has reset the link, @error_work restores them
 * @error_untold: @error_work tells the user
 * @settled_at: in jiffies; until then the kernel may still reset the link
 * @error_work: what the kernel's error handlers leave to be done
 * @bar_lock: see above
 * @bars: see above
 * @msix_table: which bytes the vectors of MSI-X take up; no size without MSI-X
 * @intx_lock: see above
 * @intx_maskable: the function can mask its own pin
 * @intx_disabled: the user's command register says so; under @intx_lock
 * @intx_asleep: the host has put the function to sleep; likewise
 * @kept_state: the registers when it was bound, then those before each open; under @config_lock
 * @kept_bars: those of its registers that tell whether they are there
 * @pf: the physical function of a virtual one, if that is ours
 * @token_lock: see above
 * @token: of a physical function: who opens one of its virtual ones knows it; under @token_lock
 * @token_round: counts its changes, likewise
 * @token_shown: the round whose token came with the last name that the function was asked for by, 0
 *	for none; under the @token_lock of the physical one
 * @vfs_open: how many of them are open, likewise
 * @vfs_wanted: it has virtual functions, or they are just being made; under @memory_lock
 * @vga_left: the arbiter was told that the adapter does without the legacy addresses
 * @idle_sleeps: in D3 while nobody has it open
 * @can_reset: the function has a reset of its own
 * @reset_owed: the last release could not reset, the device_lock was taken
 */
struct vfio_pci {
	struct pci_dev *pdev;
	struct list_head bound_next;
	struct vfio_device *vfio;

	struct mutex ioeventfd_lock;
	struct list_head ioeventfds;
	unsigned int nr_ioeventfds;

	struct mutex irq_lock;
	struct intx_ctx *intx;
	struct msi_set *msi;

	spinlock_t notify_lock;
	struct eventfd_ctx *err_trigger;
	struct eventfd_ctx *req_trigger;

	struct mutex config_lock;
	struct cfg_layout *layout;
	struct pci_saved_state *power_state;

	struct rw_semaphore memory_lock;
	bool low_power;
	struct eventfd_ctx *wake_trigger;
	bool memory_on;
	bool io_on;
	bool link_lost;
	bool link_reset;
	bool error_untold;
	unsigned long settled_at;
	struct work_struct error_work;

	struct mutex bar_lock;
	struct vfio_pci_bar bars[PCI_STD_NUM_BARS];

	struct {
		unsigned int bar;
		u32 offset;
		u32 size;
	} msix_table;

	spinlock_t intx_lock;
	bool intx_maskable;
	bool intx_disabled;
	bool intx_asleep;

	struct pci_saved_state *kept_state;
	u32 kept_bars[PCI_STD_NUM_BARS];
	struct vfio_pci *pf;
	struct mutex token_lock;
	uuid_t token;
	u64 token_round;
	u64 token_shown;
	unsigned int vfs_open;
	bool vfs_wanted;

	bool vga_left;
	bool idle_sleeps;
	bool can_reset;
	bool reset_owed;
};

/* BARs answer in D0 to D2 only, and by a link that works. */
static inline bool vfio_pci_awake(struct vfio_pci *vdev)
{
	return !READ_ONCE(vdev->link_lost) &&
	       (__force int)vdev->pdev->current_state < (__force int)PCI_D3hot;
}

/* Can its memory, or its ports, be reached now? memory_lock is held. */
static inline bool vfio_pci_decodes(struct vfio_pci *vdev, bool ports)
{
	return !READ_ONCE(vdev->link_lost) && (ports ? vdev->io_on : vdev->memory_on);
}

/* denylist.c: may no user have the function? The log says why. */
bool vfio_pci_denied(struct pci_dev *pdev);

/*
 * command.c: the function's own command register.
 *
 * apply: the function has it as the user wrote it. config_lock is held.
 * apply_locked: again, after something else has changed it; memory_lock is held, too.
 * lost: which of the bits that the user may have set the function has not, for whatever reason, so
 *	that he is shown them as they are: one that was reset behind our back does not decode.
 *	config_lock is held.
 */
void vfio_pci_command_apply(struct vfio_pci *vdev);
void vfio_pci_command_apply_locked(struct vfio_pci *vdev);
u16 vfio_pci_command_lost(struct vfio_pci *vdev);
/* Whatever the user's says, until the next apply. memory_lock is held for writing. */
void vfio_pci_command_memory(struct vfio_pci *vdev, bool on);
/* @intx_off: the pin's disable bit. intx_lock is held. */
void vfio_pci_command_intx(struct vfio_pci *vdev, bool intx_off);

/*
 * memory.c: the gate in front of the BARs. Between begin and end the registers behind a BAR can be
 * reached, whatever the user's command register says, and nobody else reaches them: for interrupt
 * vectors, whose table lies in a BAR, and for the ROM. false: an error on the bus took the function
 * its registers, and there is nothing to be reached; it is ended all the same.
 */
bool vfio_pci_memory_begin(struct vfio_pci *vdev);
void vfio_pci_memory_end(struct vfio_pci *vdev);
/* No mapping of a BAR stays. memory_lock is held for writing. */
void vfio_pci_memory_zap(struct vfio_pci *vdev);

/*
 * power.c. Between init, before it is added to the core, and unbound the function may sleep while
 * nobody holds it awake: open to release, get to put, and the core around each call of a user. None
 * of our locks is held.
 */
extern const struct dev_pm_ops vfio_pci_pm_ops;
void vfio_pci_power_init(struct vfio_pci *vdev);
void vfio_pci_power_bound(struct vfio_pci *vdev);
void vfio_pci_power_unbound(struct vfio_pci *vdev);
int vfio_pci_power_open(struct vfio_pci *vdev);
void vfio_pci_power_release(struct vfio_pci *vdev);
int vfio_pci_power_get(struct vfio_pci *vdev);
void vfio_pci_power_put(struct vfio_pci *vdev);
/* However the user left it, it is awake until the release. May be done twice. */
void vfio_pci_power_on(struct vfio_pci *vdev);

/* feature.c */
long vfio_pci_feature(void *data, struct vfio_arg *arg);

/* bars.c */
void vfio_pci_bars_claim(struct vfio_pci *vdev);
void vfio_pci_bars_release(struct vfio_pci *vdev);
ssize_t vfio_pci_bar_read(struct vfio_pci *vdev, unsigned int bar, u8 *buf, size_t count, u64 pos);
ssize_t vfio_pci_bar_write(struct vfio_pci *vdev, unsigned int bar, const u8 *buf, size_t count,
			   u64 pos);

/* rom.c */
ssize_t vfio_pci_rom_read(struct vfio_pci *vdev, u8 *buf, size_t count, u64 pos);
size_t vfio_pci_rom_size(struct vfio_pci *vdev);

/* mmap.c */
int vfio_pci_mmap(void *data, struct vm_area_struct *vma);
vm_fault_t vfio_pci_fault(void *data, struct vm_fault *vmf, unsigned int order);

/* regions.c */
ssize_t vfio_pci_read(void *data, void *buf, size_t count, loff_t pos);
ssize_t vfio_pci_write(void *data, const void *buf, size_t count, loff_t pos);
long vfio_pci_get_region_info(void *data, struct vfio_arg *arg);

/* interrupts.c */
long vfio_pci_get_irq_info(void *data, struct vfio_arg *arg);
long vfio_pci_set_irqs(void *data, struct vfio_arg *arg);
/* Everything off: no handler runs afterwards and no eventfd is held. */
void vfio_pci_irqs_release(struct vfio_pci *vdev);

/* ioeventfd.c */
long vfio_pci_ioeventfd(void *data, struct vfio_arg *arg);
/* None writes afterwards. */
void vfio_pci_ioeventfds_release(struct vfio_pci *vdev);

/* notify.c: error and request */
void vfio_pci_notify_request(void *data, unsigned int count);
void vfio_pci_notify_error(struct vfio_pci *vdev);
void vfio_pci_notify_release(struct vfio_pci *vdev);

/* errors.c */
extern const struct pci_error_handlers vfio_pci_error_handlers;
void vfio_pci_errors_run(struct work_struct *work);

/*
 * state.c: the registers while no user has the function. config_lock is held, or nobody else can be
 * there, and the function is awake.
 *
 * keep takes them as they are: 0, -ENOMEM, or -EIO if the function does not answer, or lost them.
 * is_there needs no lock: does it answer, and where it should?
 * bars_back puts those alone back that it has forgotten, in a reset that nobody told us of.
 *	memory_lock is held for writing.
 * restore puts them back, in one that is open before vfio_pci_command_apply_locked(). After that
 *	link_lost is still set if it cannot be reached.
 * regain does so if they were lost: 0, or -EAGAIN if they still are.
 */
int vfio_pci_state_keep(struct vfio_pci *vdev);
bool vfio_pci_state_is_there(struct vfio_pci *vdev);
void vfio_pci_state_bars_back(struct vfio_pci *vdev);
void vfio_pci_state_restore(struct vfio_pci *vdev);
int vfio_pci_state_regain(struct vfio_pci *vdev);

/* reset.c */
long vfio_pci_reset(void *data, struct vfio_arg *arg);
/* config_lock is held. Returns 0, -ENOTTY without a reset, -EAGAIN if the device_lock is taken
 * or an error on the bus took its registers, which are not back yet. */
int vfio_pci_function_reset(struct vfio_pci *vdev);
/* The reset that a release owes; from remove, which holds the device_lock. */
void vfio_pci_reset_owed(struct vfio_pci *vdev);

/* hot_reset.c; add and remove frame the time in which the function may be reset with others. */
void vfio_pci_bound_add(struct vfio_pci *vdev);
void vfio_pci_bound_remove(struct vfio_pci *vdev);
/* That of @pdev, or NULL if it is not ours. */
struct vfio_pci *vfio_pci_bound_find(struct pci_dev *pdev);
long vfio_pci_get_hot_reset_info(void *data, struct vfio_arg *arg);
long vfio_pci_hot_reset(void *data, struct vfio_arg *arg);

#endif
