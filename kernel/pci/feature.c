// SPDX-License-Identifier: GPL-2.0-only
/* Features beyond what every client needs, each to be set, got or probed. */
#include <linux/uuid.h>

#include "pci/feature.h"

#define GET   VFIO_DEVICE_FEATURE_GET
#define SET   VFIO_DEVICE_FEATURE_SET
#define PROBE VFIO_DEVICE_FEATURE_PROBE

/**
 * struct feature - one of them
 * @id: VFIO_DEVICE_FEATURE_...
 * @ways: GET, SET or both
 * @size: of the payload, at least
 * @has: does the function have it? NULL if all do
 * @set: with @size bytes or more
 */
struct feature {
	u32 id;
	u32 ways;
	size_t size;
	bool (*has)(struct vfio_pci *vdev);
	long (*set)(struct vfio_pci *vdev, const void *payload);
};

static const struct feature features[] = {
	{ VFIO_DEVICE_FEATURE_PCI_VF_TOKEN, SET, UUID_SIZE, vfio_pci_has_token,
	  vfio_pci_set_token },
	{ VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, SET, 0, NULL, vfio_pci_low_power_entry },
	{ VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP, SET,
	  sizeof(struct vfio_device_low_power_entry_with_wakeup), NULL,
	  vfio_pci_low_power_entry_with_wakeup },
	{ VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, SET, 0, NULL, vfio_pci_low_power_exit },
};

static const struct feature *feature_find(struct vfio_pci *vdev, u32 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		if (features[i].id == id && (!features[i].has || features[i].has(vdev)))
			return &features[i];
	return NULL;
}

/* A probe asks whether all the ways it names are there; anything else goes exactly one. */
long vfio_pci_feature(void *data, struct vfio_arg *arg)
{
	const struct vfio_device_feature *req = arg->buf;
	u32 ways = req->flags & (GET | SET);
	const struct feature *feature;

	if (req->flags & ~(VFIO_DEVICE_FEATURE_MASK | GET | SET | PROBE))
		return -EINVAL;
	if (ways == (GET | SET) && !(req->flags & PROBE))
		return -EINVAL;
	feature = feature_find(data, req->flags & VFIO_DEVICE_FEATURE_MASK);
	if (!feature)
		return -ENOTTY;
	if (ways & ~feature->ways)
		return -EINVAL;
	if (req->flags & PROBE)
		return 0;
	if (!ways || arg->size - sizeof(*req) < feature->size)
		return -EINVAL;
	return feature->set(data, req->data);
}
