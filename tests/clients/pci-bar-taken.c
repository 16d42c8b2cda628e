// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-bar-taken BDF yes|no: can BAR 0 be read, written and mapped? Not if somebody else on the host
 * has any of it; the rest of the function can be used.
 */
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pci.h"

int main(int argc, char **argv)
{
	struct vfio_region_info info = { .argsz = sizeof(info),
					 .index = VFIO_PCI_BAR0_REGION_INDEX };
	uint32_t word = 0;
	uint64_t config;
	struct vfio v;
	bool taken;
	void *at;

	if (argc != 3)
		die("usage: pci-bar-taken BDF yes|no");
	taken = !strcmp(argv[2], "yes");
	v = vfio_open(argv[1]);
	pci_enable(v.device);
	IS(ask(v.device, VFIO_DEVICE_GET_REGION_INFO, &info), 0);
	TRUE(info.size != 0);
	IS(!(info.flags & VFIO_REGION_INFO_FLAG_MMAP), taken);
	IS(pread(v.device, &word, sizeof(word), info.offset), taken ? -1 : 4);
	TRUE(!taken || errno == EBUSY);
	IS(pwrite(v.device, &word, sizeof(word), info.offset), taken ? -1 : 4);
	at = mmap(NULL, info.size, PROT_READ, MAP_SHARED, v.device, info.offset);
	IS(at == MAP_FAILED, taken);
	config = region(v.device, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	TRUE(read32(v.device, config + PCI_BASE_ADDRESS_0) != 0);
	vfio_close(&v);
	return checks_status();
}
