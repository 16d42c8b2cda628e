// SPDX-License-Identifier: GPL-2.0-only
/* A device's uevent, and the modalias that stands in for it. */
#include <stdio.h>

#include "fuzz.h"
#include "uevent.h"

static bool is_within(const char *s, const char *text, size_t size)
{
	return !s || (*s && s > text && s + strlen(s) <= text + size && !strchr(s, '\n'));
}

static bool same_id(const struct pci_id *a, const struct pci_id *b)
{
	return a->vendor == b->vendor && a->device == b->device && a->subvendor == b->subvendor &&
	       a->subdevice == b->subdevice && a->class_code == b->class_code;
}

/* What was understood, as the kernel would write it. */
static void check_again(const struct uevent *u)
{
	struct uevent again;
	char *text = NULL;
	int n = asprintf(&text,
			 "DRIVER=%s\nPCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\n"
			 "MODALIAS=%s\n",
			 u->driver ?: "", u->id.class_code, u->id.vendor, u->id.device,
			 u->id.subvendor, u->id.subdevice, u->modalias ?: "");

	CHECK(n > 0);
	uevent_parse(text, &again);
	CHECK(again.has_class && again.has_id && same_id(&u->id, &again.id));
	CHECK(!u->driver == !again.driver && !strcmp(u->driver ?: "", again.driver ?: ""));
	CHECK(!u->modalias == !again.modalias && !strcmp(u->modalias ?: "", again.modalias ?: ""));
	free(text);
}

static void check_modalias(const char *modalias)
{
	struct uevent u, again;
	char plain[128];

	uevent_from_modalias(modalias, &u);
	CHECK(!u.driver && u.has_id == u.has_class);
	if (!u.has_id)
		return;
	CHECK(u.id.class_code <= 0xffffff);
	snprintf(plain, sizeof(plain), "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", u.id.vendor,
		 u.id.device, u.id.subvendor, u.id.subdevice, u.id.class_code >> 16,
		 u.id.class_code >> 8 & 0xff, u.id.class_code & 0xff);
	uevent_from_modalias(plain, &again);
	CHECK_TEXT(again.has_id && same_id(&u.id, &again.id), plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	size_t n = strlen(text);
	struct uevent u;

	check_modalias(text);
	uevent_parse(text, &u);
	CHECK(u.id.class_code <= 0xffffff);
	CHECK(is_within(u.driver, text, n) && is_within(u.modalias, text, n));
	if (u.modalias)
		check_modalias(u.modalias);
	check_again(&u);
	free(text);
	return 0;
}
