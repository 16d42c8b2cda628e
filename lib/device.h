/* SPDX-License-Identifier: GPL-2.0-only */
/* A device as the scan found it. What is not gathered here is read by attr.h. */
#ifndef VFIOCTL_DEVICE_H
#define VFIOCTL_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

struct group;

/* What a device is to the host, as far as its class tells. Judged by role, not by driver name. */
enum device_role {
	ROLE_ENDPOINT, /* something a user may want to hand out */
	ROLE_BRIDGE,   /* PCI-to-PCI and the like: carries others, is never handed out */
	ROLE_HOST,     /* host bridge, ISA bridge, SMBus, system peripheral: the platform itself */
	ROLE_OTHER,    /* a member on another bus than PCI */
};

const char *device_role_name(enum device_role role);

/* A driver of one bus, as seen on at least one device. Owned by the host. */
struct driver {
	char *name;
	const char *bus;
	bool vfio;    /* it registers its devices with the VFIO core */
	bool checked; /* @vfio was looked up */
};

struct pci_id {
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class_code; /* 24 bits: base class, subclass, programming interface */
};

struct pci_address {
	uint32_t domain; /* more than 16 bits behind VMD and on Hyper-V */
	uint8_t bus, slot, function;
};

/*
 * Owned by the host it was scanned into. @name is the kernel's, e.g. "0000:01:00.0", and may hold
 * any byte but '/' and NUL. @addr is valid when @is_pci, @id when @has_id.
 */
struct device {
	char *name;
	const char *bus;       /* "pci", "platform", ...; owned by the host */
	struct driver *driver; /* NULL: no driver */
	struct group *group;   /* NULL: in no IOMMU group, or the group was not walked */
	char *modalias;	       /* NULL: unknown */
	struct pci_address addr;
	struct pci_id id;
	bool is_pci;
	bool has_id;
	bool changing; /* a change is on record as under way: see changing.h */
	enum device_role role;
	long group_id; /* -1: none */
};

/* Parses "0000:01:00.0" strictly; 0 or -EINVAL. */
int pci_address_parse(const char *name, struct pci_address *addr);

/* Role of a PCI class code (PCI Code and ID Assignment Specification, class 06h and 08h). */
enum device_role device_role_of_class(uint32_t class_code);

/* Order: PCI first by address, then by bus and name. */
int device_compare(const struct device *a, const struct device *b);

#endif
