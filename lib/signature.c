// SPDX-License-Identifier: GPL-2.0-only
#include "signature.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>

#include "cleanup.h"

static const struct {
	const char *name;
	size_t at, size;
} values[] = {
#define VALUE(name, member)                                                                       \
	{                                                                                         \
		name, offsetof(struct signature, member), sizeof(((struct signature *)0)->member) \
	}
	VALUE("PTTYPE", type), /* of a disk with partitions; "TYPE" is looked for after it */
	VALUE("TYPE", type),
	VALUE("LABEL", label),
	VALUE("UUID", uuid),
	VALUE("PART_ENTRY_NAME", part_label),
	VALUE("PART_ENTRY_UUID", part_uuid),
};

static int probe(blkid_probe p, struct signature *out)
{
	const char *text;

	blkid_probe_enable_superblocks(p, 1);
	blkid_probe_set_superblocks_flags(p, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL |
						     BLKID_SUBLKS_UUID);
	blkid_probe_enable_partitions(p, 1);
	blkid_probe_set_partitions_flags(p, BLKID_PARTS_ENTRY_DETAILS);
	/* 1: nothing was found, -2: several that contradict each other, of which none is told. */
	if (blkid_do_safeprobe(p) == -1)
		return errno ? -errno : -EIO;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (!blkid_probe_lookup_value(p, values[i].name, &text, NULL))
			snprintf((char *)out + values[i].at, values[i].size, "%s", text);
	return 0;
}

int signature_read(const char *node, struct signature *out)
{
	_cleanup_close_ int fd = open(node, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	blkid_probe p;
	int ret;

	*out = (struct signature){ 0 };
	if (fd < 0)
		return -errno;
	p = blkid_new_probe();
	if (!p)
		return -ENOMEM;
	errno = 0;
	ret = blkid_probe_set_device(p, fd, 0, 0) ? (errno ? -errno : -EIO) : probe(p, out);
	blkid_free_probe(p);
	return ret;
}
