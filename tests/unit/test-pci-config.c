// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of vfio-pci for configuration space, over made-up functions: what a user sees and
 * changes. The code is the module's own. test-pci-space.c tries it with functions that lie.
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

/*
 * A register of a capability, and what of it a user can read, write to a copy, and write through.
 */
struct rule {
	__u16 id;
	__u16 flags; /* in the first word of the capability */
	unsigned int reg;
	unsigned int width;
	__u32 virt;
	__u32 user;
	__u32 pass;
	__u32 once;
	__u32 starts; /* what is read at first of a device that answers with ones only */
};

static void check_rule(struct function *f, unsigned int at, const struct rule *r)
{
	unsigned int pos = at + r->reg;

	if (cfg_get(f->layout.virt, pos, r->width) != r->virt ||
	    cfg_get(f->layout.user, pos, r->width) != r->user ||
	    cfg_get(f->layout.pass, pos, r->width) != r->pass ||
	    cfg_get(f->layout.once, pos, r->width) != r->once ||
	    reads(f, pos, r->width) != r->starts)
		fail_msg("register %#x of capability %#x", r->reg, r->id);
}

static void the_header_follows_its_specification(void **state)
{
	/* Here the first word is what the device itself answers. */
	static const struct rule rules[] = {
		{ 0, 0xffff, PCI_VENDOR_ID, 2, 0xffff, 0, 0, 0, 0x1234 },
		{ 0, 0xffff, PCI_DEVICE_ID, 2, 0xffff, 0, 0, 0, 0x11e8 },
		{ 0, 0xffff, PCI_COMMAND, 2, 0xffff, 0x557, 0, 0, 0xfbfb },
		{ 0, 0xffff, PCI_STATUS, 2, 0x10, 0, 0xf900, 0xf900, 0xffff },
		{ 0, 0xffff, PCI_CLASS_REVISION, 2, 0xffff, 0, 0, 0, 0xffff },
		{ 0, 0xffff, PCI_CLASS_DEVICE, 2, 0xffff, 0, 0, 0, 0xffff },
		{ 0, 0xff, PCI_CACHE_LINE_SIZE, 1, 0, 0, 0xff, 0, 0xff },
		{ 0, 0xff, PCI_LATENCY_TIMER, 1, 0, 0, 0xff, 0, 0xff },
		{ 0, 0x80, PCI_HEADER_TYPE, 1, 0xff, 0, 0, 0, 0x80 },
		{ 0, 0xff, PCI_BIST, 1, 0, 0, 0, 0, 0xff },
		{ 0, 0xffff, PCI_CARDBUS_CIS, 2, 0, 0, 0, 0, 0xffff },
		{ 0, 0xffff, PCI_SUBSYSTEM_VENDOR_ID, 2, 0, 0, 0, 0, 0xffff },
		{ 0, 0xffff, PCI_SUBSYSTEM_ID, 2, 0, 0, 0, 0, 0xffff },
		{ 0, MSI_AT, PCI_CAPABILITY_LIST, 1, 0xff, 0, 0, 0, MSI_AT },
		{ 0, 0xff, PCI_CAPABILITY_LIST + 1, 1, 0xff, 0, 0, 0, 0 },
		{ 0, 0xffff, 0x38, 2, 0xffff, 0, 0, 0, 0 },
		{ 0, 0xffff, 0x3a, 2, 0xffff, 0, 0, 0, 0 },
		{ 0, 0xff, PCI_INTERRUPT_LINE, 1, 0xff, 0xff, 0, 0, 0xff },
		{ 0, 0xff, PCI_INTERRUPT_PIN, 1, 0xff, 0, 0, 0, 0xff },
		{ 0, 0xffff, PCI_MIN_GNT, 2, 0, 0, 0, 0, 0xffff },
	};
	struct function *f = *state;
	unsigned int i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		cfg_put(f->raw, rules[i].reg, rules[i].width, rules[i].flags);
	build(f);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		check_rule(f, 0, &rules[i]);
}

