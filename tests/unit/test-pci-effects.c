// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a write of a register does beyond the register, with a function that has every capability
 * that has such effects; emulated devices have no vital product data and no FLR outside of PCI
 * Express. The code is the module's own config.c and config_effects.c. Whatever it asks of the
 * kernel is written down, and compared as a whole.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/slab.h>
#include <stdio.h>

#include "pci/vfio_pci.h"
#include "unit.h"

#define PM_AT  0x40
#define VPD_AT 0x48
#define MSI_AT 0x50
#define AF_AT  0x60
#define EXP_AT 0x70

unsigned int allocations_left = -1;

static char told[256];
static bool vpd_fails, devcap_flr, no_memory;

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
	size_t length = strlen(told);
	va_list args;

	va_start(args, format);
	vsnprintf(told + length, sizeof(told) - length, format, args);
	va_end(args);
}

/* What the module asks of the kernel. */

void lock_take(struct lock *lock)
{
	assert_int_equal(lock->held++, 0);
}

void lock_give(struct lock *lock)
{
	assert_int_equal(--lock->held, 0);
}

void pci_user_read_config_byte(struct pci_dev *pdev, int pos, u8 *value)
{
	*value = cfg_get(pdev->space, pos, 1);
}

void pci_user_read_config_word(struct pci_dev *pdev, int pos, u16 *value)
{
	*value = cfg_get(pdev->space, pos, 2);
}

void pci_user_read_config_dword(struct pci_dev *pdev, int pos, u32 *value)
{
	*value = cfg_get(pdev->space, pos, 4);
}

void pci_user_write_config_byte(struct pci_dev *pdev, int pos, u8 value)
{
	cfg_put(pdev->space, pos, 1, value);
}

void pci_user_write_config_word(struct pci_dev *pdev, int pos, u16 value)
{
	cfg_put(pdev->space, pos, 2, value);
}

void pci_user_write_config_dword(struct pci_dev *pdev, int pos, u32 value)
{
	cfg_put(pdev->space, pos, 4, value);
}

void pcie_capability_read_dword(struct pci_dev *pdev, int reg, u32 *value)
{
	(void)pdev;
	assert_int_equal(reg, PCI_EXP_DEVCAP);
	*value = devcap_flr ? PCI_EXP_DEVCAP_FLR : 0;
}

int pcie_get_readrq(struct pci_dev *pdev)
{
	(void)pdev;
	return 512;
}

void pcie_set_readrq(struct pci_dev *pdev, int size)
{
	(void)pdev;
	tell("readrq %d;", size);
}

ssize_t pci_read_vpd(struct pci_dev *pdev, loff_t at, size_t count, void *buf)
{
	(void)pdev;
	assert_int_equal(count, 4);
	tell("vpd read %#x;", (unsigned int)at);
	memcpy(buf, "\x82\x05\x00V", 4);
	return vpd_fails ? -ETIMEDOUT : 4;
}

ssize_t pci_write_vpd(struct pci_dev *pdev, loff_t at, size_t count, const void *buf)
{
	const u8 *bytes = buf;

	(void)pdev;
	assert_int_equal(count, 4);
	tell("vpd write %#x %02x%02x%02x%02x;", (unsigned int)at, bytes[0], bytes[1], bytes[2],
	     bytes[3]);
	return vpd_fails ? -ETIMEDOUT : 4;
}

void pci_set_power_state(struct pci_dev *pdev, pci_power_t state)
{
	tell("D%d;", state);
	pdev->current_state = state;
}

void pci_save_state(struct pci_dev *pdev)
{
	(void)pdev;
	tell("save;");
}

void pci_restore_state(struct pci_dev *pdev)
{
	(void)pdev;
	tell("restore;");
}

struct pci_saved_state *pci_store_saved_state(struct pci_dev *pdev)
{
	(void)pdev;
	return no_memory ? NULL : malloc(16);
}

void pci_load_and_free_saved_state(struct pci_dev *pdev, struct pci_saved_state **state)
{
	(void)pdev;
	free(*state);
	*state = NULL;
}

/* The rest of the modules. */

void vfio_ledger_created(enum vfio_ledger_item item, unsigned long count)
{
	(void)item;
	(void)count;
}

void vfio_ledger_destroyed(enum vfio_ledger_item item, unsigned long count)
{
	(void)item;
	(void)count;
}

void vfio_pci_command_apply_locked(struct vfio_pci *vdev)
{
	assert_int_equal(vdev->memory_lock.held, 1);
}

