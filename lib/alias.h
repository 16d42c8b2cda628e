/* SPDX-License-Identifier: GPL-2.0-only */
/* Aliases: the patterns by which modules say what devices they are for. Pure. */
#ifndef VFIOCTL_ALIAS_H
#define VFIOCTL_ALIAS_H

/*
 * What a VFIO driver made for this very device has as its alias: "vfio_pci:v00008086..." for the
 * modalias "pci:v00008086...". NULL when @modalias is not a PCI device's, and when memory ran out.
 * The caller frees.
 */
char *alias_of_vfio(const char *modalias);

/* How many asterisks @pattern has, fewer being closer; INT_MAX when it does not match @alias. */
int alias_looseness(const char *pattern, const char *alias);

#endif