static void standard_capabilities_follow_their_specifications(void **state)
{
	static const struct rule rules[] = {
		{ PCI_CAP_ID_PM, 2, PCI_PM_PMC, 2, 0xffff, 0, 0, 0, 0x07ff },
		{ PCI_CAP_ID_PM, 2, PCI_PM_CTRL, 2, 0xfff7, 0x3, 0, 0x8000, 0x8 },
		{ PCI_CAP_ID_VPD, 2, PCI_VPD_ADDR, 2, 0xffff, 0xffff, 0, 0, 0 },
		{ PCI_CAP_ID_VPD, 2, PCI_VPD_DATA, 4, ~0u, ~0u, 0, 0, 0 },
		{ PCI_CAP_ID_MSI, 2, PCI_MSI_FLAGS, 2, 0xffff, 0x71, 0, 0, 0xf98e },
		{ PCI_CAP_ID_MSI, 2, PCI_MSI_ADDRESS_LO, 4, ~0u, ~3u, 0, 0, 0 },
		{ PCI_CAP_ID_MSI, 0x100, PCI_MSI_DATA_32, 2, 0xffff, 0xffff, 0, 0, 0 },
		{ PCI_CAP_ID_MSI, 0x100, PCI_MSI_MASK_32, 4, 0, 0, ~0u, 0, ~0u },
		{ PCI_CAP_ID_MSI, 0x100, PCI_MSI_PENDING_32, 4, 0, 0, 0, 0, ~0u },
		{ PCI_CAP_ID_MSI, 0x180, PCI_MSI_ADDRESS_HI, 4, ~0u, ~0u, 0, 0, 0 },
		{ PCI_CAP_ID_MSI, 0x180, PCI_MSI_DATA_64, 2, 0xffff, 0xffff, 0, 0, 0 },
		{ PCI_CAP_ID_MSI, 0x180, PCI_MSI_MASK_64, 4, 0, 0, ~0u, 0, ~0u },
		{ PCI_CAP_ID_MSI, 0x180, PCI_MSI_PENDING_64, 4, 0, 0, 0, 0, ~0u },
		{ PCI_CAP_ID_PCIX, 2, PCI_X_CMD, 2, 0, 0, 0x7f, 0, 0xffff },
		{ PCI_CAP_ID_PCIX, 2, PCI_X_STATUS, 4, 0, 0, 0x200c0000, 0x200c0000, ~0u },
		{ PCI_CAP_ID_SSVID, 2, PCI_SSVID_VENDOR_ID, 4, 0, 0, 0, 0, ~0u },
		{ PCI_CAP_ID_EXP, 2, PCI_EXP_DEVCTL, 2, 0xf0e0, 0xf0e0, 0x091f, 0, 0x7fff },
		{ PCI_CAP_ID_EXP, 2, PCI_EXP_DEVSTA, 2, 0, 0, 0xf, 0xf, 0xffff },
		{ PCI_CAP_ID_EXP, 2, PCI_EXP_LNKCTL, 2, 0, 0, 0, 0, 0xffff },
		{ PCI_CAP_ID_EXP, 2, PCI_EXP_DEVCTL2, 2, 0, 0, 0x75f, 0, 0xffff },
		{ PCI_CAP_ID_EXP, 2, PCI_EXP_LNKCTL2, 2, 0, 0, 0, 0, 0xffff },
		{ PCI_CAP_ID_MSIX, 2, PCI_MSIX_FLAGS, 2, 0xffff, 0xc000, 0, 0, 0x3fff },
		{ PCI_CAP_ID_MSIX, 2, PCI_MSIX_TABLE, 4, 0, 0, 0, 0, ~0u },
		{ PCI_CAP_ID_AF, 2, PCI_AF_CTRL, 1, 0xff, 0x1, 0, 0, 0 },
		{ PCI_CAP_ID_AF, 2, PCI_AF_STATUS, 1, 0, 0, 0, 0, 0xff },
	};
	struct function *f = *state;
	unsigned int i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		put_cap(f, PM_AT, rules[i].id, 0);
		cfg_put(f->raw, PM_AT + 2, 2, rules[i].flags);
		cfg_put(f->raw, PM_AT + rules[i].reg, rules[i].width, ~0u);
		build(f);
		assert_int_equal(reads(f, PM_AT, 1), rules[i].id);
		check_rule(f, PM_AT, &rules[i]);
	}
}

