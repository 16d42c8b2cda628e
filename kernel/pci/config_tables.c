// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of the header and of each capability, from the PCI and PCI Express base
 * specifications. A capability that is missing here is hidden from users, as are those left out on
 * purpose: those that move addresses (enhanced allocation, resizable BARs of virtual functions),
 * that configure the fabric (HyperTransport, AGP, hot-plug controllers, root complex structures),
 * that only a port has (downstream port containment), or that the host itself talks or keeps
 * secrets through (DOE, IDE).
 */
#include <linux/pci_regs.h>

#include "config_tables.h"

#define ALL8		   0xffu
#define ALL16		   0xffffu
#define ALL32		   0xffffffffu
#define COUNT(array)	   (sizeof(array) / sizeof((array)[0]))
#define FIELDS(array)	   .fields = (array), .nr_fields = COUNT(array)

/* Younger than the headers of Linux 6.1. */
#define EXT_CAP_ID_RTR	   0x22
#define EXT_CAP_ID_PL_32GT 0x2a

/* Where the vendor's part of a designated capability begins, and the vendor of CXL. */
#define DVSEC_BODY	   12
#define DVSEC_VENDOR_CXL   0x1e98

/* MSI with 32 bits of data: the host sends 16. */
#define MSI_FLAGS_EXTENDED 0x0600

/*
 * The command register belongs to its owner as a whole: memory decoding must not change without the
 * mappings, and the interrupt pin is shared with the handler. Base addresses and the identity of
 * the function are filled in by the layout.
 */
const struct cfg_field cfg_header_fields[] = {
	{ .off = PCI_VENDOR_ID, .width = 4, .virt = ALL32 },
	{ .off = PCI_COMMAND,
	  .width = 2,
	  .virt = ALL16,
	  .user = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
		  PCI_COMMAND_INVALIDATE | PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
		  PCI_COMMAND_INTX_DISABLE,
	  .clear = PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE },
	{ .off = PCI_STATUS,
	  .width = 2,
	  .virt = PCI_STATUS_CAP_LIST,
	  .pass = 0xf900,
	  .once = 0xf900 },
	{ .off = PCI_CLASS_REVISION, .width = 4, .virt = ALL32 },
	{ .off = PCI_CACHE_LINE_SIZE, .width = 1, .pass = ALL8 },
	{ .off = PCI_LATENCY_TIMER, .width = 1, .pass = ALL8 },
	{ .off = PCI_HEADER_TYPE, .width = 1, .virt = ALL8 },
	{ .off = PCI_CAPABILITY_LIST, .width = 4, .virt = ALL32, .clear = ALL32 },
	{ .off = 0x38, .width = 4, .virt = ALL32, .clear = ALL32 },
	{ .off = PCI_INTERRUPT_LINE, .width = 1, .virt = ALL8, .user = ALL8 },
	{ .off = PCI_INTERRUPT_PIN, .width = 1, .virt = ALL8 },
};
const unsigned int cfg_header_nr_fields = COUNT(cfg_header_fields);

/* Power management events would wake the host, so the user's function has none. */
static const struct cfg_field pm_fields[] = {
	{ .off = PCI_PM_PMC, .width = 2, .virt = ALL16, .clear = PCI_PM_CAP_PME_MASK },
	{ .off = PCI_PM_CTRL,
	  .width = 2,
	  .virt = ALL16 & ~PCI_PM_CTRL_NO_SOFT_RESET,
	  .user = PCI_PM_CTRL_STATE_MASK,
	  .once = PCI_PM_CTRL_PME_STATUS,
	  .clear = ALL16 },
};

/* The owner carries out the transfer that a write of the address asks for. */
static const struct cfg_field vpd_fields[] = {
	{ .off = PCI_VPD_ADDR, .width = 2, .virt = ALL16, .user = ALL16, .clear = ALL16 },
	{ .off = PCI_VPD_DATA, .width = 4, .virt = ALL32, .user = ALL32, .clear = ALL32 },
};

/* Address and data belong to the host's interrupt controller: the user writes a copy. */
#define MSI_FLAGS_FIELD                                                                    \
	{ .off = PCI_MSI_FLAGS,                                                            \
	  .width = 2,                                                                      \
	  .virt = ALL16,                                                                   \
	  .user = PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE,                              \
	  .clear = PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE | MSI_FLAGS_EXTENDED },      \
	{                                                                                  \
		.off = PCI_MSI_ADDRESS_LO, .width = 4, .virt = ALL32, .user = ALL32 & ~3u, \
		.clear = ALL32                                                             \
	}
#define MSI_COPY(at, size)                                                                 \
	{                                                                                  \
		.off = (at), .width = (size), .virt = ALL32, .user = ALL32, .clear = ALL32 \
	}
