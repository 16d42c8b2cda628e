// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

static const char *const role_names[] = {
	[ROLE_ENDPOINT] = "endpoint",
	[ROLE_BRIDGE] = "bridge",
	[ROLE_HOST] = "host",
	[ROLE_OTHER] = "other",
};

const char *device_role_name(enum device_role role)
{
	return role_names[role];
}

/* Hexadecimal of @min to @max digits; the position behind it, or NULL. */
static const char *parse_hex(const char *s, int min, int max, unsigned long *out)
{
	int n = 0;

	*out = 0;
	for (; n < max && isxdigit((unsigned char)*s); n++, s++) {
		int c = tolower((unsigned char)*s);

		*out = *out * 16 + (isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	return n >= min ? s : NULL;
}

int pci_address_parse(const char *name, struct pci_address *addr)
{
	unsigned long domain, bus, slot, function;
	const char *s = parse_hex(name, 4, 8, &domain);

	if (!s || *s != ':')
		return -EINVAL;
	s = parse_hex(s + 1, 2, 2, &bus);
	if (!s || *s != ':')
		return -EINVAL;
	s = parse_hex(s + 1, 2, 2, &slot);
	if (!s || *s != '.' || slot > 0x1f)
		return -EINVAL;
	s = parse_hex(s + 1, 1, 1, &function);
	if (!s || *s || function > 7)
		return -EINVAL;
	*addr = (struct pci_address){
		.domain = domain, .bus = bus, .slot = slot, .function = function
	};
	return 0;
}

enum device_role device_role_of_class(uint32_t class_code)
{
	unsigned int base = class_code >> 16, sub = class_code >> 8 & 0xff;

	if (base == 0x06) {
		switch (sub) {
		case 0x04: /* PCI to PCI */
		case 0x05: /* PCMCIA */
		case 0x07: /* CardBus */
		case 0x09: /* semi-transparent PCI to PCI */
		case 0x0a: /* InfiniBand to PCI */
			return ROLE_BRIDGE;
		default: /* host, ISA, EISA, ...: the platform hangs off them */
			return ROLE_HOST;
		}
	}
	/* Interrupt controllers, timers, hot-plug controllers, IOMMUs. */
	if (base == 0x08 && (sub <= 0x04 || sub == 0x06))
		return ROLE_HOST;
	if (base == 0x0c && sub == 0x05) /* SMBus: sensors, memory SPD */
		return ROLE_HOST;
	return ROLE_ENDPOINT;
}

static int compare_numbers(unsigned long a, unsigned long b)
{
	return (a > b) - (a < b);
}

static unsigned long address_key(const struct pci_address *a)
{
	return (unsigned long)a->domain << 16 | a->bus << 8 | a->slot << 3 | a->function;
}

int device_compare(const struct device *a, const struct device *b)
{
	int diff = compare_numbers(!a->is_pci, !b->is_pci);

	if (!diff && a->is_pci)
		diff = compare_numbers(address_key(&a->addr), address_key(&b->addr));
	if (!diff)
		diff = strcmp(a->bus, b->bus);
	return diff ? diff : strcmp(a->name, b->name);
}
