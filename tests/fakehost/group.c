// SPDX-License-Identifier: GPL-2.0-only
#include "group.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>

static const char unit_prefix[][8] = { "", "dmar", "ivhd", "viommu" };

void group_make_units(struct host *host, int units)
{
	for (int i = 0; host->iommu != IOMMU_NONE && i < units; i++) {
		struct tree_dir dir;
		const char *unit;
		char name[32];
		char path[1100];

		tree_path(name, sizeof(name), "%s%d", unit_prefix[host->iommu], i);
		unit = host_child(host, "iommu", name, NULL, "", 0, 0);
		tree_path(path, sizeof(path), "%s/devices", unit);
		tree_mkdir(host->root, path);
		if (host->iommu == IOMMU_VIRTIO)
			continue;
		tree_path(path, sizeof(path), "%s/%s", unit,
			  host->iommu == IOMMU_INTEL ? "intel-iommu" : "amd-iommu");
		dir = tree_open(host->root, path);
		if (host->iommu == IOMMU_INTEL) {
			tree_attr(&dir, "address", 0444, "%x\n",
				  0xfed90000u + (unsigned)i * 0x1000);
			tree_attr(&dir, "cap", 0444, "d2008c222f0686\n");
			tree_attr(&dir, "ecap", 0444, "f00f4a\n");
			tree_attr(&dir, "domains_supported", 0444, "65536\n");
			tree_attr(&dir, "domains_used", 0444, "2\n");
			tree_attr(&dir, "version", 0444, "1:0\n");
		} else {
			tree_attr(&dir, "cap", 0444, "190b640f\n");
			tree_attr(&dir, "features", 0444, "a2f59cfb7f\n");
		}
		tree_close(&dir);
	}
}

void group_make(struct host *host, int group)
{
	struct tree_dir dir;
	char path[64];
	char key[64];

	tree_path(path, sizeof(path), "kernel/iommu_groups/%d", group);
	tree_path(key, sizeof(key), "group:%d", group);
	if (!host_add(host, key, path))
		return;
	if (group >= host->next_group)
		host->next_group = group + 1;
	dir = tree_open(host->root, path);
	tree_mkdir(dir.fd, "devices");
	tree_attr(&dir, "type", 0644, "DMA-FQ\n");
	tree_attr(&dir, "reserved_regions", 0444, "0x00000000fee00000 0x00000000feefffff msi\n");
	tree_close(&dir);
}

void group_join(struct host *host, int group, const char *name, const char *path)
{
	char from[1100];
	char to[1100];

	group_make(host, group);
	tree_path(to, sizeof(to), "kernel/iommu_groups/%d", group);
	tree_path(from, sizeof(from), "%s/iommu_group", path);
	tree_link(host->root, from, to);
	tree_path(from, sizeof(from), "%s/devices/%s", to, name);
	tree_link(host->root, from, path);

	tree_path(to, sizeof(to), "iommu:%s0", unit_prefix[host->iommu]);
	if (!host_find(host, to))
		return;
	tree_path(from, sizeof(from), "%s/iommu", path);
	tree_link(host->root, from, host_find(host, to));
	tree_path(from, sizeof(from), "%s/devices/%s", host_find(host, to), name);
	tree_link(host->root, from, path);
}

/* The node's stand-in: a file of the mode that udev leaves, in a /dev of the fake's own. */
static void node(struct host *host, const char *path, int mode)
{
	tree_file(host->top, path, (mode_t)mode, "", 0);
}

void group_vfio_core(struct host *host)
{
	static const char *const modules[] = { "vfio", "vfio_iommu_type1", "vfio_pci_core",
					       "vfio_pci", "iommufd" };

	if (host_find(host, "misc:vfio"))
		return;
	for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++)
		host_module(host, modules[i], false);
	tree_link(host->root, "module/vfio/holders/vfio_iommu_type1", "module/vfio_iommu_type1");
	tree_link(host->root, "module/vfio/holders/vfio_pci_core", "module/vfio_pci_core");
	tree_link(host->root, "module/vfio_pci_core/holders/vfio_pci", "module/vfio_pci");
	tree_file(host->root, "module/vfio/version", 0444, "0.3\n", 4);
	tree_file(host->root, "module/vfio/parameters/enable_unsafe_noiommu_mode", 0644, "N\n", 2);
	host_class(host, "vfio");
	host_child(host, "misc", "vfio", NULL, "DEVNAME=vfio/vfio\nDEVMODE=0666\n", 10, 196);
	host_driver(host, "pci", "vfio-pci", NULL);
	node(host, "dev/vfio/vfio", 0666);
}

void group_vfio_device(struct host *host, int group, const char *path)
{
	char name[64];
	char key[80];
	char uevent[128];
	int minor = host->next_vfio++;

	group_vfio_core(host);
	tree_path(name, sizeof(name), "vfio%d", minor);
	tree_path(uevent, sizeof(uevent), "DEVNAME=vfio/devices/%s\n", name);
	host_child(host, "vfio-dev", name, path, host->cdev ? uevent : "", host->cdev ? 511 : 0,
		   minor);
	if (host->cdev) {
		tree_path(uevent, sizeof(uevent), "dev/vfio/devices/%s", name);
		node(host, uevent, 0600);
	}
	tree_path(name, sizeof(name), "%d", group);
	tree_path(key, sizeof(key), "vfio:%d", group);
	if (group < 0 || host_find(host, key))
		return;
	tree_path(uevent, sizeof(uevent), "DEVNAME=vfio/%d\n", group);
	host_child(host, "vfio", name, NULL, uevent, 241, group);
	tree_path(uevent, sizeof(uevent), "dev/vfio/%d", group);
	node(host, uevent, 0600);
}
