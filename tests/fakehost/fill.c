// SPDX-License-Identifier: GPL-2.0-only
#include "fill.h"
#include "device.h"
#include "group.h"
#include "ids.h"
#include "pci.h"

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PER_DOMAIN 1024
#define MAX_VFS	   63

struct machine {
	struct host *host;
	const struct fill *fill;
	uint64_t state;
	int left; /* functions still to make, in all */
	int here; /* and in this domain */
	int domain;
	int port;  /* next root port: slot 1 and up, eight to a slot */
	int bus;   /* next secondary bus */
	int group; /* of the members drawn together, when groups are drawn by size */
	int group_left;
};

void fill_init(struct fill *fill)
{
	*fill = (struct fill){ .functions = 64,
			       .sriov = 12,
			       .legacy = 6,
			       .vfio = 25,
			       .variant = 10,
			       .unbound = 8,
			       .override = 50,
			       .seed = 1 };
}

/* xorshift64*: rand(3) differs between C libraries. */
static unsigned int draw(struct machine *m, unsigned int below)
{
	m->state ^= m->state >> 12;
	m->state ^= m->state << 25;
	m->state ^= m->state >> 27;
	return (unsigned int)((m->state * 0x2545f4914f6cdd1dull) >> 33) % below;
}

static bool percent(struct machine *m, int chance)
{
	return draw(m, 100) < (unsigned int)chance;
}

/* The group of the next function. @topology is what the hardware's isolation alone would give. */
static int next_group(struct machine *m, int topology)
{
	const struct fill *fill = m->fill;

	if (m->host->iommu == IOMMU_NONE)
		return -1;
	if (!fill->group_max)
		return topology >= 0 ? topology : m->host->next_group;
	if (!m->group_left) {
		m->group = m->host->next_group;
		m->group_left = fill->group_min +
				(int)draw(m, (unsigned)(fill->group_max - fill->group_min + 1));
	}
	m->group_left--;
	return m->group;
}

static void spoil(struct machine *m, const char *path)
{
	static const char *const names[] = { "driver", "iommu_group", "uevent", "vendor",
					     "class",  "numa_node",   "config", "driver_override" };
	static const char *const ways[] = { "without", "broken", "dangling" };

	if (percent(m, m->fill->missing))
		pci_spoil(m->host, path, ways[draw(m, 3)], names[draw(m, 8)]);
}

/* False when the domain or the machine is full. */
static bool add(struct machine *m, struct pci *pci, int topology)
{
	const char *path;

	if (!m->here)
		return false;
	pci->group = next_group(m, topology);
	pci->numa = m->domain & 1;
	path = pci_make(m->host, pci);
	if (!path)
		errx(1, "'%s' cannot be made", pci->addr);
	m->here--;
	m->left--;
	spoil(m, path);
	return true;
}

static void take_id(struct pci *pci, const struct id *id)
{
	pci->vendor = id->vendor;
	pci->device = id->device;
	pci->subvendor = id->vendor;
	pci->subdevice = id->device ^ 0x0100;
	pci->class = id->class;
	pci->driver = id->driver;
	pci->reset = id->reset;
}

static void choose_driver(struct machine *m, struct pci *pci)
{
	if (percent(m, m->fill->vfio)) {
		bool variant = pci->physfn && pci->vendor == 0x15b3 && percent(m, m->fill->variant);

		pci->driver = variant ? "mlx5_vfio_pci" : "vfio-pci";
		if (percent(m, m->fill->override))
			pci->override = pci->driver;
	} else if (percent(m, m->fill->unbound)) {
		pci->driver = NULL;
	}
}

static void address(char *addr, const struct machine *m, int bus, int devfn)
{
	snprintf(addr, PCI_ADDR_LEN, "%04x:%02x:%02x.%x", m->domain & 0xffff, bus & 0xff,
		 (devfn >> 3) & 0x1f, devfn & 7);
}

static void add_vfs(struct machine *m, const struct id *id, const char *pf, int devfn, int count)
{
	for (int i = 0; i < count; i++) {
		struct pci vf;
		char addr[PCI_ADDR_LEN];
		char port[PCI_ADDR_LEN];

		address(addr, m, m->bus, devfn + i);
		address(port, m, 0, m->port);
		pci_init(&vf, addr);
		take_id(&vf, id);
		vf.device = id->vf_device;
		vf.driver = id->vf_driver;
		vf.parent = port;
		vf.physfn = pf;
		choose_driver(m, &vf);
		if (!add(m, &vf, -1))
			return;
	}
}