#define MSI_MASK(at)                                   \
	{                                              \
		.off = (at), .width = 4, .pass = ALL32 \
	}

static const struct cfg_field msi_32_fields[] = { MSI_FLAGS_FIELD, MSI_COPY(PCI_MSI_DATA_32, 2),
						  MSI_MASK(PCI_MSI_MASK_32) };
static const struct cfg_field msi_64_fields[] = { MSI_FLAGS_FIELD, MSI_COPY(PCI_MSI_ADDRESS_HI, 4),
						  MSI_COPY(PCI_MSI_DATA_64, 2),
						  MSI_MASK(PCI_MSI_MASK_64) };

static const struct cfg_field msix_fields[] = {
	{ .off = PCI_MSIX_FLAGS,
	  .width = 2,
	  .virt = ALL16,
	  .user = PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL,
	  .clear = PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL },
};

#define PCI_X_ERRORS (PCI_X_STATUS_SPL_DISC | PCI_X_STATUS_UNX_SPL | PCI_X_STATUS_SPL_ERR)

static const struct cfg_field pcix_fields[] = {
	{ .off = PCI_X_CMD, .width = 2, .pass = 0x7f },
	{ .off = PCI_X_STATUS, .width = 4, .pass = PCI_X_ERRORS, .once = PCI_X_ERRORS },
};

#define EXP_ERRORS \
	(PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED | PCI_EXP_DEVSTA_FED | PCI_EXP_DEVSTA_URD)

/*
 * The payload size has to fit the path to the root and stays the host's; the link is shared with
 * the port above. Read request size and reset are the owner's business.
 */
static const struct cfg_field exp_fields[] = {
	{ .off = PCI_EXP_DEVCTL,
	  .width = 2,
	  .virt = PCI_EXP_DEVCTL_PAYLOAD | PCI_EXP_DEVCTL_READRQ | PCI_EXP_DEVCTL_BCR_FLR,
	  .user = PCI_EXP_DEVCTL_PAYLOAD | PCI_EXP_DEVCTL_READRQ | PCI_EXP_DEVCTL_BCR_FLR,
	  .pass = PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | PCI_EXP_DEVCTL_FERE |
		  PCI_EXP_DEVCTL_URRE | PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_EXT_TAG |
		  PCI_EXP_DEVCTL_NOSNOOP_EN,
	  .clear = PCI_EXP_DEVCTL_BCR_FLR },
	{ .off = PCI_EXP_DEVSTA, .width = 2, .pass = EXP_ERRORS, .once = EXP_ERRORS },
	{ .off = PCI_EXP_DEVCTL2,
	  .width = 2,
	  .pass = PCI_EXP_DEVCTL2_COMP_TIMEOUT | PCI_EXP_DEVCTL2_COMP_TMOUT_DIS |
		  PCI_EXP_DEVCTL2_ATOMIC_REQ | PCI_EXP_DEVCTL2_IDO_REQ_EN |
		  PCI_EXP_DEVCTL2_IDO_CMP_EN | PCI_EXP_DEVCTL2_LTR_EN },
};

/* The first version ends before DEVCTL2. */
#define EXP_V1_FIELDS 2

static const struct cfg_field af_fields[] = {
	{ .off = PCI_AF_CTRL, .width = 1, .virt = ALL8, .user = PCI_AF_CTRL_FLR, .clear = ALL8 },
};

/*
 * What an error does to the machine is the host's policy: the user changes a copy. He may clear
 * what was recorded of the errors of his own function.
 */
static const struct cfg_field aer_fields[] = {
	{ .off = PCI_ERR_UNCOR_STATUS, .width = 4, .pass = ALL32, .once = ALL32 },
	{ .off = PCI_ERR_UNCOR_MASK, .width = 4, .virt = ALL32, .user = ALL32 },
	{ .off = PCI_ERR_UNCOR_SEVER, .width = 4, .virt = ALL32, .user = ALL32 },
	{ .off = PCI_ERR_COR_STATUS, .width = 4, .pass = ALL32, .once = ALL32 },
	{ .off = PCI_ERR_COR_MASK, .width = 4, .virt = ALL32, .user = ALL32 },
	{ .off = PCI_ERR_CAP,
	  .width = 4,
	  .virt = PCI_ERR_CAP_ECRC_GENE | PCI_ERR_CAP_ECRC_CHKE,
	  .user = PCI_ERR_CAP_ECRC_GENE | PCI_ERR_CAP_ECRC_CHKE },
};

/* The number of the record that the data register shows. */
static const struct cfg_field power_fields[] = {
	{ .off = PCI_PWR_DSR, .width = 1, .pass = ALL8 },
};

