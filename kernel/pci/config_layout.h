/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a user may see and change of a function's configuration space, byte by byte.
 *
 * Everything here is pure: a snapshot of the registers goes in, a struct cfg_layout comes out. The
 * snapshot comes from a device that may lie; nothing that it says leads outside of the arrays. It
 * compiles for the kernel and, for unit tests and fuzzing, for userspace.
 */
#ifndef VFIOCTL_PCI_CONFIG_LAYOUT_H
#define VFIOCTL_PCI_CONFIG_LAYOUT_H

#include <linux/types.h>
#ifndef __KERNEL__
#include <stdbool.h>
#include <stddef.h>
#endif

#define CFG_SPACE_MIN 256
#define CFG_SPACE_MAX 4096
#define CFG_BARS      6

/* The registers whose writes have an effect that masks cannot express. */
enum cfg_owner {
	CFG_OWNER_NONE,
	CFG_OWNER_COMMAND,
	CFG_OWNER_PM,
	CFG_OWNER_VPD,
	CFG_OWNER_MSI,
	CFG_OWNER_MSIX,
	CFG_OWNER_EXP,
	CFG_OWNER_AF,
	CFG_OWNERS,
};

/**
 * struct cfg_bar - one base address register as the host has set it up
 * @size: in bytes, a power of two; 0 if there is none
 * @addr: where the host put it
 * @flags: the type bits, PCI_BASE_ADDRESS_...
 */
struct cfg_bar {
	__u64 size;
	__u64 addr;
	__u32 flags;
};

/**
 * struct cfg_traits - what the layout is made from
 * @raw: @size bytes of configuration space, read once
 * @size: 256 or 4096
 * @bars: the six base address registers; the upper half of a 64-bit one has size 0
 * @rom_size: of the expansion ROM, 0 if there is none
 * @vendor: as the host knows it: a virtual function's own register reads 0xffff
 * @device: likewise
 * @intx: the user can have the pin's interrupt
 * @no_memory_enable: memory decoding has no switch (virtual functions)
 * @host_pos: where the host found the capabilities of owners when it met the function; 0 if it did
 *	not. One that the snapshot does not show there is hidden: the host still works with it
 */
struct cfg_traits {
	const __u8 *raw;
	__u16 size;
	struct cfg_bar bars[CFG_BARS];
	__u64 rom_size;
	__u16 vendor;
	__u16 device;
	bool intx;
	bool no_memory_enable;
	__u16 host_pos[CFG_OWNERS];
};

/**
 * struct cfg_layout - the rules for each byte, and the values that are the user's own
 * @size: of the space
 * @pos: where the capability of an owner begins; 0 if it is not there
 * @shadow: the values kept for the user
 * @virt: bits that the user reads from @shadow instead of from the device
 * @user: bits of @shadow that the user can write; always a part of @virt
 * @pass: bits that the user writes to the device; never also in @user
 * @once: bits of the device that a written 1 clears: no write of ours may carry them by accident
 * @owner: enum cfg_owner, called after a write
 */
struct cfg_layout {
	__u16 size;
	__u16 pos[CFG_OWNERS];
	__u8 shadow[CFG_SPACE_MAX];
	__u8 virt[CFG_SPACE_MAX];
	__u8 user[CFG_SPACE_MAX];
	__u8 pass[CFG_SPACE_MAX];
	__u8 once[CFG_SPACE_MAX];
	__u8 owner[CFG_SPACE_MAX];
};

/* cfg_layout_build() - fill in @l. 0, or -EINVAL if @traits are not those of an endpoint. */
int cfg_layout_build(struct cfg_layout *l, const struct cfg_traits *traits);

/* Little-endian values of 1, 2 or 4 bytes anywhere in one of the arrays. */
static inline __u32 cfg_get(const __u8 *array, unsigned int pos, unsigned int width)
{
	const __u8 *at = array + pos;

	switch (width) {
	case 1:
		return at[0];
	case 2:
		return at[0] | at[1] << 8;
	default:
		return at[0] | at[1] << 8 | at[2] << 16 | (__u32)at[3] << 24;
	}
}

static inline void cfg_put(__u8 *array, unsigned int pos, unsigned int width, __u32 value)
{
	unsigned int i;

	for (i = 0; i < width; i++)
		array[pos + i] = value >> (8 * i);
}

/* How many bytes an access at @pos with @count left covers in one piece: 4, 2 or 1, aligned. */
static inline unsigned int cfg_piece(unsigned int pos, size_t count)
{
	if (!(pos & 3) && count >= 4)
		return 4;
	return !(pos & 1) && count >= 2 ? 2 : 1;
}

/* What the user reads when the device says @hw. */
__u32 cfg_read_value(const struct cfg_layout *l, unsigned int pos, unsigned int width, __u32 hw);

/* Take the user's @value into the shadow. */
void cfg_write_shadow(struct cfg_layout *l, unsigned int pos, unsigned int width, __u32 value);

/* What to write to the device, which says @hw, when the user writes @value. */
__u32 cfg_write_value(const struct cfg_layout *l, unsigned int pos, unsigned int width, __u32 value,
		      __u32 hw);

#endif
