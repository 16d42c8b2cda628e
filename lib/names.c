// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <pci/pci.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

/* The local pci.ids alone: the hwdb holds the same names at twice the cost, DNS would be worse. */
#define LOOKUP (PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB)

enum kind { KIND_VENDOR, KIND_DEVICE, KIND_CLASS };

struct name {
	uint64_t key;
	char *text; /* NULL: looked up, not known */
};

struct names {
	struct pci_access *access; /* NULL until the first lookup */
	void *cache;		   /* a tsearch() tree of struct name */
};

struct names *names_new(void)
{
	return calloc(1, sizeof(struct names));
}

static void name_free(void *p)
{
	struct name *name = p;

	free(name->text);
	free(name);
}

void names_free(struct names *names)
{
	if (!names)
		return;
	tdestroy(names->cache, name_free);
	if (names->access)
		pci_cleanup(names->access);
	free(names);
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = ((const struct name *)a)->key, y = ((const struct name *)b)->key;

	return (x > y) - (x < y);
}

static void say_nothing(char *msg, ...)
{
	(void)msg;
}

/*
 * pci_init() would set these up, and look at the bus in passing, which is not ours to pay for.
 * Without them a name that is not in the database is a call through NULL.
 */
static struct pci_access *open_database(void)
{
	struct pci_access *access = pci_alloc();

	if (access) {
		access->warning = say_nothing;
		access->debug = say_nothing;
	}
	return access;
}

static char *look_up(struct names *names, enum kind kind, unsigned int a, unsigned int b)
{
	char buf[256], *text = NULL;

	if (!names->access)
		names->access = open_database();
	if (!names->access)
		return NULL;
	switch (kind) {
	case KIND_VENDOR:
		text = pci_lookup_name(names->access, buf, sizeof(buf), PCI_LOOKUP_VENDOR | LOOKUP,
				       a);
		break;
	case KIND_DEVICE:
		text = pci_lookup_name(names->access, buf, sizeof(buf), PCI_LOOKUP_DEVICE | LOOKUP,
				       a, b);
		break;
	case KIND_CLASS:
		text = pci_lookup_name(names->access, buf, sizeof(buf), PCI_LOOKUP_CLASS | LOOKUP,
				       a);
		break;
	}
	return text ? strdup(text) : NULL;
}

static const char *cached(struct names *names, enum kind kind, unsigned int a, unsigned int b)
{
	struct name key = { .key = (uint64_t)kind << 32 | a << 16 | b }, *name, **node;

	node = tfind(&key, &names->cache, by_key);
	if (node)
		return (*node)->text;
	name = malloc(sizeof(*name));
	if (!name)
		return NULL;
	*name = key;
	name->text = look_up(names, kind, a, b);
	if (!tsearch(name, &names->cache, by_key)) {
		name_free(name);
		return NULL;
	}
	return name->text;
}

const char *names_vendor(struct names *names, uint16_t vendor)
{
	return cached(names, KIND_VENDOR, vendor, 0);
}

const char *names_device(struct names *names, uint16_t vendor, uint16_t device)
{
	return cached(names, KIND_DEVICE, vendor, device);
}

const char *names_class(struct names *names, uint32_t class_code)
{
	return cached(names, KIND_CLASS, class_code >> 8, 0);
}
