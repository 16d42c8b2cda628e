// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <string.h>

enum {
	CAP_PM = 0x01,
	CAP_MSI = 0x05,
	CAP_EXPRESS = 0x10,
	AT_PM = 0x40,
	AT_MSI = 0x50,
	AT_EXPRESS = 0x70,
};

static void put16(unsigned char *at, unsigned int value)
{
	at[0] = value & 0xff;
	at[1] = (value >> 8) & 0xff;
}

static void put_capability(unsigned char *config, int at, int id, int next)
{
	config[at] = (unsigned char)id;
	config[at + 1] = (unsigned char)next;
}

/* Device/port type in the Express capabilities register: endpoint, root port. */
static void put_express(unsigned char *config, const struct pci *pci)
{
	put_capability(config, AT_EXPRESS, CAP_EXPRESS, 0);
	put16(config + AT_EXPRESS + 2, pci->secondary ? 0x0042 : 0x0002);
	if (pci->reset && strstr(pci->reset, "flr"))
		config[AT_EXPRESS + 7] |= 0x10;
}

size_t config_fill(unsigned char config[4096], const struct pci *pci)
{
	memset(config, 0, 4096);
	/* A virtual function's own vendor and device read as all ones. */
	put16(config, pci->physfn ? 0xffff : pci->vendor);
	put16(config + 2, pci->physfn ? 0xffff : pci->device);
	put16(config + 4, pci->driver ? 0x0406 : 0x0000);
	put16(config + 6, 0x0010);
	config[8] = (unsigned char)pci->rev;
	config[9] = pci->class & 0xff;
	put16(config + 10, pci->class >> 8);
	config[0x34] = AT_PM;
	if (pci->secondary) {
		config[0x0e] = 1;
		config[0x19] = (unsigned char)pci->secondary;
		config[0x1a] = (unsigned char)pci->secondary;
	} else {
		put16(config + 0x2c, pci->subvendor);
		put16(config + 0x2e, pci->subdevice);
	}
	put_capability(config, AT_PM, CAP_PM, AT_MSI);
	put16(config + AT_PM + 2, 0x0003);
	put_capability(config, AT_MSI, CAP_MSI, pci->conventional ? 0 : AT_EXPRESS);
	if (pci->conventional)
		return 256;
	put_express(config, pci);
	return 4096;
}
