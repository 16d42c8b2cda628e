// SPDX-License-Identifier: GPL-2.0-only
/*
 * 100,000 functions whose configuration space lies, opened, read and written by the module's own
 * config.c and all beneath it, under AddressSanitizer and UndefinedBehaviorSanitizer: nothing is
 * read or written out of bounds, and a function's register changes only where the rules let the
 * user through. What is tried depends on nothing but the number of the function.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/slab.h>
#include <stdio.h>

#include "pci/vfio_pci.h"
#include "unit.h"

#define FUNCTIONS  100000
#define THOROUGHLY 2000 /* one of so many is tried at each address in each width */

unsigned int allocations_left = -1;

/* What was freed a moment ago is watched; to keep 256 MiB of it takes longer than all the rest. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=1";
}

/* xorshift64*: fast, and the same everywhere. */
static u64 state64;

static u32 roll(void)
{
	state64 ^= state64 >> 12;
	state64 ^= state64 << 25;
	state64 ^= state64 >> 27;
	return (state64 * 0x2545f4914f6cdd1dull) >> 32;
}

static u32 below(u32 limit)
{
	return (u64)roll() * limit >> 32;
}

static bool one_in(u32 n)
{
	return !below(n);
}

static void seed(u64 number)
{
	state64 = (number + 1) * 0x9e3779b97f4a7c15ull;
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

static u32 space_read(struct pci_dev *pdev, int pos, unsigned int width)
{
	assert_true(pos >= 0 && !(pos % width) && pos + width <= pdev->cfg_size);
	return cfg_get(pdev->space, pos, width);
}

/* Of the function that is open. */
static const struct cfg_layout *rules;

/*
 * What the user may not change is not even written back as it was: the command register, which is
 * half of a double word, has writers of its own.
 */
static void space_write(struct pci_dev *pdev, int pos, unsigned int width, u32 value)
{
	assert_true(pos >= 0 && !(pos % width) && pos + width <= pdev->cfg_size);
	assert_true(cfg_get(rules->pass, pos, width == 1 ? 1 : 2));
	assert_true(width < 4 || cfg_get(rules->pass, pos + 2, 2));
	cfg_put(pdev->space, pos, width, value);
}

void pci_user_read_config_byte(struct pci_dev *pdev, int pos, u8 *value)
{
	*value = space_read(pdev, pos, 1);
}

void pci_user_read_config_word(struct pci_dev *pdev, int pos, u16 *value)
{
	*value = space_read(pdev, pos, 2);
}

void pci_user_read_config_dword(struct pci_dev *pdev, int pos, u32 *value)
{
	*value = space_read(pdev, pos, 4);
}

void pci_user_write_config_byte(struct pci_dev *pdev, int pos, u8 value)
{
	space_write(pdev, pos, 1, value);
}

void pci_user_write_config_word(struct pci_dev *pdev, int pos, u16 value)
{
	space_write(pdev, pos, 2, value);
}

void pci_user_write_config_dword(struct pci_dev *pdev, int pos, u32 value)
{
	space_write(pdev, pos, 4, value);
}

void pcie_capability_read_dword(struct pci_dev *pdev, int reg, u32 *value)
{
	(void)pdev;
	(void)reg;
	*value = roll();
}

int pcie_get_readrq(struct pci_dev *pdev)
{
	(void)pdev;
	return 128 << below(6);
}

void pcie_set_readrq(struct pci_dev *pdev, int size)
{
	(void)pdev;
	assert_true(size >= 128 && size <= 4096);
}

ssize_t pci_read_vpd(struct pci_dev *pdev, loff_t at, size_t count, void *buf)
{
	(void)pdev;
	assert_true(at >= 0 && at < 0x8000 && !(at & 3) && count == 4);
	if (one_in(2))
		return -EIO;
	memset(buf, 0x5a, count);
	return count;
}

ssize_t pci_write_vpd(struct pci_dev *pdev, loff_t at, size_t count, const void *buf)
{
	(void)pdev;
	(void)buf;
	assert_true(at >= 0 && at < 0x8000 && !(at & 3) && count == 4);
	return one_in(2) ? -EIO : (ssize_t)count;
}

/* A function may have no such state, or not wake up. */
void pci_set_power_state(struct pci_dev *pdev, pci_power_t state)
{
	if (!one_in(4))
		pdev->current_state = state;
}

void pci_save_state(struct pci_dev *pdev)
{
	(void)pdev;
}

void pci_restore_state(struct pci_dev *pdev)
{
	(void)pdev;
}

struct pci_saved_state *pci_store_saved_state(struct pci_dev *pdev)
{
	(void)pdev;
	return one_in(8) ? NULL : malloc(16);
}

void pci_load_and_free_saved_state(struct pci_dev *pdev, struct pci_saved_state **state)
{
	(void)pdev;
	free(*state);
	*state = NULL;
}

/* The rest of the modules. */

static unsigned long saved_states;

void vfio_ledger_created(enum vfio_ledger_item item, unsigned long count)
{
	assert_int_equal(item, VFIO_LEDGER_SAVED_STATES);
	saved_states += count;
}

void vfio_ledger_destroyed(enum vfio_ledger_item item, unsigned long count)
{
	assert_int_equal(item, VFIO_LEDGER_SAVED_STATES);
	saved_states -= count;
}

void vfio_pci_command_apply_locked(struct vfio_pci *vdev)
{
	assert_int_equal(vdev->memory_lock.held, 1);
}

void vfio_pci_command_memory(struct vfio_pci *vdev, bool on)
{
	(void)on;
	assert_int_equal(vdev->memory_lock.held, 1);
}

void vfio_pci_command_apply(struct vfio_pci *vdev)
{
	lock_take(&vdev->memory_lock);
	vfio_pci_command_apply_locked(vdev);
	lock_give(&vdev->memory_lock);
}

void vfio_pci_memory_zap(struct vfio_pci *vdev)
{
	assert_int_equal(vdev->memory_lock.held, 1);
}

u16 vfio_pci_command_lost(struct vfio_pci *vdev)
{
	assert_int_equal(vdev->config_lock.held, 1);
	return one_in(4) ? roll() : 0;
}

bool vfio_pci_intx_usable(struct pci_dev *pdev)
{
	return pdev->device & 1;
}

void vfio_pci_intx_disable_bit(struct vfio_pci *vdev, bool disabled)
{
	(void)disabled;
	assert_int_equal(vdev->memory_lock.held, 0);
}

int vfio_pci_function_reset(struct vfio_pci *vdev)
{
	assert_int_equal(vdev->config_lock.held, 1);
	lock_take(&vdev->memory_lock);
	vfio_pci_config_awake(vdev);
	lock_give(&vdev->memory_lock);
	return 0;
}

/* Functions. */

static void put_ext_cap(u8 *space, unsigned int at, u32 id, unsigned int next)
{
	cfg_put(space, at, 4, id | below(4) << 16 | next << 20);
}

/* Lists that are likely to lead somewhere, with pointers that need not be aligned. */
static void weave_lists(u8 *space, unsigned int size)
{
	unsigned int i, at;

	space[PCI_CAPABILITY_LIST] = one_in(16) ? roll() : 0x40 + below(0xc0);
	for (i = below(48); i; i--) {
		at = 0x40 + below(0x30) * 4;
		space[at] = below(0x18);
		space[at + 1] = roll();
	}
	if (size < CFG_SPACE_MAX)
		return;
	for (i = 0; i < 64; i++) {
		at = i ? CFG_SPACE_MIN + below(0x3c0) * 4 : CFG_SPACE_MIN;
		put_ext_cap(space, at, below(0x36), below(0x1000));
	}
}

/* Capabilities one after another until the end, of lengths that are true or not. */
static void pack_lists(u8 *space, unsigned int size)
{
	unsigned int at, next;

	space[PCI_CAPABILITY_LIST] = 0x40;
	for (at = 0x40; at < CFG_SPACE_MIN; at = next) {
		next = at + 4 + below(8) * 4;
		space[at] = below(0x18);
		space[at + 1] = next;
	}
	for (at = CFG_SPACE_MIN; at < size; at = next) {
		next = at + 4 + below(24) * 4;
		put_ext_cap(space, at, below(0x36), next & 0xfff);
	}
}

static void make_space(u8 *space, unsigned int size)
{
	unsigned int i;
	u32 value;

	for (i = 0; i < size; i += 4) {
		value = roll();
		memcpy(space + i, &value, 4);
	}
	if (one_in(32))
		memset(space, one_in(2) ? 0xff : 0, size);
	if (!one_in(64)) /* mostly no bridge, or there is nothing to try */
		space[PCI_HEADER_TYPE] = roll() & 0x80;
	if (!one_in(8))
		space[PCI_STATUS] |= PCI_STATUS_CAP_LIST;
	switch (below(3)) {
	case 0:
		weave_lists(space, size);
		break;
	case 1:
		pack_lists(space, size);
		break;
	}
}

/* What the host made of it at some other time need not fit. */
static void make_host_view(struct pci_dev *pdev)
{
	unsigned int i;

	pdev->vendor = roll();
	pdev->device = roll();
	pdev->pm_cap = one_in(2) ? roll() & 0xfc : 0;
	pdev->msi_cap = one_in(2) ? roll() & 0xfc : 0;
	pdev->msix_cap = one_in(2) ? roll() & 0xfc : 0;
	pdev->pcie_cap = one_in(2) ? roll() & 0xfc : 0;
	pdev->irq = roll();
	pdev->is_virtfn = one_in(4);
	pdev->no_command_memory = pdev->is_virtfn;
	pdev->current_state = below(5);
	for (i = 0; i < 7; i++) {
		pdev->resource[i].start = (u64)roll() << 12;
		pdev->resource[i].size = one_in(3) ? roll() : one_in(2) ? 1ull << below(64) : 0;
		pdev->resource[i].flags = roll();
	}
}

static struct pci_dev *function_new(void)
{
	struct pci_dev *pdev = calloc(1, sizeof(*pdev));

	/* No size that the specifications know is the third: it counts as the first. */
	pdev->cfg_size = one_in(16) ? 1024 : one_in(2) ? CFG_SPACE_MAX : CFG_SPACE_MIN;
	pdev->space = malloc(pdev->cfg_size);
	make_space(pdev->space, pdev->cfg_size);
	make_host_view(pdev);
	return pdev;
}

static void function_free(struct pci_dev *pdev)
{
	free(pdev->space);
	free(pdev);
}

/* What holds of the rules. */

/* The lists that the user sees end, stay inside, and name only what is shown. */
static void check_lists(const struct cfg_layout *l)
{
	unsigned int pos = l->shadow[PCI_CAPABILITY_LIST], steps;

	for (steps = 0; pos; steps++) {
		assert_true(pos >= 0x40 && !(pos & 3) && steps < 48);
		pos = l->shadow[pos + 1];
	}
	if (l->size == CFG_SPACE_MIN)
		return;
	pos = cfg_get(l->shadow, CFG_SPACE_MIN, 4) >> 20;
	for (steps = 0; pos; steps++) {
		assert_true(pos > 0x100 && !(pos & 3) && steps < 960);
		pos = cfg_get(l->shadow, pos, 4) >> 20;
	}
}

static void check_masks(const struct cfg_layout *l, const struct pci_dev *pdev)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < l->size; i++) {
		wrong |= l->user[i] & (~l->virt[i] | l->pass[i]);
		if (l->owner[i] == CFG_OWNER_MSIX || l->owner[i] == CFG_OWNER_COMMAND ||
		    l->owner[i] == CFG_OWNER_PM)
			wrong |= l->pass[i];
	}
	assert_int_equal(wrong, 0);
	/* No power management of the host's is ever the user's. */
	if (pdev->pm_cap >= 0x40)
		assert_false(cfg_get(l->pass, pdev->pm_cap + PCI_PM_CTRL, 2) &&
			     pdev->pm_cap + PCI_PM_CTRL + 2 <= CFG_SPACE_MIN);
}

