// SPDX-License-Identifier: GPL-2.0-only
#include "uevent.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_hex(const char *s, char end, unsigned long max, unsigned long *out, char **next)
{
	if (!isxdigit((unsigned char)*s))
		return false;
	*out = strtoul(s, next, 16);
	return **next == end && *out <= max;
}

/* "8086:10D3" */
static bool parse_id_pair(const char *s, uint16_t *first, uint16_t *second)
{
	unsigned long a, b;
	char *next;

	if (!parse_hex(s, ':', 0xffff, &a, &next) || !parse_hex(next + 1, '\0', 0xffff, &b, &next))
		return false;
	*first = a;
	*second = b;
	return true;
}

static void parse_line(const char *key, const char *value, struct uevent *out)
{
	unsigned long class_code;
	char *next;

	if (!strcmp(key, "DRIVER")) {
		out->driver = value;
	} else if (!strcmp(key, "MODALIAS")) {
		out->modalias = value;
	} else if (!strcmp(key, "PCI_CLASS")) {
		out->has_class = parse_hex(value, '\0', 0xffffff, &class_code, &next);
		if (out->has_class)
			out->id.class_code = class_code;
	} else if (!strcmp(key, "PCI_ID")) {
		out->has_id = parse_id_pair(value, &out->id.vendor, &out->id.device);
	} else if (!strcmp(key, "PCI_SUBSYS_ID")) {
		parse_id_pair(value, &out->id.subvendor, &out->id.subdevice);
	}
}

void uevent_from_modalias(const char *modalias, struct uevent *out)
{
	unsigned int v, d, sv, sd, base, sub, interface;
	int end = 0;

	*out = (struct uevent){ .modalias = *modalias ? modalias : NULL };
	if (sscanf(modalias, "pci:v%8xd%8xsv%8xsd%8xbc%2xsc%2xi%2x%n", &v, &d, &sv, &sd, &base,
		   &sub, &interface, &end) != 7 ||
	    modalias[end] || v > 0xffff || d > 0xffff || sv > 0xffff || sd > 0xffff)
		return;
	out->id = (struct pci_id){ v, d, sv, sd, base << 16 | sub << 8 | interface };
	out->has_id = true;
	out->has_class = true;
}

void uevent_identify_pci(const struct uevent *uevent, struct device *device)
{
	device->is_pci = !pci_address_parse(device->name, &device->addr);
	device->has_id = uevent->has_id && uevent->has_class;
	device->id = uevent->id;
	device->role =
		uevent->has_class ? device_role_of_class(uevent->id.class_code) : ROLE_ENDPOINT;
}

void uevent_parse(char *text, struct uevent *out)
{
	char *line, *value;

	*out = (struct uevent){ 0 };
	while ((line = strsep(&text, "\n"))) {
		value = strchr(line, '=');
		if (!value || value == line || !value[1])
			continue;
		*value++ = '\0';
		parse_line(line, value, out);
	}
}