void vfio_pci_command_memory(struct vfio_pci *vdev, bool on)
{
	assert_int_equal(vdev->memory_lock.held, 1);
	tell("memory %s;", on ? "on" : "off");
}

void vfio_pci_command_apply(struct vfio_pci *vdev)
{
	assert_int_equal(vdev->memory_lock.held, 0);
	tell("command;");
}

void vfio_pci_memory_zap(struct vfio_pci *vdev)
{
	assert_int_equal(vdev->memory_lock.held, 1);
	tell("zap;");
}

static u16 command_lost;

u16 vfio_pci_command_lost(struct vfio_pci *vdev)
{
	assert_int_equal(vdev->config_lock.held, 1);
	return command_lost;
}

bool vfio_pci_intx_usable(struct pci_dev *pdev)
{
	(void)pdev;
	return true;
}

void vfio_pci_intx_disable_bit(struct vfio_pci *vdev, bool disabled)
{
	(void)vdev;
	tell("intx %s;", disabled ? "off" : "on");
}

int vfio_pci_function_reset(struct vfio_pci *vdev)
{
	assert_int_equal(vdev->config_lock.held, 1);
	tell("reset;");
	return 0;
}

/* The function. */

static void put_cap(u8 *space, unsigned int at, u8 id, u8 next)
{
	space[at] = id;
	space[at + 1] = next;
}

static int setup(void **state)
{
	struct vfio_pci *vdev = calloc(1, sizeof(*vdev));
	struct pci_dev *pdev = calloc(1, sizeof(*pdev));
	u8 *space = calloc(1, CFG_SPACE_MIN);

	space[PCI_STATUS] = PCI_STATUS_CAP_LIST;
	space[PCI_CAPABILITY_LIST] = PM_AT;
	put_cap(space, PM_AT, PCI_CAP_ID_PM, VPD_AT);
	put_cap(space, VPD_AT, PCI_CAP_ID_VPD, MSI_AT);
	put_cap(space, MSI_AT, PCI_CAP_ID_MSI, AF_AT);
	put_cap(space, AF_AT, PCI_CAP_ID_AF, EXP_AT);
	put_cap(space, EXP_AT, PCI_CAP_ID_EXP, 0);
	/* Four messages at most. */
	space[MSI_AT + PCI_MSI_FLAGS] = 2 << 1;
	space[AF_AT + PCI_AF_LENGTH] = 6;
	space[AF_AT + PCI_AF_CAP] = PCI_AF_CAP_TP | PCI_AF_CAP_FLR;
	space[EXP_AT + PCI_EXP_FLAGS] = 2;
	pdev->space = space;
	pdev->cfg_size = CFG_SPACE_MIN;
	pdev->pm_cap = PM_AT;
	pdev->msi_cap = MSI_AT;
	pdev->pcie_cap = EXP_AT;
	vdev->pdev = pdev;
	vpd_fails = false;
	devcap_flr = true;
	no_memory = false;
	told[0] = '\0';
	if (vfio_pci_config_init(vdev))
		return -1;
	*state = vdev;
	return 0;
}

static int teardown(void **state)
{
	struct vfio_pci *vdev = *state;

	vfio_pci_config_release(vdev);
	free(vdev->pdev->space);
	free(vdev->pdev);
	free(vdev);
	return 0;
}

static void user_writes(struct vfio_pci *vdev, unsigned int pos, unsigned int width, u32 value)
{
	u8 bytes[4] = { value, value >> 8, value >> 16, value >> 24 };

	assert_int_equal(vfio_pci_config_write(vdev, bytes, width, pos), width);
}

static u32 user_reads(struct vfio_pci *vdev, unsigned int pos, unsigned int width)
{
	u8 bytes[4] = { 0 };

	assert_int_equal(vfio_pci_config_read(vdev, bytes, width, pos), width);
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (u32)bytes[3] << 24;
}

/* All that was asked since the last time. */
static void assert_told(const char *all)
{
	assert_string_equal(told, all);
	told[0] = '\0';
}

