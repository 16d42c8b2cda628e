/* SPDX-License-Identifier: GPL-2.0-only */
/* What a block device holds, by its own marks. */
#ifndef VFIOCTL_SIGNATURE_H
#define VFIOCTL_SIGNATURE_H

/* Empty strings: it has none. */
struct signature {
	char type[64]; /* "ext4", "swap", "zfs_member", "crypto_LUKS", a partition table's "gpt" */
	char label[256], uuid[64];
	char part_label[256], part_uuid[64]; /* of the partition that it is */
};

/*
 * Reads the signatures of the block device @node. 0, or -errno when it cannot be read. Reads from
 * the disk, and so may hang with it.
 */
int signature_read(const char *node, struct signature *out);

#endif