/* Arrays lie one after another: what runs over the end of one is seen in the next. */
static void check_bounds(const struct cfg_layout *l, const struct pci_dev *pdev)
{
	assert_int_equal(cfg_get(l->virt, 0, 4), ~0u);
	assert_int_equal(cfg_get(l->user, 0, 4), 0);
	assert_int_equal(cfg_get(l->pass, 0, 4), 0);
	assert_int_equal(cfg_get(l->once, 0, 4), 0);
	assert_int_equal(cfg_get(l->owner, 0, 4), 0);
	assert_int_equal(cfg_get(l->shadow, 0, 4), pdev->vendor | (u32)pdev->device << 16);
}

/* A register changes only where its rules have a bit that goes through. */
static void check_device(const struct cfg_layout *l, const u8 *before, const u8 *after)
{
	unsigned int i;

	if (!memcmp(before, after, l->size))
		return;
	for (i = 0; i < l->size; i++)
		if ((before[i] ^ after[i]) & ~(l->pass[i] | l->once[i]))
			fail_msg("register %#x was written", i);
}

static void check_refused(struct vfio_pci *vdev, u8 *buf)
{
	unsigned int size = vdev->layout->size;

	assert_int_equal(vfio_pci_config_read(vdev, buf, 4, size), -EFAULT);
	assert_int_equal(vfio_pci_config_write(vdev, buf, 4, size), -EFAULT);
	assert_int_equal(vfio_pci_config_write(vdev, buf, 4, ~0ull), -EFAULT);
	assert_int_equal(vfio_pci_config_read(vdev, buf, 4, 1ull << 32), -EFAULT);
	assert_int_equal(vfio_pci_config_read(vdev, buf, 8, size - 3), 3);
	assert_int_equal(vfio_pci_config_write(vdev, buf, 0, 0), 0);
}