static void vpd_is_read_word_by_word(void **state)
{
	struct vfio_pci *vdev = *state;

	user_writes(vdev, VPD_AT + PCI_VPD_ADDR, 2, 0x10);
	assert_told("vpd read 0x10;");
	assert_int_equal(user_reads(vdev, VPD_AT + PCI_VPD_ADDR, 2), PCI_VPD_ADDR_F | 0x10);
	assert_int_equal(user_reads(vdev, VPD_AT + PCI_VPD_DATA, 4), 0x56000582);
	/* By halves: the one with the flag starts it. */
	user_writes(vdev, VPD_AT + PCI_VPD_ADDR, 1, 0x24);
	assert_told("");
	user_writes(vdev, VPD_AT + PCI_VPD_ADDR + 1, 1, 0x01);
	assert_told("vpd read 0x124;");
}

static void vpd_is_written_word_by_word(void **state)
{
	struct vfio_pci *vdev = *state;

	user_writes(vdev, VPD_AT + PCI_VPD_DATA, 4, 0x04030201);
	assert_told("");
	user_writes(vdev, VPD_AT + PCI_VPD_ADDR, 2, PCI_VPD_ADDR_F | 0x7ffc);
	assert_told("vpd write 0x7ffc 01020304;");
	assert_int_equal(user_reads(vdev, VPD_AT + PCI_VPD_ADDR, 2), 0x7ffc);
	assert_int_equal(vdev->pdev->space[VPD_AT + PCI_VPD_DATA], 0);
}

/* The flag says that it was done, and it was not. */
static void vpd_that_fails_is_not_told_to_be_done(void **state)
{
	struct vfio_pci *vdev = *state;

	vpd_fails = true;
	user_writes(vdev, VPD_AT + PCI_VPD_ADDR, 2, 0x10);
	assert_told("vpd read 0x10;");
	assert_int_equal(user_reads(vdev, VPD_AT + PCI_VPD_ADDR, 2), 0x10);
	assert_int_equal(user_reads(vdev, VPD_AT + PCI_VPD_DATA, 4), 0);
	user_writes(vdev, VPD_AT + PCI_VPD_ADDR, 2, PCI_VPD_ADDR_F | 0x10);
	assert_told("vpd write 0x10 00000000;");
	assert_int_equal(user_reads(vdev, VPD_AT + PCI_VPD_ADDR, 2), PCI_VPD_ADDR_F | 0x10);
	vpd_fails = false;
	/* No word of it begins there. */
	user_writes(vdev, VPD_AT + PCI_VPD_ADDR, 2, 0x12);
	assert_told("");
}

static void af_resets_when_asked(void **state)
{
	struct vfio_pci *vdev = *state;

	user_writes(vdev, AF_AT + PCI_AF_CTRL, 1, 0xfe);
	assert_told("");
	user_writes(vdev, AF_AT + PCI_AF_CTRL, 1, PCI_AF_CTRL_FLR);
	assert_told("reset;");
	assert_int_equal(user_reads(vdev, AF_AT + PCI_AF_CTRL, 1), 0);
	assert_int_equal(vdev->pdev->space[AF_AT + PCI_AF_CTRL], 0);
	vdev->pdev->space[AF_AT + PCI_AF_CAP] = PCI_AF_CAP_TP;
	user_writes(vdev, AF_AT + PCI_AF_CTRL, 1, PCI_AF_CTRL_FLR);
	assert_told("");
	assert_int_equal(user_reads(vdev, AF_AT + PCI_AF_CTRL, 1), 0);
}

static void express_resets_when_asked(void **state)
{
	struct vfio_pci *vdev = *state;
	u32 flr = PCI_EXP_DEVCTL_BCR_FLR | PCI_EXP_DEVCTL_READRQ_512B;

	user_writes(vdev, EXP_AT + PCI_EXP_DEVCTL, 2, flr);
	assert_told("reset;");
	assert_int_equal(user_reads(vdev, EXP_AT + PCI_EXP_DEVCTL, 2), PCI_EXP_DEVCTL_READRQ_512B);
	assert_int_equal(cfg_get(vdev->pdev->space, EXP_AT + PCI_EXP_DEVCTL, 2), 0);
	devcap_flr = false;
	user_writes(vdev, EXP_AT + PCI_EXP_DEVCTL, 2, flr);
	assert_told("");
	assert_int_equal(user_reads(vdev, EXP_AT + PCI_EXP_DEVCTL, 2), PCI_EXP_DEVCTL_READRQ_512B);
}

static void read_requests_are_of_sizes_that_exist(void **state)
{
	struct vfio_pci *vdev = *state;

	user_writes(vdev, EXP_AT + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_READRQ_4096B);
	assert_told("readrq 4096;");
	user_writes(vdev, EXP_AT + PCI_EXP_DEVCTL, 2, 6 << 12);
	assert_told("");
	user_writes(vdev, EXP_AT + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_READRQ_512B);
	assert_told("");
}