/* Where the one ends there is the device's own business. */
static void standard_capabilities_have_their_sizes(void **state)
{
	static const struct {
		__u8 id;
		__u16 flags;
		unsigned int size;
	} caps[] = {
		{ PCI_CAP_ID_PM, 0, 8 },       { PCI_CAP_ID_VPD, 0, 8 },
		{ PCI_CAP_ID_MSI, 0, 10 },     { PCI_CAP_ID_MSI, 0x80, 14 },
		{ PCI_CAP_ID_MSI, 0x100, 20 }, { PCI_CAP_ID_MSI, 0x180, 24 },
		{ PCI_CAP_ID_PCIX, 0, 8 },     { PCI_CAP_ID_PCIX, 0x1000, 24 },
		{ PCI_CAP_ID_DBG, 0, 4 },      { PCI_CAP_ID_SSVID, 0, 8 },
		{ PCI_CAP_ID_EXP, 1, 0x14 },   { PCI_CAP_ID_EXP, 1 | PCI_EXP_TYPE_RC_END << 4, 12 },
		{ PCI_CAP_ID_EXP, 2, 0x3c },   { PCI_CAP_ID_MSIX, 0, 12 },
		{ PCI_CAP_ID_SATA, 0x10, 8 },  { PCI_CAP_ID_AF, 0, 6 },
	};
	struct function *f = *state;
	unsigned int i;

	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		put_cap(f, PM_AT, caps[i].id, 0);
		cfg_put(f->raw, PM_AT + 2, 2, caps[i].flags);
		build(f);
		if (f->layout.pass[PM_AT + caps[i].size - 1] == 0xff ||
		    f->layout.pass[PM_AT + caps[i].size] != 0xff)
			fail_msg("capability %#x, %#x", caps[i].id, caps[i].flags);
	}
	/* The vendor says himself how long his is. */
	f->raw[PM_AT + 2] = 3;
	f->raw[PM_AT] = PCI_CAP_ID_VNDR;
	build(f);
	assert_int_equal(reads(f, PCI_CAPABILITY_LIST, 1), PM_AT);
	assert_int_equal(f->layout.pass[PM_AT + 2], 0);
	f->raw[PM_AT + 2] = 2;
	build(f);
	assert_int_equal(reads(f, PCI_CAPABILITY_LIST, 1), 0);
	f->raw[PM_AT + 2] = 5;
	build(f);
	assert_int_equal(f->layout.pass[PM_AT + 3], 0xff);
}

/* Whether the capability in @list is visible when the next one begins @room bytes after it. */
static bool has_room(struct function *f, unsigned int list, __u16 id, unsigned int room)
{
	if (list == PCI_CAPABILITY_LIST) {
		put_cap(f, PM_AT, id, PM_AT + room);
		put_cap(f, PM_AT + room, PCI_CAP_ID_DBG, 0);
		build(f);
		assert_int_equal(f->layout.shadow[PM_AT + room], PCI_CAP_ID_DBG);
		return reads(f, PCI_CAPABILITY_LIST, 1) == PM_AT;
	}
	cfg_put(f->raw, AER_AT + 4, 4, 0xa5a5a5a5);
	put_ext_cap(f, AER_AT, id, AER_AT + room);
	put_ext_cap(f, AER_AT + room, PCI_EXT_CAP_ID_DSN, 0);
	build(f);
	assert_int_equal(cfg_get(f->layout.shadow, AER_AT + room, 2), PCI_EXT_CAP_ID_DSN);
	return reads(f, AER_AT, 2) == id;
}

