/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of a function's configuration space, as far as lspci decodes them. */
#ifndef FAKEHOST_CONFIG_H
#define FAKEHOST_CONFIG_H

#include "pci.h"

/* Fills @config and returns how many bytes the function has: 256, or 4096 with PCI Express. */
size_t config_fill(unsigned char config[4096], const struct pci *pci);

#endif