/* Exactly the memory that the access may touch. */
static void access_once(struct vfio_pci *vdev, unsigned int pos, size_t count)
{
	size_t left = vdev->layout->size - pos, i;
	u8 *buf = malloc(count);

	for (i = 0; i < count; i++)
		buf[i] = one_in(2) ? 0xff : roll();
	assert_int_equal(vfio_pci_config_write(vdev, buf, count, pos), count < left ? count : left);
	assert_int_equal(vfio_pci_config_read(vdev, buf, count, pos), count < left ? count : left);
	free(buf);
}

static void access_at_random(struct vfio_pci *vdev)
{
	unsigned int pos, i;

	for (i = 0; i < 8; i++) {
		pos = below(one_in(2) ? CFG_SPACE_MIN : vdev->layout->size);
		access_once(vdev, pos, 1 + below(one_in(8) ? 300 : 9));
	}
}

static void access_everywhere(struct vfio_pci *vdev)
{
	unsigned int pos, width;

	for (width = 1; width <= 8; width *= 2)
		for (pos = 0; pos < vdev->layout->size; pos++)
			access_once(vdev, pos, width);
}

/* One that an error on the bus has cut off is put into no other state by its power register. */
static void access_lost(struct vfio_pci *vdev)
{
	unsigned int pm = vdev->layout->pos[CFG_OWNER_PM];
	pci_power_t state;

	vdev->link_lost = true;
	access_at_random(vdev);
	state = vdev->pdev->current_state;
	if (pm)
		access_once(vdev, pm + PCI_PM_CTRL, 2);
	assert_int_equal(vdev->pdev->current_state, state);
	vdev->link_lost = false;
}

