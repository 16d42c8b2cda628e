/* SPDX-License-Identifier: GPL-2.0-only */
/* One PCI function and its directory. */
#ifndef FAKEHOST_PCI_H
#define FAKEHOST_PCI_H

#include "host.h"

#define PCI_ADDR_LEN 16

struct pci {
	char addr[PCI_ADDR_LEN]; /* "0000:01:00.0" */
	unsigned int vendor, device, subvendor, subdevice, class, rev;
	const char *driver;   /* NULL: bound to none */
	const char *override; /* NULL: "(null)" */
	const char *parent;   /* address of the bridge above, NULL on a root bus */
	const char *physfn;   /* of a virtual function */
	const char *reset;    /* reset_method, NULL: no such attribute */
	int group;	      /* -1: in none */
	int numa;
	int total_vfs; /* of a physical function; 0: without SR-IOV */
	int num_vfs;
	bool autoprobe;
	bool conventional; /* no PCI Express capability: 256 bytes of config */
	bool boot_vga;
	int secondary; /* bus number behind a bridge, 0: not a bridge */
};

/* Splits an address; false when @addr is none. */
bool pci_parse(const char *addr, unsigned int *domain, unsigned int *bus, unsigned int *slot,
	       unsigned int *func);

/* Fills @pci with what an e1000e at @addr would have. */
void pci_init(struct pci *pci, const char *addr);

/* Writes it, with its links. @pci->parent and ->physfn must have been made before. Returns its
 * path, host's own; NULL when the address is taken or what it stands on is missing. */
const char *pci_make(struct host *host, const struct pci *pci);

/* Takes attributes away (@how "without"), or puts a directory ("broken") or a link that leads
 * nowhere ("dangling") in their place: root can read a file of any mode. @names is a comma list. */
void pci_spoil(struct host *host, const char *path, const char *how, const char *names);

#endif
