// SPDX-License-Identifier: GPL-2.0-only
#include "pci.h"
#include "config.h"
#include "group.h"
#include "tree.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool pci_parse(const char *addr, unsigned int *domain, unsigned int *bus, unsigned int *slot,
	       unsigned int *func)
{
	int end = 0;

	return sscanf(addr, "%8x:%2x:%2x.%1u%n", domain, bus, slot, func, &end) == 4 &&
	       !addr[end] && *slot < 32 && *func < 8;
}

void pci_init(struct pci *pci, const char *addr)
{
	*pci = (struct pci){ .vendor = 0x8086,
			     .device = 0x10d3,
			     .subvendor = 0x8086,
			     .subdevice = 0xa01f,
			     .class = 0x020000,
			     .group = -1,
			     .numa = -1,
			     .autoprobe = true };
	snprintf(pci->addr, sizeof(pci->addr), "%s", addr);
}

static void modalias(const struct pci *pci, char *text, size_t size)
{
	snprintf(text, size, "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", pci->vendor,
		 pci->device, pci->subvendor, pci->subdevice, pci->class >> 16,
		 (pci->class >> 8) & 0xff, pci->class & 0xff);
}

static void write_identity(const struct tree_dir *dir, const struct pci *pci)
{
	char alias[96];

	modalias(pci, alias, sizeof(alias));
	tree_attr(dir, "uevent", 0644,
		  "%s%s%sPCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\n"
		  "PCI_SLOT_NAME=%s\nMODALIAS=%s\n",
		  pci->driver ? "DRIVER=" : "", pci->driver ? pci->driver : "",
		  pci->driver ? "\n" : "", pci->class, pci->vendor, pci->device, pci->subvendor,
		  pci->subdevice, pci->addr, alias);
	tree_attr(dir, "modalias", 0444, "%s\n", alias);
	tree_attr(dir, "vendor", 0444, "0x%04x\n", pci->vendor);
	tree_attr(dir, "device", 0444, "0x%04x\n", pci->device);
	tree_attr(dir, "subsystem_vendor", 0444, "0x%04x\n", pci->subvendor);
	tree_attr(dir, "subsystem_device", 0444, "0x%04x\n", pci->subdevice);
	tree_attr(dir, "class", 0444, "0x%06x\n", pci->class);
	tree_attr(dir, "revision", 0444, "0x%02x\n", pci->rev);
}

static void write_resource(const struct tree_dir *dir, const struct pci *pci)
{
	char text[7 * 57 + 1];
	size_t len = 0;
	unsigned long base = 0xc0000000ul + (unsigned long)(atoi(pci->addr + 5)) * 0x100000ul;

	for (int i = 0; i < 7; i++) {
		bool used = i == 0 && !pci->secondary;

		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"0x%016lx 0x%016lx 0x%016lx\n", used ? base : 0,
					used ? base + 0x1ffff : 0, used ? 0x140204ul : 0);
	}
	tree_bytes(dir, "resource", 0444, text, len);
}

static void write_state(struct host *host, const struct tree_dir *dir, const struct pci *pci)
{
	tree_attr(dir, "d3cold_allowed", 0644, "1\n");
	tree_attr(dir, "driver_override", 0644, "%s\n", pci->override ? pci->override : "(null)");
	tree_attr(dir, "enable", 0644, "%d\n", pci->driver ? 1 : 0);
	tree_attr(dir, "irq", 0444, "%d\n", pci->driver ? host->next_irq++ : 0);
	tree_attr(dir, "local_cpulist", 0444, "0-15\n");
	tree_attr(dir, "msi_bus", 0644, "1\n");
	tree_attr(dir, "numa_node", 0644, "%d\n", pci->numa);
	tree_attr(dir, "power_state", 0444, "%s\n", pci->driver ? "D0" : "unknown");
	tree_attr(dir, "remove", 0220, "%s", "");
	tree_attr(dir, "rescan", 0220, "%s", "");
	if (pci->reset) {
		tree_attr(dir, "reset", 0200, "%s", "");
		tree_attr(dir, "reset_method", 0644, "%s\n", pci->reset);
	}
	if (pci->boot_vga)
		tree_attr(dir, "boot_vga", 0444, "1\n");
	if (!pci->conventional && !pci->physfn) {
		tree_attr(dir, "current_link_speed", 0444, "8.0 GT/s PCIe\n");
		tree_attr(dir, "current_link_width", 0444, "8\n");
		tree_attr(dir, "max_link_speed", 0444, "16.0 GT/s PCIe\n");
		tree_attr(dir, "max_link_width", 0444, "16\n");
	}
	if (pci->secondary) {
		tree_attr(dir, "secondary_bus_number", 0444, "%d\n", pci->secondary);
		tree_attr(dir, "subordinate_bus_number", 0444, "%d\n", pci->secondary);
	}
}

