// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"
#include "uevent.h"
#include "unit.h"

static void addresses_are_parsed_strictly(void **state)
{
	static const char *const bad[] = { "",
					   "01:00.0",
					   "0000:01:00",
					   "0000:01:00.8",
					   "0000:01:20.0",
					   "0000:1:00.0",
					   "000:01:00.0",
					   "0000:01:00.0 ",
					   "0000:01:00.00",
					   "0000-01:00.0",
					   "123456789:01:00.0" };
	struct pci_address a;

	(void)state;
	assert_int_equal(pci_address_parse("10000:e1:1f.7", &a), 0);
	assert_int_equal(a.domain, 0x10000);
	assert_int_equal(a.bus, 0xe1);
	assert_int_equal(a.slot, 0x1f);
	assert_int_equal(a.function, 7);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (!pci_address_parse(bad[i], &a))
			fail_msg("'%s' was taken for an address", bad[i]);
}

static void a_uevent_gives_identity_class_and_driver(void **state)
{
	char text[] = "DRIVER=nvme\nPCI_CLASS=10802\nPCI_ID=1B36:0010\nPCI_SUBSYS_ID=1AF4:1100\n"
		      "PCI_SLOT_NAME=0000:01:00.0\nMODALIAS=pci:v00001B36d00000010";
	struct uevent u;

	(void)state;
	uevent_parse(text, &u);
	assert_string_equal(u.driver, "nvme");
	assert_string_equal(u.modalias, "pci:v00001B36d00000010");
	assert_true(u.has_id && u.has_class);
	assert_int_equal(u.id.vendor, 0x1b36);
	assert_int_equal(u.id.device, 0x10);
	assert_int_equal(u.id.subvendor, 0x1af4);
	assert_int_equal(u.id.subdevice, 0x1100);
	assert_int_equal(u.id.class_code, 0x010802);
}

static void a_hostile_uevent_gives_nothing(void **state)
{
	char text[] = "DRIVER=\n=nvme\nPCI_ID=1B36:00100\nPCI_CLASS=xyz\nPCI_CLASS\nPCI_ID=-1:1\n";
	char wide[] = "PCI_CLASS=1000000\nPCI_ID=10000:1\n";
	struct uevent u;

	(void)state;
	uevent_parse(text, &u);
	assert_null(u.driver);
	assert_false(u.has_id || u.has_class);
	uevent_parse(wide, &u);
	assert_false(u.has_id || u.has_class);
}

static void pci_comes_first_by_address_then_bus_and_name(void **state)
{
	struct device low = { .name = (char *)"0000:0a:00.0",
			      .bus = "pci",
			      .is_pci = true,
			      .addr = { .bus = 0x0a } };
	struct device high = { .name = (char *)"10000:00:00.0",
			       .bus = "pci",
			       .is_pci = true,
			       .addr = { .domain = 0x10000 } };
	struct device other = { .name = (char *)"a", .bus = "platform" };

	(void)state;
	assert_true(device_compare(&low, &high) < 0);
	assert_true(device_compare(&high, &other) < 0);
	assert_int_equal(device_compare(&low, &low), 0);
}

static void a_modalias_gives_what_a_uevent_gives(void **state)
{
	static const char *const bad[] = {
		"",
		"pci:v00008086d000010D3",
		"pci:v00018086d000010D3sv00008086sd0000A01Fbc02sc00i00",
		"pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00x",
		"platform:serial8250",
	};
	struct uevent u;

	(void)state;
	uevent_from_modalias("pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i01", &u);
	assert_true(u.has_id);
	assert_true(u.has_class);
	assert_int_equal(u.id.vendor, 0x8086);
	assert_int_equal(u.id.device, 0x10d3);
	assert_int_equal(u.id.subvendor, 0x8086);
	assert_int_equal(u.id.subdevice, 0xa01f);
	assert_int_equal(u.id.class_code, 0x020001);
	assert_null(u.driver);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uevent_from_modalias(bad[i], &u);
		assert_false(u.has_id);
		assert_false(u.has_class);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_parsed_strictly),
		cmocka_unit_test(a_uevent_gives_identity_class_and_driver),
		cmocka_unit_test(a_hostile_uevent_gives_nothing),
		cmocka_unit_test(a_modalias_gives_what_a_uevent_gives),
		cmocka_unit_test(pci_comes_first_by_address_then_bus_and_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