static void a_capability_that_is_cut_short_is_hidden(void **state)
{
	/* In whole double words, in which capabilities begin. */
	static const struct {
		__u16 id;
		unsigned int least;
	} caps[] = { { PCI_CAP_ID_PM, 8 },    { PCI_CAP_ID_VPD, 8 },   { PCI_CAP_ID_MSI, 12 },
		     { PCI_CAP_ID_PCIX, 8 },  { PCI_CAP_ID_SSVID, 8 }, { PCI_CAP_ID_EXP, 12 },
		     { PCI_CAP_ID_MSIX, 12 }, { PCI_CAP_ID_SATA, 8 },  { PCI_CAP_ID_AF, 8 } },
	  ext_caps[] = { { PCI_EXT_CAP_ID_ERR, 0x2c },	   { PCI_EXT_CAP_ID_VC, 0x10 },
			 { PCI_EXT_CAP_ID_DSN, 12 },	   { PCI_EXT_CAP_ID_PWR, 16 },
			 { PCI_EXT_CAP_ID_MFVC, 0x10 },	   { PCI_EXT_CAP_ID_VC9, 0x10 },
			 { PCI_EXT_CAP_ID_VNDR, 8 },	   { PCI_EXT_CAP_ID_ACS, 8 },
			 { PCI_EXT_CAP_ID_ARI, 8 },	   { PCI_EXT_CAP_ID_ATS, 8 },
			 { PCI_EXT_CAP_ID_SRIOV, 0x40 },   { PCI_EXT_CAP_ID_MCAST, 0x28 },
			 { PCI_EXT_CAP_ID_PRI, 16 },	   { PCI_EXT_CAP_ID_REBAR, 12 },
			 { PCI_EXT_CAP_ID_DPA, 16 },	   { PCI_EXT_CAP_ID_TPH, 12 },
			 { PCI_EXT_CAP_ID_LTR, 8 },	   { PCI_EXT_CAP_ID_SECPCI, 12 },
			 { PCI_EXT_CAP_ID_PASID, 8 },	   { PCI_EXT_CAP_ID_L1SS, 16 },
			 { PCI_EXT_CAP_ID_PTM, 12 },	   { 0x22, 12 },
			 { PCI_EXT_CAP_ID_DVSEC, 12 },	   { PCI_EXT_CAP_ID_DLF, 12 },
			 { PCI_EXT_CAP_ID_PL_16GT, 0x20 }, { 0x2a, 0x20 } };
	struct function *f = *state;
	unsigned int i;

	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		if (has_room(f, PCI_CAPABILITY_LIST, caps[i].id, caps[i].least - 4) ||
		    !has_room(f, PCI_CAPABILITY_LIST, caps[i].id, caps[i].least))
			fail_msg("capability %#x", caps[i].id);
	for (i = 0; i < sizeof(ext_caps) / sizeof(ext_caps[0]); i++)
		if (has_room(f, CFG_SPACE_MIN, ext_caps[i].id, ext_caps[i].least - 4) ||
		    !has_room(f, CFG_SPACE_MIN, ext_caps[i].id, ext_caps[i].least))
			fail_msg("extended capability %#x", ext_caps[i].id);
}

