// SPDX-License-Identifier: GPL-2.0-only
#include "selector_parse.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "text.h"

/* Base classes by their usual words, then the subclasses that people hand out most. */
static const struct {
	const char *name;
	uint32_t code, mask;
} class_names[] = {
	{ "storage", 0x010000, 0xff0000 },
	{ "network", 0x020000, 0xff0000 },
	{ "display", 0x030000, 0xff0000 },
	{ "multimedia", 0x040000, 0xff0000 },
	{ "memory", 0x050000, 0xff0000 },
	{ "bridge", 0x060000, 0xff0000 },
	{ "communication", 0x070000, 0xff0000 },
	{ "system", 0x080000, 0xff0000 },
	{ "input", 0x090000, 0xff0000 },
	{ "docking", 0x0a0000, 0xff0000 },
	{ "processor", 0x0b0000, 0xff0000 },
	{ "serial", 0x0c0000, 0xff0000 },
	{ "wireless", 0x0d0000, 0xff0000 },
	{ "encryption", 0x100000, 0xff0000 },
	{ "signal", 0x110000, 0xff0000 },
	{ "accelerator", 0x120000, 0xff0000 },
	{ "sata", 0x010600, 0xffff00 },
	{ "nvme", 0x010802, 0xffffff },
	{ "ethernet", 0x020000, 0xffff00 },
	{ "vga", 0x030000, 0xffff00 },
	{ "3d", 0x030200, 0xffff00 },
	{ "audio", 0x040300, 0xffff00 },
	{ "usb", 0x0c0300, 0xffff00 },
};

int selector_class_names(struct strv *out)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(class_names); i++)
		ret = strv_add(out, class_names[i].name);
	return ret;
}

static int malformed(struct error *err, const char *text, const char *expected)
{
	return error_set(err, EXIT_USAGE, EINVAL, "'%s' is no selector: %s", text, expected);
}

/* 2, 4 or 6 hexadecimal digits: base class, with subclass, with programming interface. */
static bool class_digits(const char *s, struct selector *out)
{
	size_t n = strlen(s);
	unsigned long code;

	if ((n != 2 && n != 4 && n != 6) || strspn(s, "0123456789abcdefABCDEF") != n)
		return false;
	code = strtoul(s, NULL, 16);
	out->class_code = code << (24 - 4 * n);
	out->class_mask = 0xffffffu << (24 - 4 * n) & 0xffffff;
	return true;
}

static int parse_class(const char *s, struct selector *out, struct error *err)
{
	out->kind = SELECT_CLASS;
	for (size_t i = 0; i < ARRAY_SIZE(class_names); i++) {
		if (strcasecmp(s, class_names[i].name))
			continue;
		out->class_code = class_names[i].code;
		out->class_mask = class_names[i].mask;
		return 0;
	}
	if (class_digits(s, out))
		return 0;
	return malformed(err, out->text,
			 "a class is 2, 4 or 6 hexadecimal digits or a word such as network, "
			 "storage, nvme, display, usb");
}

static int parse_group(const char *s, struct selector *out, struct error *err)
{
	unsigned long id;

	out->kind = SELECT_GROUP;
	if (!isdigit((unsigned char)*s) || text_to_ulong(s, &id) || id > LONG_MAX)
		return malformed(err, out->text, "a group is a number, as in group:26");
	out->group = id;
	return 0;
}

static int parse_driver(const char *s, struct selector *out, struct error *err)
{
	out->kind = SELECT_DRIVER;
	if (!*s || strchr(s, '/'))
		return malformed(err, out->text, "a driver's name is missing");
	return 0;
}

static int parse_of(const char *s, struct selector *out, struct error *err)
{
	out->kind = SELECT_OF;
	if (!*s || (*s != '/' && strchr(s, '/')))
		return malformed(err, out->text,
				 "expected an interface or an absolute path, as in of:eth0, "
				 "of:/dev/nvme0n1 or of:/srv");
	return 0;
}

static const struct {
	const char *prefix;
	int (*parse)(const char *s, struct selector *out, struct error *err);
} kinds[] = {
	{ "class:", parse_class },
	{ "group:", parse_group },
	{ "driver:", parse_driver },
	{ "of:", parse_of },
};

