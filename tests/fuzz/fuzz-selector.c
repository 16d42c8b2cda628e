// SPDX-License-Identifier: GPL-2.0-only
/* A selector as a user types it. */
#include <stdio.h>

#include "fuzz.h"
#include "selector_parse.h"

static struct driver nvme = { .name = (char *)"nvme", .bus = "pci" };

/* Something of each kind to match against. */
static const struct device devices[] = {
	{ .name = (char *)"0000:01:00.0",
	  .bus = "pci",
	  .driver = &nvme,
	  .addr = { 0, 1, 0, 0 },
	  .id = { 0x8086, 0x10d3, 0, 0, 0x010802 },
	  .is_pci = true,
	  .has_id = true,
	  .group_id = 26 },
	{ .name = (char *)"10000:ff:1f.7",
	  .bus = "pci",
	  .addr = { 0x10000, 0xff, 0x1f, 7 },
	  .is_pci = true,
	  .group_id = -1 },
	{ .name = (char *)"a\x1b b", .bus = "platform", .group_id = 0 },
};

static bool same_address(const struct pci_address *a, const struct pci_address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot &&
	       a->function == b->function;
}

static bool same(const struct selector *a, const struct selector *b)
{
	return a->kind == b->kind && same_address(&a->addr, &b->addr) && a->vendor == b->vendor &&
	       a->device == b->device && a->class_code == b->class_code &&
	       a->class_mask == b->class_mask && a->group == b->group && !strcmp(a->bus, b->bus);
}

static void id_part(char *buf, size_t size, long id)
{
	if (id < 0)
		snprintf(buf, size, "*");
	else
		snprintf(buf, size, "%04lx", id);
}

/* The plainest way to say the same; false for kinds whose text is all there is. */
static bool spell(const struct selector *s, char *buf, size_t size)
{
	char vendor[24], device[24];
	int digits = s->class_mask == 0xff0000 ? 2 : s->class_mask == 0xffff00 ? 4 : 6;

	switch (s->kind) {
	case SELECT_ADDRESS:
		snprintf(buf, size, "%04x:%02x:%02x.%x", s->addr.domain, s->addr.bus, s->addr.slot,
			 s->addr.function);
		return true;
	case SELECT_PATTERN:
		snprintf(buf, size, "%s", s->pattern);
		return true;
	case SELECT_ID:
		id_part(vendor, sizeof(vendor), s->vendor);
		id_part(device, sizeof(device), s->device);
		snprintf(buf, size, "%s:%s", vendor, device);
		return true;
	case SELECT_CLASS:
		snprintf(buf, size, "class:%0*x", digits, s->class_code >> (24 - 4 * digits));
		return true;
	case SELECT_GROUP:
		snprintf(buf, size, "group:%ld", s->group);
		return true;
	default:
		return false;
	}
}

static void check_parsed(const struct selector *s, const char *text)
{
	struct selector again;
	char plain[128];

	CHECK(s->text >= text && s->text <= text + strlen(text));
	CHECK((s->class_code & ~s->class_mask) == 0);
	CHECK(s->group >= 0);
	CHECK(memchr(s->pattern, '\0', sizeof(s->pattern)));
	CHECK(memchr(s->bus, '\0', sizeof(s->bus)));
	if (spell(s, plain, sizeof(plain))) {
		CHECK_TEXT(!selector_parse(plain, &again, NULL), plain);
		CHECK_TEXT(same(s, &again), plain);
	}
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		selector_matches(s, &devices[i]);
}

static void check_refused(const struct error *err, const char *text)
{
	_Bool whole = strlen(text) < sizeof(err->msg) / 8;
	char named[sizeof(err->msg)];

	CHECK(err->status == EXIT_USAGE);
	CHECK_TEXT(fuzz_is_clean(err->msg, strlen(err->msg), ""), err->msg);
	text_escape_to(named, sizeof(named), text);
	CHECK_TEXT(!whole || strstr(err->msg, named), err->msg);
}

/* A glob of many asterisks takes the C library long, which only hurts who typed it. */
static bool too_many_stars(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '*';
	return n > 8;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct error err = { 0 };
	struct selector s;

	if (!too_many_stars(text)) {
		if (selector_parse(text, &s, &err))
			check_refused(&err, text);
		else
			check_parsed(&s, text);
	}
	free(text);
	return 0;
}