static void extended_capabilities_follow_their_specifications(void **state)
{
	static const struct rule rules[] = {
		{ PCI_EXT_CAP_ID_ERR, 0, PCI_ERR_UNCOR_STATUS, 4, 0, 0, ~0u, ~0u, ~0u },
		{ PCI_EXT_CAP_ID_ERR, 0, PCI_ERR_UNCOR_MASK, 4, ~0u, ~0u, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_ERR, 0, PCI_ERR_UNCOR_SEVER, 4, ~0u, ~0u, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_ERR, 0, PCI_ERR_COR_STATUS, 4, 0, 0, ~0u, ~0u, ~0u },
		{ PCI_EXT_CAP_ID_ERR, 0, PCI_ERR_COR_MASK, 4, ~0u, ~0u, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_ERR, 0, PCI_ERR_CAP, 4, 0x140, 0x140, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_ERR, 0, PCI_ERR_HEADER_LOG, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_VC, 0, PCI_VC_PORT_CTRL, 2, 0, 0, 0, 0, 0xffff },
		{ PCI_EXT_CAP_ID_DSN, 0, 4, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_PWR, 0, PCI_PWR_DSR, 1, 0, 0, 0xff, 0, 0xff },
		{ PCI_EXT_CAP_ID_PWR, 0, PCI_PWR_DATA, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_ACS, 0, PCI_ACS_CTRL, 2, 0, 0, 0, 0, 0xffff },
		{ PCI_EXT_CAP_ID_ARI, 0, PCI_ARI_CTRL, 2, 0, 0, 0, 0, 0xffff },
		{ PCI_EXT_CAP_ID_ATS, 0, PCI_ATS_CTRL, 2, 0, 0, 0, 0, 0xffff },
		{ PCI_EXT_CAP_ID_SRIOV, 0, PCI_SRIOV_CTRL, 2, 0, 0, 0, 0, 0xffff },
		{ PCI_EXT_CAP_ID_SRIOV, 0, PCI_SRIOV_BAR, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_PRI, 0, PCI_PRI_CTRL, 2, 0, 0, 0, 0, 0xffff },
		{ PCI_EXT_CAP_ID_PASID, 0, PCI_PASID_CTRL, 2, 0, 0, 0, 0, 0xffff },
		{ PCI_EXT_CAP_ID_LTR, 0, PCI_LTR_MAX_SNOOP_LAT, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_L1SS, 0, PCI_L1SS_CTL1, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_PTM, 0, PCI_PTM_CTRL, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_REBAR, 0, PCI_REBAR_CTRL, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_DVSEC, 0, PCI_DVSEC_HEADER1, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_DVSEC, 0, 8, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_DVSEC, 0, 12, 4, 0, 0, ~0u, 0, ~0u },
		{ PCI_EXT_CAP_ID_VNDR, 0, 4, 4, 0, 0, 0, 0, ~0u },
		{ PCI_EXT_CAP_ID_VNDR, 0, 8, 4, 0, 0, ~0u, 0, ~0u },
	};
	struct function *f = *state;
	unsigned int i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		put_ext_cap(f, AER_AT, rules[i].id, 0);
		cfg_put(f->raw, AER_AT + 4, 4, 0xa5a5a5a5);
		cfg_put(f->raw, AER_AT + rules[i].reg, rules[i].width, ~0u);
		build(f);
		assert_int_equal(reads(f, AER_AT, 2), rules[i].id);
		check_rule(f, AER_AT, &rules[i]);
	}
}

/* Of each list: what a user must not see, and what nobody knows. */
static void what_moves_addresses_or_belongs_to_the_host_is_hidden(void **state)
{
	static const __u8 ids[] = {
		0x00,	       PCI_CAP_ID_AGP,	PCI_CAP_ID_SLOTID, PCI_CAP_ID_CHSWP,
		PCI_CAP_ID_HT, PCI_CAP_ID_SHPC, PCI_CAP_ID_EA,	   0x15,
		0xff
	};
	static const __u16 ext_ids[] = { 0,
					 PCI_EXT_CAP_ID_RCLD,
					 PCI_EXT_CAP_ID_RCEC,
					 PCI_EXT_CAP_ID_MRIOV,
					 PCI_EXT_CAP_ID_DPC,
					 0x24,
					 PCI_EXT_CAP_ID_DOE,
					 0x30,
					 0xfff };
	struct function *f = *state;
	unsigned int i;

	for (i = 0; i < sizeof(ids); i++) {
		put_cap(f, PM_AT, ids[i], MSI_AT);
		build(f);
		assert_int_equal(reads(f, PCI_CAPABILITY_LIST, 1), MSI_AT);
		assert_int_equal(writes(f, PM_AT + 4, 4, ~0u), 0);
	}
	for (i = 0; i < sizeof(ext_ids) / sizeof(ext_ids[0]); i++) {
		put_ext_cap(f, AER_AT, ext_ids[i], SRIOV_AT);
		build(f);
		assert_int_equal(reads(f, AER_AT, 4), SRIOV_AT << 20);
		assert_int_equal(writes(f, AER_AT + 4, 4, ~0u), 0);
		assert_int_equal(cfg_get(f->raw, AER_AT + 4, 4), 0xa5a5a5a5);
	}
}