/* Four hexadecimal digits or an asterisk. */
static bool id_part(const char *s, size_t n, long *out)
{
	if (n == 1 && *s == '*') {
		*out = -1;
		return true;
	}
	if (n != 4 || strspn(s, "0123456789abcdefABCDEF") < 4)
		return false;
	*out = strtol(s, NULL, 16);
	return true;
}

static bool parse_id(const char *s, struct selector *out)
{
	const char *colon = strchr(s, ':');

	out->kind = SELECT_ID;
	return colon && id_part(s, colon - s, &out->vendor) &&
	       id_part(colon + 1, strlen(colon + 1), &out->device);
}

static size_t count(const char *s, char c)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == c;
	return n;
}

static bool has_glob(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

/* Looks like an address or a glob over some: one or two colons, and no letter beyond f. */
static bool looks_like_address(const char *s)
{
	size_t colons = count(s, ':');

	return (colons == 1 || colons == 2) && (strchr(s, '.') || colons == 2) &&
	       strspn(s, "0123456789abcdefABCDEF:.*?[]!-") == strlen(s);
}

static int parse_address(const char *s, struct selector *out, struct error *err)
{
	const char *domain = count(s, ':') == 1 ? "0000:" : "";

	if ((size_t)snprintf(out->pattern, sizeof(out->pattern), "%s%s", domain, s) >=
	    sizeof(out->pattern))
		return malformed(err, s, "it is too long");
	out->kind = has_glob(s) ? SELECT_PATTERN : SELECT_ADDRESS;
	if (out->kind == SELECT_ADDRESS && pci_address_parse(out->pattern, &out->addr))
		return malformed(err, s,
				 "an address is DOMAIN:BUS:SLOT.FUNCTION, as in 0000:01:00.0");
	return 0;
}

/* A bus's name before the colon: the kernel's are such words (vmbus, fsl-mc, i2c, ...). */
static bool split_bus(const char *s, struct selector *out)
{
	size_t n = strcspn(s, ":");

	if (!s[n] || !n || n >= sizeof(out->bus) || !isalpha((unsigned char)*s) || !s[n + 1])
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '-' && s[i] != '_')
			return false;
	memcpy(out->bus, s, n);
	out->bus[n] = '\0';
	out->text = s + n + 1;
	return true;
}

int selector_parse(const char *text, struct selector *out, struct error *err)
{
	*out = (struct selector){ .text = text };
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(text, kinds[i].prefix, strlen(kinds[i].prefix)))
			return kinds[i].parse(text + strlen(kinds[i].prefix), out, err);
	if (looks_like_address(text))
		return parse_address(text, out, err);
	if (parse_id(text, out))
		return 0;
	out->kind = SELECT_NAME;
	if (*text && (!strchr(text, ':') || split_bus(text, out)))
		return 0;
	return malformed(err, text,
			 "expected an address (0000:01:00.0, 01:00.0, 0000:3b:*.*), VENDOR:DEVICE, "
			 "class:, group:, driver:, of: or BUS:NAME");
}

static bool same_address(const struct pci_address *a, const struct pci_address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot &&
	       a->function == b->function;
}

static bool id_matches(const struct selector *s, const struct pci_id *id)
{
	return (s->vendor < 0 || s->vendor == id->vendor) &&
	       (s->device < 0 || s->device == id->device);
}

bool selector_matches(const struct selector *s, const struct device *device)
{
	switch (s->kind) {
	case SELECT_ADDRESS:
		return device->is_pci && same_address(&s->addr, &device->addr);
	case SELECT_PATTERN:
		return device->is_pci && !fnmatch(s->pattern, device->name, FNM_CASEFOLD);
	case SELECT_ID:
		return device->has_id && id_matches(s, &device->id);
	case SELECT_CLASS:
		return device->has_id && (device->id.class_code & s->class_mask) == s->class_code;
	case SELECT_GROUP:
		return device->group_id == s->group;
	case SELECT_DRIVER:
		return device->driver && !strcmp(device->driver->name, s->text + strlen("driver:"));
	case SELECT_OF:
		for (size_t i = 0; i < s->n_of; i++)
			if (s->of[i] == device)
				return true;
		return false;
	case SELECT_NAME:
		return (!*s->bus || !strcmp(s->bus, device->bus)) &&
		       !fnmatch(s->text, device->name, 0);
	}
	return false;
}