static unsigned int msi_length(const __u8 *cap)
{
	__u32 flags = cfg_get(cap, PCI_MSI_FLAGS, 2);
	unsigned int len = flags & PCI_MSI_FLAGS_64BIT ? 14 : 10;

	return flags & PCI_MSI_FLAGS_MASKBIT ? len + 10 : len;
}

static const struct cfg_field *msi_select(const __u8 *cap, unsigned int *nr)
{
	__u32 flags = cfg_get(cap, PCI_MSI_FLAGS, 2);
	bool wide = flags & PCI_MSI_FLAGS_64BIT;

	*nr = wide ? COUNT(msi_64_fields) : COUNT(msi_32_fields);
	if (!(flags & PCI_MSI_FLAGS_MASKBIT))
		--*nr;
	return wide ? msi_64_fields : msi_32_fields;
}

static unsigned int pcix_length(const __u8 *cap)
{
	return cfg_get(cap, PCI_X_CMD, 2) & 0x3000 ? 24 : 8;
}

static unsigned int vendor_length(const __u8 *cap)
{
	return cap[PCI_CAP_FLAGS];
}

static unsigned int sata_length(const __u8 *cap)
{
	return (cfg_get(cap, PCI_SATA_REGS, 4) & PCI_SATA_REGS_MASK) == PCI_SATA_REGS_INLINE ? 16
											     : 8;
}

static bool exp_v2(const __u8 *cap)
{
	return (cfg_get(cap, PCI_EXP_FLAGS, 2) & PCI_EXP_FLAGS_VERS) >= 2;
}

/* The second version has all registers, also those that are of no use to the function. */
static unsigned int exp_length(const __u8 *cap)
{
	__u32 type = (cfg_get(cap, PCI_EXP_FLAGS, 2) & PCI_EXP_FLAGS_TYPE) >> 4;

	if (exp_v2(cap))
		return 0x3c;
	/* What is part of the root complex has no link. */
	return type == PCI_EXP_TYPE_RC_END || type == PCI_EXP_TYPE_RC_EC ? PCI_EXP_LNKCAP
									 : PCI_EXP_SLTCAP;
}

static const struct cfg_field *exp_select(const __u8 *cap, unsigned int *nr)
{
	*nr = exp_v2(cap) ? COUNT(exp_fields) : EXP_V1_FIELDS;
	return exp_fields;
}

static const struct cfg_cap caps[] = {
	{ .id = PCI_CAP_ID_PM, .least = 8, .most = 8, .owner = CFG_OWNER_PM, FIELDS(pm_fields) },
	{ .id = PCI_CAP_ID_VPD, .least = 8, .most = 8, .owner = CFG_OWNER_VPD, FIELDS(vpd_fields) },
	{ .id = PCI_CAP_ID_MSI,
	  .least = 10,
	  .length = msi_length,
	  .owner = CFG_OWNER_MSI,
	  .select = msi_select },
	{ .id = PCI_CAP_ID_PCIX, .least = 8, .length = pcix_length, FIELDS(pcix_fields) },
	{ .id = PCI_CAP_ID_VNDR, .least = 3, .length = vendor_length, .open_from = 3 },
	{ .id = PCI_CAP_ID_DBG, .least = 4, .most = 4 },
	{ .id = PCI_CAP_ID_SSVID, .least = 8, .most = 8 },
	{ .id = PCI_CAP_ID_EXP,
	  .least = 12,
	  .length = exp_length,
	  .owner = CFG_OWNER_EXP,
	  .select = exp_select },
	{ .id = PCI_CAP_ID_MSIX,
	  .least = 12,
	  .most = 12,
	  .owner = CFG_OWNER_MSIX,
	  FIELDS(msix_fields) },
	{ .id = PCI_CAP_ID_SATA, .least = 8, .length = sata_length },
	{ .id = PCI_CAP_ID_AF, .least = 6, .most = 6, .owner = CFG_OWNER_AF, FIELDS(af_fields) },
};

static unsigned int vc_length(const __u8 *cap)
{
	return 0x10 + ((cfg_get(cap, PCI_VC_PORT_CAP1, 4) & PCI_VC_CAP1_EVCC) + 1) * 0xc;
}

/* Vendor-specific structures carry their length in the upper bits of the second word. */
static unsigned int ext_vendor_length(const __u8 *cap)
{
	return cfg_get(cap, 4, 4) >> 20;
}

/* The consortium's structures of CXL say which addresses of the host the function answers to. */
static bool dvsec_closed(const __u8 *cap)
{
	return cfg_get(cap, PCI_DVSEC_HEADER1, 2) == DVSEC_VENDOR_CXL;
}