static void msi_is_not_more_than_there_are(void **state)
{
	struct vfio_pci *vdev = *state;

	user_writes(vdev, MSI_AT + PCI_MSI_FLAGS, 2, 5 << 4);
	assert_int_equal(user_reads(vdev, MSI_AT + PCI_MSI_FLAGS, 2), 2 << 4 | 2 << 1);
	user_writes(vdev, MSI_AT + PCI_MSI_FLAGS, 2, 1 << 4);
	assert_int_equal(user_reads(vdev, MSI_AT + PCI_MSI_FLAGS, 2), 1 << 4 | 2 << 1);
	assert_told("");
}

static void the_command_register_is_applied(void **state)
{
	struct vfio_pci *vdev = *state;

	user_writes(vdev, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
	assert_told("command;intx off;");
	user_writes(vdev, PCI_COMMAND, 2, 0);
	assert_told("command;intx on;");
}

static void bits_that_the_function_lost_are_not_shown(void **state)
{
	struct vfio_pci *vdev = *state;

	user_writes(vdev, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_DISABLE);
	command_lost = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	assert_int_equal(user_reads(vdev, PCI_COMMAND, 2), PCI_COMMAND_INTX_DISABLE);
	assert_int_equal(user_reads(vdev, PCI_COMMAND, 1), 0);
	assert_int_equal(user_reads(vdev, PCI_COMMAND, 4) & 0xffff, PCI_COMMAND_INTX_DISABLE);
	assert_int_equal(user_reads(vdev, PCI_COMMAND + 1, 1), PCI_COMMAND_INTX_DISABLE >> 8);
	command_lost = 0;
	assert_int_equal(user_reads(vdev, PCI_COMMAND, 1), PCI_COMMAND_MEMORY);
}

static void registers_are_kept_where_sleep_loses_them(void **state)
{
	struct vfio_pci *vdev = *state;

	user_writes(vdev, PM_AT + PCI_PM_CTRL, 2, PCI_D3hot);
	assert_told("zap;memory on;save;D3;");
	assert_int_equal(user_reads(vdev, PM_AT + PCI_PM_CTRL, 2) & PCI_PM_CTRL_STATE_MASK, 3);
	user_writes(vdev, PM_AT + PCI_PM_CTRL, 2, PCI_D0);
	assert_told("D0;restore;");
	/* Nothing is kept of one that keeps them itself. */
	cfg_put(vdev->pdev->space, PM_AT + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET);
	user_writes(vdev, PM_AT + PCI_PM_CTRL, 2, PCI_D3hot);
	assert_told("zap;D3;");
	user_writes(vdev, PM_AT + PCI_PM_CTRL, 2, PCI_D0);
	assert_told("D0;");
}

static void a_function_that_cannot_sleep_stays_awake(void **state)
{
	struct vfio_pci *vdev = *state;

	no_memory = true;
	user_writes(vdev, PM_AT + PCI_PM_CTRL, 2, PCI_D3hot);
	assert_told("zap;memory on;save;");
	assert_int_equal(user_reads(vdev, PM_AT + PCI_PM_CTRL, 2) & PCI_PM_CTRL_STATE_MASK, 0);
	no_memory = false;
	vdev->vfs_wanted = true;
	user_writes(vdev, PM_AT + PCI_PM_CTRL, 2, PCI_D3hot);
	assert_told("zap;");
	vdev->vfs_wanted = false;
	vdev->link_lost = true;
	user_writes(vdev, PM_AT + PCI_PM_CTRL, 2, PCI_D3hot);
	assert_told("");
	assert_int_equal(user_reads(vdev, PM_AT + PCI_PM_CTRL, 2) & PCI_PM_CTRL_STATE_MASK, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(vpd_is_read_word_by_word),
		TEST(vpd_is_written_word_by_word),
		TEST(vpd_that_fails_is_not_told_to_be_done),
		TEST(af_resets_when_asked),
		TEST(express_resets_when_asked),
		TEST(read_requests_are_of_sizes_that_exist),
		TEST(msi_is_not_more_than_there_are),
		TEST(the_command_register_is_applied),
		TEST(bits_that_the_function_lost_are_not_shown),
		TEST(registers_are_kept_where_sleep_loses_them),
		TEST(a_function_that_cannot_sleep_stays_awake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
