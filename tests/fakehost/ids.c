// SPDX-License-Identifier: GPL-2.0-only
#include "ids.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

const struct id ids_cards[] = {
	{ 0x144d, 0xa808, 0x010802, "nvme", NULL, 0, 1, "flr bus" },
	{ 0x144d, 0xa80a, 0x010802, "nvme", NULL, 0, 1, "flr bus" },
	{ 0x8086, 0x0a54, 0x010802, "nvme", NULL, 0, 1, "flr bus" },
	{ 0x15b7, 0x5006, 0x010802, "nvme", NULL, 0, 1, "flr bus" },
	{ 0x8086, 0x10d3, 0x020000, "e1000e", NULL, 0, 1, "flr" },
	{ 0x8086, 0x1533, 0x020000, "igb", NULL, 0, 1, "flr bus" },
	{ 0x8086, 0x1521, 0x020000, "igb", NULL, 0, 4, "flr" },
	{ 0x8086, 0x10fb, 0x020000, "ixgbe", NULL, 0, 2, "flr" },
	{ 0x8086, 0x1572, 0x020000, "i40e", NULL, 0, 4, "flr" },
	{ 0x15b3, 0x1017, 0x020000, "mlx5_core", NULL, 0, 2, "flr bus" },
	{ 0x14e4, 0x165f, 0x020000, "tg3", NULL, 0, 2, "flr" },
	{ 0x14e4, 0x16d7, 0x020000, "bnxt_en", NULL, 0, 2, "flr" },
	{ 0x10ec, 0x8168, 0x020000, "r8169", NULL, 0, 1, "pm bus" },
	{ 0x10de, 0x20b0, 0x030200, "nouveau", NULL, 0, 1, "flr bus" },
	{ 0x10de, 0x1e04, 0x030000, "nouveau", NULL, 0, 1, "bus" },
	{ 0x1002, 0x73bf, 0x030000, "amdgpu", NULL, 0, 1, "device_specific bus" },
	{ 0x1912, 0x0014, 0x0c0330, "xhci_hcd", NULL, 0, 1, "pm bus" },
	{ 0x8086, 0xa12f, 0x0c0330, "xhci_hcd", NULL, 0, 1, NULL },
	{ 0x8086, 0xa102, 0x010601, "ahci", NULL, 0, 1, NULL },
	{ 0x1000, 0x005d, 0x010400, "megaraid_sas", NULL, 0, 1, "flr bus" },
	{ 0x1000, 0x0097, 0x010700, "mpt3sas", NULL, 0, 1, "flr bus" },
	{ 0x8086, 0xa170, 0x040300, "snd_hda_intel", NULL, 0, 1, NULL },
	{ 0x8086, 0x37c8, 0x0b4000, "c6xx", NULL, 0, 1, "flr" },
	{ 0x10ee, 0x9038, 0x058000, NULL, NULL, 0, 1, "bus" },
	{ 0x1af4, 0x1041, 0x020000, "virtio-pci", NULL, 0, 1, NULL },
	{ 0x1af4, 0x1042, 0x018000, "virtio-pci", NULL, 0, 1, NULL },
	{ 0x1234, 0x11e8, 0x00ff00, NULL, NULL, 0, 1, NULL },
	/* pci.ids knows no such vendor, and no such device of a known one. */
	{ 0xf0f0, 0x0001, 0x120000, NULL, NULL, 0, 1, "bus" },
	{ 0x8086, 0xfffe, 0x088000, NULL, NULL, 0, 1, NULL },
};
const size_t ids_cards_count = COUNT(ids_cards);

const struct id ids_sriov[] = {
	{ 0x8086, 0x10c9, 0x020000, "igb", "igbvf", 0x10ca, 2, "flr" },
	{ 0x8086, 0x10fb, 0x020000, "ixgbe", "ixgbevf", 0x10ed, 2, "flr" },
	{ 0x8086, 0x158b, 0x020000, "i40e", "iavf", 0x154c, 2, "flr" },
	{ 0x8086, 0x1592, 0x020000, "ice", "iavf", 0x1889, 1, "flr bus" },
	{ 0x15b3, 0x101d, 0x020000, "mlx5_core", "mlx5_core", 0x101e, 2, "flr bus" },
	{ 0x144d, 0xa824, 0x010802, "nvme", "nvme", 0xa824, 1, "flr bus" },
};
const size_t ids_sriov_count = COUNT(ids_sriov);

const struct id ids_legacy[] = {
	{ 0x8086, 0x100e, 0x020000, "e1000", NULL, 0, 1, "pm" },
	{ 0x10ec, 0x8139, 0x020000, "8139too", NULL, 0, 1, "pm" },
	{ 0x1274, 0x1371, 0x040100, "snd_ens1371", NULL, 0, 1, NULL },
	{ 0x104c, 0x8024, 0x0c0010, "firewire_ohci", NULL, 0, 1, NULL },
	{ 0x9710, 0x9835, 0x070002, "serial", NULL, 0, 1, NULL },
};
const size_t ids_legacy_count = COUNT(ids_legacy);
