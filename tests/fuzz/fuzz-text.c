// SPDX-License-Identifier: GPL-2.0-only
/* Escaping, UTF-8, numbers and addresses. */
#include <errno.h>
#include <stdio.h>

#include "device.h"
#include "fuzz.h"
#include "text.h"

static void check_escape(const char *in)
{
	char *out = text_escape(in), *back, cut[24];

	CHECK_TEXT(fuzz_is_clean(out, strlen(out), ""), out);
	CHECK(text_is_safe(in) == !strcmp(in, out));
	CHECK(text_is_safe(out));
	/* What has no backslash of its own comes back. */
	back = strchr(in, '\\') ? NULL : fuzz_unescape(out);
	CHECK_TEXT(strchr(in, '\\') || (back && !strcmp(back, in)), out);
	for (size_t size = 0; size <= sizeof(cut); size++) {
		memset(cut, 'x', sizeof(cut));
		text_escape_to(cut, size, in);
		CHECK(!size || memchr(cut, '\0', size));
		CHECK(!size || !strncmp(cut, out, strlen(cut)));
		CHECK(!size || fuzz_is_clean(cut, strlen(cut), ""));
		for (size_t i = size; i < sizeof(cut); i++)
			CHECK(cut[i] == 'x');
	}
	free(back);
	free(out);
}

static void check_utf8(const char *in)
{
	char *out = text_to_utf8(in);

	CHECK(text_is_utf8(in) == fuzz_is_utf8(in, strlen(in)));
	CHECK_TEXT(fuzz_is_utf8(out, strlen(out)), out);
	CHECK(text_is_utf8(in) == !strcmp(in, out));
	free(out);
}

static void check_number(const char *in)
{
	unsigned long n, again;
	char plain[32];
	int ret = text_to_ulong(in, &n);

	CHECK(ret == 0 || ret == -EINVAL || ret == -ERANGE);
	if (ret)
		return;
	CHECK(in[strspn(in, "0123456789abcdefABCDEFxX")] == '\0');
	snprintf(plain, sizeof(plain), strlen(in) % 2 ? "%lu" : "0x%lx", n);
	CHECK(!text_to_ulong(plain, &again) && again == n);
}

static bool same_address(const struct pci_address *a, const struct pci_address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot &&
	       a->function == b->function;
}

static void check_address(const char *in)
{
	struct pci_address a, again;
	char plain[32];

	if (pci_address_parse(in, &a))
		return;
	CHECK(a.slot < 32 && a.function < 8);
	snprintf(plain, sizeof(plain), "%04x:%02x:%02x.%x", a.domain, a.bus, a.slot, a.function);
	CHECK(!pci_address_parse(plain, &again) && same_address(&a, &again));
	/* No other spelling of an address than the kernel's, but for case and leading zeroes. */
	CHECK_TEXT(strlen(in) >= strlen(plain) &&
			   !strcasecmp(in + strlen(in) - strlen(plain), plain),
		   in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *in = fuzz_string(data, size);

	check_escape(in);
	check_utf8(in);
	check_number(in);
	check_address(in);
	free(in);
	return 0;
}