/* A card's functions on the bus behind the port; those of an SR-IOV card with virtual ones. */
static void add_card(struct machine *m, const char *port, const struct id *id)
{
	int count = id->functions;
	int vfs = id->vf_driver ? 4 + (int)draw(m, MAX_VFS - 3) : 0;
	char pf_addr[4][PCI_ADDR_LEN];
	int made = 0;

	if (count > m->here)
		count = m->here;
	if (vfs > (m->here - count) / (count ? count : 1))
		vfs = (m->here - count) / (count ? count : 1);
	for (int i = 0; i < count; i++) {
		struct pci pci;

		address(pf_addr[i], m, m->bus, i);
		pci_init(&pci, pf_addr[i]);
		take_id(&pci, id);
		pci.parent = port;
		if (id->vf_driver) {
			pci.total_vfs = 64;
			pci.num_vfs = vfs;
			pci.autoprobe = percent(m, 50);
		} else {
			choose_driver(m, &pci);
		}
		made += add(m, &pci, -1);
	}
	for (int i = 0; vfs && i < made; i++)
		add_vfs(m, id, pf_addr[i], 8 + i * 64, vfs);
}

/* A bridge to a conventional bus: it and all behind it are one group. */
static void add_legacy(struct machine *m, const char *port)
{
	struct pci pci;
	char bridge[PCI_ADDR_LEN];
	int count = 1 + (int)draw(m, 4);
	int group = m->host->next_group;

	address(bridge, m, m->bus, 0);
	pci_init(&pci, bridge);
	pci.vendor = 0x12d8;
	pci.device = 0xe111;
	pci.class = 0x060401;
	pci.parent = port;
	pci.secondary = m->bus + 1;
	if (!add(m, &pci, group))
		return;
	m->bus++;
	for (int i = 0; i < count; i++) {
		char addr[PCI_ADDR_LEN];

		address(addr, m, m->bus, i << 3);
		pci_init(&pci, addr);
		take_id(&pci, &ids_legacy[draw(m, (unsigned)ids_legacy_count)]);
		pci.parent = bridge;
		pci.conventional = true;
		choose_driver(m, &pci);
		if (!add(m, &pci, group))
			return;
	}
}

static void add_slot(struct machine *m)
{
	struct pci pci;
	char port[PCI_ADDR_LEN];

	m->port = m->port ? m->port + 1 : 8;
	m->bus++;
	if (m->port > 255 || m->bus > 250)
		errx(1, "%d functions want more domains", m->fill->functions);
	address(port, m, 0, m->port);
	pci_init(&pci, port);
	pci.device = 0xa110 + (unsigned)(m->port & 7);
	pci.class = 0x060400;
	pci.driver = "pcieport";
	pci.secondary = m->bus;
	if (!add(m, &pci, -1))
		return;
	if (percent(m, m->fill->sriov))
		add_card(m, port, &ids_sriov[draw(m, (unsigned)ids_sriov_count)]);
	else if (percent(m, m->fill->legacy))
		add_legacy(m, port);
	else
		add_card(m, port, &ids_cards[draw(m, (unsigned)ids_cards_count)]);
}

static void add_domain(struct machine *m)
{
	struct pci pci;
	char addr[PCI_ADDR_LEN];

	m->port = 0;
	m->bus = 0;
	address(addr, m, 0, 0);
	pci_init(&pci, addr);
	pci.device = 0x1918;
	pci.class = 0x060000;
	if (m->domain)
		pci.driver = "skl_uncore";
	add(m, &pci, -1);
	while (m->here)
		add_slot(m);
}

static void add_others(struct machine *m)
{
	static const char *const buses[] = { "platform", "vmbus", "fsl-mc", "mdev" };

	for (int i = 0; i < m->fill->others; i++) {
		struct device dev = { .bus = buses[i % 4], .group = -1 };
		char name[64];

		snprintf(name, sizeof(name), "%s-%d.%d", dev.bus, i, i % 3);
		dev.name = name;
		if (m->host->next_group)
			dev.group = (int)draw(m, (unsigned)m->host->next_group);
		dev.driver = i % 3 ? "vfio-other" : NULL;
		device_make(m->host, &dev);
	}
}

void fill_make(struct host *host, const struct fill *fill)
{
	struct machine m = { .host = host, .fill = fill, .left = fill->functions };
	int domains = fill->domains;

	m.state = 0x9e3779b97f4a7c15ull ^ ((uint64_t)fill->seed << 17 | fill->seed);
	if (!domains)
		domains = (fill->functions + PER_DOMAIN - 1) / PER_DOMAIN;
	for (int i = 0; i < domains; i++) {
		m.domain = i;
		m.here = m.left / (domains - i);
		add_domain(&m);
	}
	add_others(&m);
}
