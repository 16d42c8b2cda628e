/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernel/pci/config.c and config_effects.c see of the kernel and of the rest of vfio-pci when
 * they are compiled for test-pci-space.c: a function that is an array of bytes, and locks that only
 * tell whether they are held.
 */
#ifndef VFIOCTL_TESTS_KERNEL_PCI_H
#define VFIOCTL_TESTS_KERNEL_PCI_H

#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/types.h>
#include <sys/types.h>

#include "pci/config.h"

typedef int pci_power_t;

#define __force
#define READ_ONCE(x)	    (x)
#define GENMASK(high, low)  ((~0u >> (31 - (high))) & ~0u << (low))
#define min_t(type, a, b)   ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define cpu_to_le32(value)  (value)
#define le32_to_cpu(value)  (value)

#define PCI_D0		    0
#define PCI_D3hot	    3
#define PCI_ROM_RESOURCE    6
#define IRQ_NOTCONNECTED    (1U << 31)
#define IORESOURCE_IO	    0x100
#define IORESOURCE_MEM	    0x200
#define IORESOURCE_PREFETCH 0x2000
#define IORESOURCE_MEM_64   0x100000

struct resource {
	u64 start;
	u64 size;
	unsigned long flags;
};

struct pci_saved_state;

/**
 * struct pci_dev - a function in memory
 * @space: what it answers; of @cfg_size bytes, so that the sanitizers see every access beyond
 */
struct pci_dev {
	u8 *space;
	unsigned int cfg_size;
	u16 vendor;
	u16 device;
	u8 pm_cap;
	u8 msi_cap;
	u8 msix_cap;
	u8 pcie_cap;
	unsigned int irq;
	bool is_virtfn;
	bool no_command_memory;
	pci_power_t current_state;
	struct resource resource[7];
};

struct lock {
	int held;
};

struct vfio_pci {
	struct pci_dev *pdev;
	struct lock config_lock;
	struct lock memory_lock;
	struct cfg_layout *layout;
	struct pci_saved_state *power_state;
	bool memory_on;
	bool io_on;
	bool link_lost;
	bool vfs_wanted;
};

#define pci_resource_len(pdev, i)   ((pdev)->resource[i].size)
#define pci_resource_start(pdev, i) ((pdev)->resource[i].start)
#define resource_type(res)	    ((res)->flags & (IORESOURCE_IO | IORESOURCE_MEM))

/* The function's own registers. */
void pci_user_read_config_byte(struct pci_dev *pdev, int pos, u8 *value);
void pci_user_read_config_word(struct pci_dev *pdev, int pos, u16 *value);
void pci_user_read_config_dword(struct pci_dev *pdev, int pos, u32 *value);
void pci_user_write_config_byte(struct pci_dev *pdev, int pos, u8 value);
void pci_user_write_config_word(struct pci_dev *pdev, int pos, u16 value);
void pci_user_write_config_dword(struct pci_dev *pdev, int pos, u32 value);
#define pci_read_config_byte pci_user_read_config_byte
#define pci_read_config_word pci_user_read_config_word
void pcie_capability_read_dword(struct pci_dev *pdev, int reg, u32 *value);
int pcie_get_readrq(struct pci_dev *pdev);
void pcie_set_readrq(struct pci_dev *pdev, int size);
ssize_t pci_read_vpd(struct pci_dev *pdev, loff_t at, size_t count, void *buf);
ssize_t pci_write_vpd(struct pci_dev *pdev, loff_t at, size_t count, const void *buf);
void pci_set_power_state(struct pci_dev *pdev, pci_power_t state);
void pci_save_state(struct pci_dev *pdev);
void pci_restore_state(struct pci_dev *pdev);
struct pci_saved_state *pci_store_saved_state(struct pci_dev *pdev);
void pci_load_and_free_saved_state(struct pci_dev *pdev, struct pci_saved_state **state);

/* Locks: taken by nobody else, and never twice. */
void lock_take(struct lock *lock);
void lock_give(struct lock *lock);
#define mutex_lock   lock_take
#define mutex_unlock lock_give
#define down_write   lock_take
#define up_write     lock_give

/* The rest of the modules, which the test stands in for. */
enum vfio_ledger_item { VFIO_LEDGER_SAVED_STATES };
void vfio_ledger_created(enum vfio_ledger_item item, unsigned long count);
void vfio_ledger_destroyed(enum vfio_ledger_item item, unsigned long count);
void vfio_pci_command_apply(struct vfio_pci *vdev);
u16 vfio_pci_command_lost(struct vfio_pci *vdev);
void vfio_pci_command_apply_locked(struct vfio_pci *vdev);
void vfio_pci_command_memory(struct vfio_pci *vdev, bool on);

static inline bool vfio_pci_awake(struct vfio_pci *vdev)
{
	return !vdev->link_lost && vdev->pdev->current_state < PCI_D3hot;
}

void vfio_pci_memory_zap(struct vfio_pci *vdev);
bool vfio_pci_intx_usable(struct pci_dev *pdev);
void vfio_pci_intx_disable_bit(struct vfio_pci *vdev, bool disabled);
int vfio_pci_function_reset(struct vfio_pci *vdev);

#endif