/* A table of steering tags lies in the capability, or with the vectors of MSI-X, or nowhere. */
static unsigned int tph_length(const __u8 *cap)
{
	__u32 value = cfg_get(cap, PCI_TPH_CAP, 4);

	if ((value & PCI_TPH_CAP_LOC_MASK) != PCI_TPH_LOC_CAP)
		return PCI_TPH_BASE_SIZEOF;
	return PCI_TPH_BASE_SIZEOF +
	       (((value & PCI_TPH_CAP_ST_MASK) >> PCI_TPH_CAP_ST_SHIFT) + 1) * 2;
}

static unsigned int dpa_length(const __u8 *cap)
{
	return PCI_DPA_BASE_SIZEOF + (cfg_get(cap, PCI_DPA_CAP, 4) & PCI_DPA_CAP_SUBSTATE_MASK) + 1;
}

static unsigned int rebar_length(const __u8 *cap)
{
	unsigned int bars = (cfg_get(cap, PCI_REBAR_CTRL, 4) >> 5) & 7;

	return 4 + (bars ? bars : 1) * 8;
}

static const struct cfg_cap ext_caps[] = {
	{ .id = PCI_EXT_CAP_ID_ERR, .least = 0x2c, .most = 0x48, FIELDS(aer_fields) },
	{ .id = PCI_EXT_CAP_ID_VC, .least = 0x10, .length = vc_length, .tables = true },
	{ .id = PCI_EXT_CAP_ID_DSN, .least = 12, .most = 12 },
	{ .id = PCI_EXT_CAP_ID_PWR, .least = 16, .most = 16, FIELDS(power_fields) },
	{ .id = PCI_EXT_CAP_ID_MFVC, .least = 0x10, .length = vc_length, .tables = true },
	{ .id = PCI_EXT_CAP_ID_VC9, .least = 0x10, .length = vc_length, .tables = true },
	{ .id = PCI_EXT_CAP_ID_VNDR, .least = 8, .length = ext_vendor_length, .open_from = 8 },
	{ .id = PCI_EXT_CAP_ID_ACS, .least = 8, .most = 8 },
	{ .id = PCI_EXT_CAP_ID_ARI, .least = 8, .most = 8 },
	{ .id = PCI_EXT_CAP_ID_ATS, .least = 8, .most = 8 },
	{ .id = PCI_EXT_CAP_ID_SRIOV, .least = 0x40, .most = 0x40 },
	{ .id = PCI_EXT_CAP_ID_MCAST, .least = 0x28, .most = 0x28 },
	{ .id = PCI_EXT_CAP_ID_PRI, .least = 16, .most = 16 },
	{ .id = PCI_EXT_CAP_ID_REBAR, .least = 12, .length = rebar_length },
	{ .id = PCI_EXT_CAP_ID_DPA, .least = 16, .length = dpa_length },
	{ .id = PCI_EXT_CAP_ID_TPH, .least = 12, .length = tph_length },
	{ .id = PCI_EXT_CAP_ID_LTR, .least = 8, .most = 8 },
	{ .id = PCI_EXT_CAP_ID_SECPCI, .least = 12, .most = 0x2c },
	{ .id = PCI_EXT_CAP_ID_PASID, .least = 8, .most = 8 },
	{ .id = PCI_EXT_CAP_ID_L1SS, .least = 16, .most = 20 },
	{ .id = PCI_EXT_CAP_ID_PTM, .least = 12, .most = 12 },
	{ .id = EXT_CAP_ID_RTR, .least = 12, .most = 12 },
	{ .id = PCI_EXT_CAP_ID_DVSEC,
	  .least = 10,
	  .length = ext_vendor_length,
	  .open_from = DVSEC_BODY,
	  .closed = dvsec_closed },
	{ .id = PCI_EXT_CAP_ID_DLF, .least = 12, .most = 12 },
	{ .id = PCI_EXT_CAP_ID_PL_16GT, .least = 0x20, .most = 0x30 },
	{ .id = EXT_CAP_ID_PL_32GT, .least = 0x20, .most = 0x40 },
};

static const struct cfg_cap *find(const struct cfg_cap *table, unsigned int nr, __u16 id)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (table[i].id == id)
			return &table[i];
	return NULL;
}

const struct cfg_cap *cfg_cap_find(__u16 id)
{
	return find(caps, COUNT(caps), id);
}

const struct cfg_cap *cfg_ext_cap_find(__u16 id)
{
	return find(ext_caps, COUNT(ext_caps), id);
}

unsigned int cfg_owner_length(enum cfg_owner owner)
{
	switch (owner) {
	case CFG_OWNER_PM:
	case CFG_OWNER_VPD:
	case CFG_OWNER_AF:
		return 8;
	case CFG_OWNER_MSI:
		return 24;
	case CFG_OWNER_MSIX:
		return 12;
	case CFG_OWNER_EXP:
		return 0x3c;
	default:
		return 0;
	}
}