static void use(struct vfio_pci *vdev, bool thoroughly)
{
	struct pci_dev *pdev = vdev->pdev;
	u8 before[CFG_SPACE_MAX], buf[16];

	check_lists(vdev->layout);
	if (one_in(4))
		check_masks(vdev->layout, pdev);
	check_bounds(vdev->layout, pdev);
	memcpy(before, pdev->space, vdev->layout->size);
	check_refused(vdev, buf);
	if (thoroughly)
		access_everywhere(vdev);
	else
		access_at_random(vdev);
	vfio_pci_config_show_msi(vdev, one_in(2), one_in(2));
	check_device(vdev->layout, before, pdev->space);
	check_lists(vdev->layout);
	if (!one_in(4))
		return;
	/* What the function answers can change at any time. */
	make_space(pdev->space, pdev->cfg_size);
	access_at_random(vdev);
	check_bounds(vdev->layout, pdev);
	access_lost(vdev);
}

static void no_function_leads_out_of_bounds(void **state)
{
	unsigned int i, opened = 0;
	struct vfio_pci vdev = {};

	(void)state;
	for (i = 0; i < FUNCTIONS; i++) {
		seed(i);
		vdev.pdev = function_new();
		if (!vfio_pci_config_init(&vdev)) {
			opened++;
			rules = vdev.layout;
			use(&vdev, i % THOROUGHLY == 0);
			vfio_pci_config_release(&vdev);
		}
		assert_null(vdev.layout);
		assert_null(vdev.power_state);
		assert_int_equal(saved_states, 0);
		function_free(vdev.pdev);
	}
	/* Bridges are refused, nearly all else is not. */
	assert_in_range(opened, FUNCTIONS * 9 / 10, FUNCTIONS - 1);
}

/* An open that fails leaves nothing behind that the next one could take for its own. */
static void without_memory_nothing_is_kept(void **state)
{
	struct vfio_pci vdev = {};
	unsigned int i;

	(void)state;
	seed(0);
	vdev.pdev = function_new();
	vdev.pdev->space[PCI_HEADER_TYPE] = PCI_HEADER_TYPE_NORMAL;
	for (i = 0; i < 2; i++) {
		allocations_left = i;
		assert_int_equal(vfio_pci_config_init(&vdev), -ENOMEM);
		assert_null(vdev.layout);
	}
	allocations_left = -1;
	vdev.pdev->space[PCI_HEADER_TYPE] = PCI_HEADER_TYPE_BRIDGE;
	assert_int_equal(vfio_pci_config_init(&vdev), -EINVAL);
	assert_null(vdev.layout);
	vdev.pdev->space[PCI_HEADER_TYPE] = PCI_HEADER_TYPE_NORMAL;
	assert_int_equal(vfio_pci_config_init(&vdev), 0);
	assert_int_equal(vdev.layout->size, vdev.pdev->cfg_size == 4096 ? 4096 : 256);
	vfio_pci_config_release(&vdev);
	function_free(vdev.pdev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_function_leads_out_of_bounds),
		cmocka_unit_test(without_memory_nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