static void the_first_version_of_express_has_fewer_registers(void **state)
{
	struct function *f = *state;

	cfg_put(f->raw, EXP_AT + PCI_EXP_FLAGS, 2, 1);
	build(f);
	writes(f, EXP_AT + PCI_EXP_LNKCTL, 2, 0xffff);
	assert_int_equal(cfg_get(f->raw, EXP_AT + PCI_EXP_LNKCTL, 2), 0xa5a5);
	assert_int_equal(f->layout.owner[EXP_AT + PCI_EXP_SLTCAP - 1], CFG_OWNER_EXP);
	assert_int_equal(f->layout.owner[EXP_AT + PCI_EXP_SLTCAP], CFG_OWNER_NONE);
	/* Part of the root complex: no link. */
	cfg_put(f->raw, EXP_AT + PCI_EXP_FLAGS, 2, 1 | PCI_EXP_TYPE_RC_END << 4);
	build(f);
	assert_int_equal(f->layout.owner[EXP_AT + PCI_EXP_LNKCAP], CFG_OWNER_NONE);
}

/* Also where the function has no extended capability at all. */
static void registers_outside_of_capabilities_are_the_users(void **state)
{
	struct function *f = *state;
	unsigned int i;

	build(f);
	assert_int_equal(writes(f, 0x30 + EXP_AT + 0x20, 4, 3), 3);
	cfg_put(f->raw, AER_AT, 4, 0);
	build(f);
	assert_int_equal(writes(f, AER_AT, 4, 1), 0);
	for (i = AER_AT + 4; i < CFG_SPACE_MAX; i += 4)
		assert_int_equal(writes(f, i, 4, i), i);
	/* Its tables are somewhere behind. */
	put_ext_cap(f, AER_AT, PCI_EXT_CAP_ID_VC, HIDDEN_AT);
	build(f);
	assert_int_equal(writes(f, HIDDEN_AT - 4, 4, 1), HIDDEN_AT - 4);
}

static void the_length_of_tables_comes_from_the_capability(void **state)
{
	struct function *f = *state;

	put_ext_cap(f, AER_AT, PCI_EXT_CAP_ID_DVSEC, 0);
	cfg_put(f->raw, AER_AT + PCI_DVSEC_HEADER1, 4, 0x1234 | 0x20 << 20);
	build(f);
	assert_int_equal(writes(f, AER_AT + 0x1c, 4, 1), 1);
	/* The address decoders of CXL are the host's. */
	cfg_put(f->raw, AER_AT + PCI_DVSEC_HEADER1, 4, 0x1e98 | 0x20 << 20);
	build(f);
	writes(f, AER_AT + 0x1c, 4, ~0u);
	assert_int_equal(cfg_get(f->raw, AER_AT + 0x1c, 4), 1);
	/* Also if they are longer than they say. */
	assert_int_equal(writes(f, AER_AT + 0x20, 4, 2), 0xa5a5a5a5);
	assert_int_equal(reads(f, AER_AT + PCI_DVSEC_HEADER1, 2), 0x1e98);
}

static void extended_message_data_is_not_offered(void **state)
{
	struct function *f = *state;

	cfg_put(f->raw, MSI_AT + PCI_MSI_FLAGS, 2, 0x0600 | PCI_MSI_FLAGS_64BIT);
	build(f);
	assert_int_equal(reads(f, MSI_AT + PCI_MSI_FLAGS, 2), PCI_MSI_FLAGS_64BIT);
}

static void a_pin_that_the_host_cannot_deliver_is_not_there(void **state)
{
	struct function *f = *state;

	build(f);
	assert_int_equal(reads(f, PCI_INTERRUPT_PIN, 1), 1);
	assert_int_equal(writes(f, PCI_INTERRUPT_PIN, 1, 3), 1);
	assert_int_equal(writes(f, PCI_INTERRUPT_LINE, 1, 7), 7);
	assert_int_equal(f->raw[PCI_INTERRUPT_LINE], 0xa5);
	f->traits.intx = false;
	build(f);
	assert_int_equal(reads(f, PCI_INTERRUPT_PIN, 1), 0);
}

