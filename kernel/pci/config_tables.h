/* SPDX-License-Identifier: GPL-2.0-only */
/* The capabilities that a user gets to see, and the rules of their registers. */
#ifndef VFIOCTL_PCI_CONFIG_TABLES_H
#define VFIOCTL_PCI_CONFIG_TABLES_H

#include "config_layout.h"

/**
 * struct cfg_field - a register that is not simply read from the device and left alone
 * @off: from the start of its capability
 * @width: 1, 2 or 4
 * @virt: bits read from the shadow
 * @user: bits of the shadow that the user writes
 * @pass: bits that the user writes to the device
 * @once: bits that a written 1 clears
 * @clear: bits of the shadow that begin as 0 whatever the device says
 */
struct cfg_field {
	__u16 off;
	__u16 width;
	__u32 virt;
	__u32 user;
	__u32 pass;
	__u32 once;
	__u32 clear;
};

/**
 * struct cfg_cap - a capability that is shown
 * @id: PCI_CAP_ID_... or PCI_EXT_CAP_ID_...
 * @least: if less is left before the next capability or the end, it is hidden
 * @most: its size, unless @length says otherwise
 * @length: its size from the snapshot; what it returns is cut to what is left
 * @owner: who is told about writes
 * @tables: it has tables, which may lie behind it: all up to the next capability is read-only
 * @closed: likewise, and nothing is @open_from; looks at the snapshot
 * @open_from: bytes from here to the end are the vendor's: read and written as they are
 * @fields: the registers with rules; all others are read-only
 * @nr_fields: their number
 * @select: instead of @fields, for a capability with several forms
 */
struct cfg_cap {
	__u16 id;
	__u16 least;
	__u16 most;
	unsigned int (*length)(const __u8 *cap);
	enum cfg_owner owner;
	bool tables;
	bool (*closed)(const __u8 *cap);
	__u16 open_from;
	const struct cfg_field *fields;
	unsigned int nr_fields;
	const struct cfg_field *(*select)(const __u8 *cap, unsigned int *nr);
};

/* NULL: not known, so hidden. */
const struct cfg_cap *cfg_cap_find(__u16 id);
const struct cfg_cap *cfg_ext_cap_find(__u16 id);

/* The most that a capability of @owner can have, 0 if it is none. */
unsigned int cfg_owner_length(enum cfg_owner owner);

extern const struct cfg_field cfg_header_fields[];
extern const unsigned int cfg_header_nr_fields;

#endif