static void write_sriov(const struct tree_dir *dir, const struct pci *pci)
{
	if (!pci->total_vfs)
		return;
	tree_attr(dir, "sriov_totalvfs", 0444, "%d\n", pci->total_vfs);
	tree_attr(dir, "sriov_numvfs", 0644, "%d\n", pci->num_vfs);
	tree_attr(dir, "sriov_drivers_autoprobe", 0644, "%d\n", pci->autoprobe);
	tree_attr(dir, "sriov_offset", 0444, "1\n");
	tree_attr(dir, "sriov_stride", 0444, "1\n");
	tree_attr(dir, "sriov_vf_device", 0444, "%04x\n", pci->device + 1);
	tree_attr(dir, "sriov_vf_total_msix", 0444, "0\n");
}

/* physfn in the virtual function, and the next free virtfnN in its physical one. */
static void link_physfn(struct host *host, const char *path, const char *pf)
{
	char from[2048];
	int n = 0;

	tree_path(from, sizeof(from), "%s/physfn", path);
	tree_link(host->root, from, pf);
	do {
		tree_path(from, sizeof(from), "%s/virtfn%d", pf, n++);
	} while (readlinkat(host->root, from, (char[1]){ 0 }, 1) > 0);
	tree_link(host->root, from, path);
}

/* The directory of a root bus, with its uevent: libudev takes none without for a device. */
static void make_root_bus(struct host *host, char *path, size_t size, unsigned int domain,
			  unsigned int bus)
{
	char name[32];

	tree_path(path, size, "devices/pci%04x:%02x", domain, bus);
	if (!host_add(host, path, path))
		return;
	tree_path(name, sizeof(name), "%s/uevent", path);
	tree_file(host->root, name, 0644, "", 0);
	host_power(host, path);
	tree_path(name, sizeof(name), "%04x:%02x", domain, bus);
	host_child(host, "pci_bus", name, path, "", 0, 0);
}

static bool is_vfio(const char *driver)
{
	return driver && (strstr(driver, "vfio-pci") || strstr(driver, "vfio_pci"));
}

const char *pci_make(struct host *host, const struct pci *pci)
{
	const char *above = pci->parent ? host_find(host, pci->parent) : NULL;
	const char *pf = pci->physfn ? host_find(host, pci->physfn) : NULL;
	unsigned int domain, bus, slot, func;
	unsigned char config[4096];
	struct tree_dir dir;
	char path[1024];

	if (!pci_parse(pci->addr, &domain, &bus, &slot, &func) || (pci->parent && !above) ||
	    (pci->physfn && !pf))
		return NULL;
	if (above)
		tree_path(path, sizeof(path), "%s", above);
	else
		make_root_bus(host, path, sizeof(path), domain, bus);
	snprintf(path + strlen(path), sizeof(path) - strlen(path), "/%s", pci->addr);
	if (!host_add(host, pci->addr, path))
		return NULL;

	dir = tree_open(host->root, path);
	write_identity(&dir, pci);
	write_state(host, &dir, pci);
	write_sriov(&dir, pci);
	write_resource(&dir, pci);
	tree_bytes(&dir, "config", 0644, config, config_fill(config, pci));
	tree_close(&dir);
	host_power(host, path);
	host_join_bus(host, "pci", pci->addr, path);
	if (pci->driver)
		host_join_driver(host, "pci", pci->addr, path, pci->driver);
	if (pci->group >= 0)
		group_join(host, pci->group, pci->addr, path);
	if (pf)
		link_physfn(host, path, pf);
	if (is_vfio(pci->driver))
		group_vfio_device(host, pci->group, path);
	return host_find(host, pci->addr);
}

void pci_spoil(struct host *host, const char *path, const char *how, const char *names)
{
	char *list = strdup(names);
	char *rest = list;
	char *name;

	while ((name = strsep(&rest, ","))) {
		char whole[2048];

		tree_path(whole, sizeof(whole), "%s/%s", path, name);
		tree_remove(host->root, whole);
		if (strcmp(how, "broken") == 0)
			tree_mkdir(host->root, whole);
		else if (strcmp(how, "dangling") == 0)
			tree_raw_link(host->root, whole, "../nowhere/at-all");
	}
	free(list);
}