/* A virtual function: identity and BARs are the host's knowledge, its own registers are empty. */
static void a_virtual_function_looks_like_a_whole_one(void **state)
{
	struct function *f = *state;

	cfg_put(f->raw, 0, 4, 0xffffffff);
	memset(f->raw + PCI_BASE_ADDRESS_0, 0, 24);
	cfg_put(f->raw, PCI_COMMAND, 2, 0);
	f->traits.intx = false;
	f->traits.no_memory_enable = true;
	build(f);
	assert_int_equal(reads(f, 0, 4), 0x11e81234);
	assert_int_equal(reads(f, PCI_BASE_ADDRESS_0, 4), 0xfe000000);
	assert_int_equal(writes(f, PCI_BASE_ADDRESS_0, 4, ~0u), 0xffffc000);
	assert_int_equal(reads(f, PCI_COMMAND, 2), PCI_COMMAND_MEMORY);
	assert_int_equal(reads(f, PCI_INTERRUPT_PIN, 1), 0);
	assert_int_equal(cfg_get(f->raw, PCI_BASE_ADDRESS_0, 4), 0);
}

static void the_rom_is_sized_like_a_bar(void **state)
{
	struct function *f = *state;

	f->traits.rom_size = 0x10000;
	build(f);
	assert_int_equal(writes(f, PCI_ROM_ADDRESS, 4, ~0u), 0xffff0001);
	assert_int_equal(writes(f, PCI_ROM_ADDRESS, 4, 0xfeb00000), 0xfeb00000);
	assert_int_equal(cfg_get(f->raw, PCI_ROM_ADDRESS, 4), 0xa5a5a5a5);
	f->traits.rom_size = 0x18000; /* no power of two */
	build(f);
	assert_int_equal(writes(f, PCI_ROM_ADDRESS, 4, ~0u), 0);
}

/* The list has changed since the host found MSI and power management in it. */
static void capabilities_that_the_host_works_with_are_never_written(void **state)
{
	struct function *f = *state;

	f->traits.host_pos[CFG_OWNER_PM] = PM_AT;
	f->traits.host_pos[CFG_OWNER_MSI] = 0xd0;
	f->traits.host_pos[CFG_OWNER_MSIX] = 0xfc;
	put_cap(f, PM_AT, PCI_CAP_ID_VNDR, MSI_AT);
	f->raw[PM_AT + 2] = 16;
	build(f);
	assert_int_equal(writes(f, PM_AT + PCI_PM_CTRL, 2, 3), 0);
	assert_int_equal(writes(f, 0xd0 + PCI_MSI_ADDRESS_LO, 4, 0xfee00000), 0);
	assert_int_equal(writes(f, 0xfc, 4, ~0u), 0);
	assert_int_equal(cfg_get(f->raw, PM_AT + PCI_PM_CTRL, 2), 0xa5a5);
	assert_int_equal(cfg_get(f->raw, 0xd0 + PCI_MSI_ADDRESS_LO, 4), 0xa5a5a5a5);
	/* What is where the host found it stays as it is. */
	put_cap(f, PM_AT, PCI_CAP_ID_PM, MSI_AT);
	build(f);
	assert_int_equal(writes(f, PM_AT + PCI_PM_CTRL, 2, 3) & 3, 3);
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
		TEST(the_header_follows_its_specification),
		TEST(standard_capabilities_follow_their_specifications),
		TEST(standard_capabilities_have_their_sizes),
		TEST(a_capability_that_is_cut_short_is_hidden),
		TEST(extended_capabilities_follow_their_specifications),
		TEST(what_moves_addresses_or_belongs_to_the_host_is_hidden),
		TEST(the_first_version_of_express_has_fewer_registers),
		TEST(registers_outside_of_capabilities_are_the_users),
		TEST(the_length_of_tables_comes_from_the_capability),
		TEST(extended_message_data_is_not_offered),
		TEST(a_pin_that_the_host_cannot_deliver_is_not_there),
		TEST(a_virtual_function_looks_like_a_whole_one),
		TEST(the_rom_is_sized_like_a_bar),
		TEST(capabilities_that_the_host_works_with_are_never_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
