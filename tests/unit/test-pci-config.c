// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of vfio-pci for configuration space, over made-up functions: what a user sees and
 * changes, and that no function can lead the rules out of bounds. The code is the module's own.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>

#include "../../kernel/pci/config_layout.h"
#include "unit.h"

#define PM_AT	   0x40
#define MSI_AT	   0x50
#define UNKNOWN_AT 0x68
#define EXP_AT	   0x70
#define MSIX_AT	   0xb0
#define AER_AT	   0x100
#define SRIOV_AT   0x160
#define HIDDEN_AT  0x1c0

struct function {
	__u8 raw[CFG_SPACE_MAX];
	struct cfg_traits traits;
	struct cfg_layout layout;
};

static void put_cap(struct function *f, unsigned int at, __u8 id, __u8 next)
{
	f->raw[at] = id;
	f->raw[at + 1] = next;
}

static void put_ext_cap(struct function *f, unsigned int at, __u16 id, unsigned int next)
{
	cfg_put(f->raw, at, 4, id | 1u << 16 | next << 20);
}

static void build(struct function *f)
{
	assert_int_equal(cfg_layout_build(&f->layout, &f->traits), 0);
}

/* A function with every byte different from 0, so that whatever is hidden shows if it is not. */
static int setup(void **state)
{
	struct function *f = calloc(1, sizeof(*f));

	memset(f->raw, 0xa5, sizeof(f->raw));
	f->traits.raw = f->raw;
	f->traits.size = CFG_SPACE_MAX;
	f->traits.vendor = 0x1234;
	f->traits.device = 0x11e8;
	f->traits.intx = true;
	f->traits.bars[0] = (struct cfg_bar){ .size = 0x4000, .addr = 0xfe000000 };
	f->traits.bars[2] = (struct cfg_bar){ .size = 1ull << 33,
					      .addr = 0x1200000000,
					      .flags = PCI_BASE_ADDRESS_MEM_TYPE_64 |
						       PCI_BASE_ADDRESS_MEM_PREFETCH };
	f->traits.bars[4] =
		(struct cfg_bar){ .size = 32, .addr = 0xc000, .flags = PCI_BASE_ADDRESS_SPACE_IO };
	cfg_put(f->raw, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	cfg_put(f->raw, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	f->raw[PCI_HEADER_TYPE] = PCI_HEADER_TYPE_NORMAL;
	f->raw[PCI_INTERRUPT_PIN] = 1;
	f->raw[PCI_CAPABILITY_LIST] = PM_AT;
	put_cap(f, PM_AT, PCI_CAP_ID_PM, MSI_AT);
	put_cap(f, MSI_AT, PCI_CAP_ID_MSI, UNKNOWN_AT);
	cfg_put(f->raw, MSI_AT + PCI_MSI_FLAGS, 2, PCI_MSI_FLAGS_64BIT | PCI_MSI_FLAGS_ENABLE);
	put_cap(f, UNKNOWN_AT, 0x77, EXP_AT);
	put_cap(f, EXP_AT, PCI_CAP_ID_EXP, MSIX_AT);
	cfg_put(f->raw, EXP_AT + PCI_EXP_FLAGS, 2, 2);
	put_cap(f, MSIX_AT, PCI_CAP_ID_MSIX, 0);
	put_ext_cap(f, AER_AT, PCI_EXT_CAP_ID_ERR, SRIOV_AT);
	put_ext_cap(f, SRIOV_AT, PCI_EXT_CAP_ID_SRIOV, HIDDEN_AT);
	put_ext_cap(f, HIDDEN_AT, 0x7777, 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static __u32 reads(struct function *f, unsigned int pos, unsigned int width)
{
	return cfg_read_value(&f->layout, pos, width, cfg_get(f->raw, pos, width));
}

/* What the user reads after writing; the device takes what reaches it. */
static __u32 writes(struct function *f, unsigned int pos, unsigned int width, __u32 value)
{
	__u32 hw = cfg_get(f->raw, pos, width);

	cfg_write_shadow(&f->layout, pos, width, value);
	cfg_put(f->raw, pos, width, cfg_write_value(&f->layout, pos, width, value, hw));
	return reads(f, pos, width);
}

static void identity_is_the_hosts_and_cannot_be_written(void **state)
{
	struct function *f = *state;

	cfg_put(f->raw, 0, 4, 0xffffffff); /* a virtual function */
	build(f);
	assert_int_equal(reads(f, 0, 4), 0x11e81234);
	assert_int_equal(writes(f, 0, 4, 0xdeadbeef), 0x11e81234);
	assert_int_equal(cfg_get(f->raw, 0, 4), 0xffffffff);
}

static void base_addresses_are_sized_without_the_device(void **state)
{
	struct function *f = *state;
	__u8 before[24];

	build(f);
	memcpy(before, f->raw + PCI_BASE_ADDRESS_0, sizeof(before));
	assert_int_equal(reads(f, PCI_BASE_ADDRESS_0, 4), 0xfe000000);
	assert_int_equal(writes(f, PCI_BASE_ADDRESS_0, 4, 0xffffffff), 0xffffc000);
	assert_int_equal(writes(f, PCI_BASE_ADDRESS_1, 4, 0xffffffff), 0);
	assert_int_equal(reads(f, PCI_BASE_ADDRESS_2, 4), 0x0000000c);
	assert_int_equal(reads(f, PCI_BASE_ADDRESS_3, 4), 0x12);
	assert_int_equal(writes(f, PCI_BASE_ADDRESS_2, 4, 0xffffffff), 0x0000000c);
	assert_int_equal(writes(f, PCI_BASE_ADDRESS_3, 4, 0xffffffff), 0xfffffffe);
	assert_int_equal(writes(f, PCI_BASE_ADDRESS_4, 4, 0xffffffff), 0xffffffe1);
	assert_int_equal(writes(f, PCI_ROM_ADDRESS, 4, 0xffffffff), 0);
	assert_memory_equal(before, f->raw + PCI_BASE_ADDRESS_0, sizeof(before));
}

static void a_64_bit_bar_cannot_be_the_last_one(void **state)
{
	struct function *f = *state;

	f->traits.bars[5] = (struct cfg_bar){ .size = 4096, .flags = PCI_BASE_ADDRESS_MEM_TYPE_64 };
	build(f);
	assert_int_equal(writes(f, PCI_CARDBUS_CIS, 4, 0xffffffff), 0xa5a5a5a5);
	assert_int_equal(cfg_get(f->layout.user, PCI_CARDBUS_CIS, 4), 0);
}

static void the_command_register_is_never_written_through(void **state)
{
	struct function *f = *state;

	build(f);
	assert_int_equal(reads(f, PCI_COMMAND, 2), PCI_COMMAND_MEMORY);
	assert_int_equal(writes(f, PCI_COMMAND, 2, 0xffff) & PCI_COMMAND_MASTER,
			 PCI_COMMAND_MASTER);
	assert_int_equal(cfg_get(f->raw, PCI_COMMAND, 2), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	assert_int_equal(f->layout.owner[PCI_COMMAND + 1], CFG_OWNER_COMMAND);
}

static void error_bits_are_cleared_only_when_the_user_says_so(void **state)
{
	struct function *f = *state;

	build(f);
	assert_int_equal(cfg_write_value(&f->layout, PCI_STATUS, 2, 0, 0xf910), 0x0010);
	assert_int_equal(cfg_write_value(&f->layout, PCI_STATUS, 2, 0x8000, 0xf910), 0x8010);
}

static void unknown_capabilities_are_not_in_the_list_and_read_zero(void **state)
{
	struct function *f = *state;
	unsigned int i;

	build(f);
	assert_int_equal(reads(f, PCI_CAPABILITY_LIST, 1), PM_AT);
	assert_int_equal(reads(f, PM_AT + 1, 1), MSI_AT);
	assert_int_equal(reads(f, MSI_AT + 1, 1), EXP_AT);
	assert_int_equal(reads(f, MSIX_AT + 1, 1), 0);
	for (i = UNKNOWN_AT; i < EXP_AT; i++)
		assert_int_equal(writes(f, i, 1, 0xff), 0);
	assert_int_equal(reads(f, SRIOV_AT, 4), PCI_EXT_CAP_ID_SRIOV | 1u << 16);
	for (i = HIDDEN_AT; i < CFG_SPACE_MAX; i += 4)
		assert_int_equal(writes(f, i, 4, ~0u), 0);
	assert_int_equal(f->raw[HIDDEN_AT + 8], 0xa5);
}

static void a_list_that_begins_hidden_still_leads_to_the_rest(void **state)
{
	struct function *f = *state;

	put_ext_cap(f, AER_AT, 0x7777, SRIOV_AT);
	build(f);
	assert_int_equal(reads(f, AER_AT, 4), SRIOV_AT << 20);
	assert_int_equal(reads(f, SRIOV_AT, 2), PCI_EXT_CAP_ID_SRIOV);
}

static void without_capabilities_the_status_says_so(void **state)
{
	struct function *f = *state;

	put_cap(f, PM_AT, 0x77, 0);
	build(f);
	assert_int_equal(reads(f, PCI_CAPABILITY_LIST, 1), 0);
	assert_int_equal(reads(f, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST, 0);
}

static void message_address_and_enable_bits_never_reach_the_device(void **state)
{
	struct function *f = *state;
	__u8 before[24];

	build(f);
	memcpy(before, f->raw + MSI_AT, 14);
	assert_int_equal(reads(f, MSI_AT + PCI_MSI_FLAGS, 2), PCI_MSI_FLAGS_64BIT);
	assert_int_equal(writes(f, MSI_AT + PCI_MSI_FLAGS, 2, 1), PCI_MSI_FLAGS_64BIT | 1);
	assert_int_equal(writes(f, MSI_AT + PCI_MSI_ADDRESS_LO, 4, 0xfee00123), 0xfee00120);
	assert_int_equal(writes(f, MSI_AT + PCI_MSI_DATA_64, 2, 0x4711), 0x4711);
	writes(f, MSIX_AT + PCI_MSIX_FLAGS, 2, 0xffff);
	assert_int_equal(cfg_get(f->raw, MSIX_AT + PCI_MSIX_FLAGS, 2), 0xa5a5);
	assert_memory_equal(before, f->raw + MSI_AT, 14);
}

static void the_hosts_error_policy_and_links_stay(void **state)
{
	static const unsigned int regs[] = {
		AER_AT + PCI_ERR_UNCOR_SEVER, AER_AT + PCI_ERR_UNCOR_MASK,
		AER_AT + PCI_ERR_COR_MASK,    AER_AT + PCI_ERR_CAP,
		EXP_AT + PCI_EXP_LNKCTL,      SRIOV_AT + PCI_SRIOV_CTRL
	};
	struct function *f = *state;
	unsigned int i;

	build(f);
	for (i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
		writes(f, regs[i], 4, ~0u);
		assert_int_equal(cfg_get(f->raw, regs[i], 4), 0xa5a5a5a5);
	}
	writes(f, EXP_AT + PCI_EXP_DEVCTL, 2, 0xffff);
	assert_int_equal(cfg_get(f->raw, EXP_AT + PCI_EXP_DEVCTL, 2) & PCI_EXP_DEVCTL_BCR_FLR,
			 0xa5a5 & PCI_EXP_DEVCTL_BCR_FLR);
}

static void registers_outside_of_capabilities_are_the_devices_own(void **state)
{
	struct function *f = *state;

	build(f);
	assert_int_equal(writes(f, 0xf0, 4, 0x01020304), 0x01020304);
	assert_int_equal(cfg_get(f->raw, 0xf0, 4), 0x01020304);
}

static void a_second_capability_of_a_kind_is_hidden(void **state)
{
	struct function *f = *state;

	put_cap(f, MSIX_AT, PCI_CAP_ID_MSIX, 0xd0);
	put_cap(f, 0xd0, PCI_CAP_ID_MSI, 0);
	build(f);
	assert_int_equal(f->layout.pos[CFG_OWNER_MSI], MSI_AT);
	assert_int_equal(reads(f, MSIX_AT + 1, 1), 0);
	assert_int_equal(writes(f, 0xd4, 4, ~0u), 0);
}

static void capabilities_do_not_reach_into_each_other(void **state)
{
	struct function *f = *state;

	/* A vendor's capability that claims 200 bytes, over MSI-X. */
	put_cap(f, EXP_AT, PCI_CAP_ID_VNDR, MSIX_AT);
	f->raw[EXP_AT + 2] = 200;
	build(f);
	writes(f, MSIX_AT + PCI_MSIX_FLAGS, 2, 0xffff);
	assert_int_equal(cfg_get(f->raw, MSIX_AT + PCI_MSIX_FLAGS, 2), 0xa5a5);
	/* One that is too close to the end. */
	put_cap(f, MSIX_AT, PCI_CAP_ID_MSIX, 0xfc);
	put_cap(f, 0xfc, PCI_CAP_ID_MSI, 0);
	put_cap(f, MSI_AT, PCI_CAP_ID_VNDR, UNKNOWN_AT);
	build(f);
	assert_int_equal(f->layout.pos[CFG_OWNER_MSI], 0);
}

static void a_list_in_circles_ends(void **state)
{
	struct function *f = *state;

	put_cap(f, MSIX_AT, PCI_CAP_ID_MSIX, PM_AT);
	put_ext_cap(f, SRIOV_AT, PCI_EXT_CAP_ID_SRIOV, AER_AT);
	build(f);
	assert_int_equal(reads(f, MSIX_AT + 1, 1), 0);
	assert_int_equal(reads(f, SRIOV_AT, 4) >> 20, 0);
}

static void bridges_and_odd_sizes_are_refused(void **state)
{
	struct function *f = *state;

	f->traits.size = 1024;
	assert_int_equal(cfg_layout_build(&f->layout, &f->traits), -EINVAL);
	f->traits.size = CFG_SPACE_MAX;
	f->raw[PCI_HEADER_TYPE] = PCI_HEADER_TYPE_BRIDGE;
	assert_int_equal(cfg_layout_build(&f->layout, &f->traits), -EINVAL);
}

/* The lists that the user sees end, and stay inside. */
static void check_lists(const struct function *f)
{
	const struct cfg_layout *l = &f->layout;
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

static void check_masks(const struct function *f)
{
	const struct cfg_layout *l = &f->layout;
	unsigned int i;

	for (i = 0; i < l->size; i++) {
		assert_false(l->user[i] & ~l->virt[i]);
		assert_false(l->user[i] & l->pass[i]);
		if (l->owner[i] == CFG_OWNER_MSIX || l->owner[i] == CFG_OWNER_COMMAND)
			assert_false(l->pass[i]);
	}
}

/* Random bytes with lists that are likely to lead somewhere. */
static void make_hostile(struct function *f, unsigned int seed)
{
	unsigned int i, at;

	srand(seed);
	for (i = 0; i < sizeof(f->raw); i++)
		f->raw[i] = rand() >> 7;
	f->raw[PCI_HEADER_TYPE] = rand() & 0x80;
	f->raw[PCI_STATUS] |= PCI_STATUS_CAP_LIST;
	for (i = 0; i < 40; i++) {
		at = rand() & 0xfc;
		if (at >= 0x40)
			put_cap(f, at, rand() % 0x16, rand());
	}
	for (i = 0; i < 60; i++) {
		at = i ? 0x100 + (rand() % 0xf00 & ~3) : 0x100;
		put_ext_cap(f, at, rand() % 0x30, rand() & 0xfff);
	}
	f->traits.size = rand() & 1 ? CFG_SPACE_MAX : CFG_SPACE_MIN;
}

static void no_function_leads_the_rules_out_of_bounds(void **state)
{
	struct function *f = *state;
	unsigned int i, pos;

	for (i = 0; i < 100000; i++) {
		make_hostile(f, i);
		build(f);
		check_lists(f);
		check_masks(f);
		pos = rand() % f->layout.size & ~3;
		writes(f, pos, 4, rand());
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(identity_is_the_hosts_and_cannot_be_written),
		TEST(base_addresses_are_sized_without_the_device),
		TEST(a_64_bit_bar_cannot_be_the_last_one),
		TEST(the_command_register_is_never_written_through),
		TEST(error_bits_are_cleared_only_when_the_user_says_so),
		TEST(unknown_capabilities_are_not_in_the_list_and_read_zero),
		TEST(a_list_that_begins_hidden_still_leads_to_the_rest),
		TEST(without_capabilities_the_status_says_so),
		TEST(message_address_and_enable_bits_never_reach_the_device),
		TEST(the_hosts_error_policy_and_links_stay),
		TEST(registers_outside_of_capabilities_are_the_devices_own),
		TEST(a_second_capability_of_a_kind_is_hidden),
		TEST(capabilities_do_not_reach_into_each_other),
		TEST(a_list_in_circles_ends),
		TEST(bridges_and_odd_sizes_are_refused),
		TEST(no_function_leads_the_rules_out_of_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
