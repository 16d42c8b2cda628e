// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "host_build.h"
#include "selector.h"
#include "unit.h"

static struct device *add_pci(struct host *host, const char *name, uint16_t vendor, uint16_t id,
			      uint32_t class_code, const char *driver)
{
	const char *pci = host_bus(host, "pci");
	struct device *device = host_add_device(host, pci, name);

	assert_int_equal(pci_address_parse(name, &device->addr), 0);
	device->is_pci = device->has_id = true;
	device->id.vendor = vendor;
	device->id.device = id;
	device->id.class_code = class_code;
	if (driver)
		device->driver = host_driver(host, pci, driver);
	return device;
}

static int set_up(void **state)
{
	struct host *host = calloc(1, sizeof(*host));
	struct group *group;

	host->sysfs = -1;
	group = host_add_group(host, 26);
	group_add(group, add_pci(host, "0000:3b:00.1", 0x8086, 0x10d3, 0x020000, "e1000e"));
	group_add(group, add_pci(host, "0000:3b:00.0", 0x8086, 0x10d3, 0x020000, "e1000e"));
	add_pci(host, "0000:01:00.0", 0x1b36, 0x0010, 0x010802, "nvme");
	add_pci(host, "10000:e1:00.0", 0x1b36, 0x0010, 0x010802, NULL);
	host_add_device(host, host_bus(host, "platform"), "fe000000.dma.0");
	host_sort(host);
	*state = host;
	return 0;
}

static int tear_down(void **state)
{
	host_free(*state);
	return 0;
}

/* Names of what @text selects, in order, with blanks between. */
static void check(struct host *host, const char *selector, const char *expected)
{
	char *text = (char *)selector;
	struct selection sel;
	struct error err = { 0 };
	char got[256] = "";

	selection_resolve(&sel, host, &text, 1, &err);
	for (size_t i = 0; i < sel.n; i++) {
		strcat(got, i ? " " : "");
		strcat(got, sel.devices[i]->name);
	}
	assert_string_equal(got, expected);
	selection_clear(&sel);
}

static void each_kind_selects(void **state)
{
	struct host *host = *state;

	check(host, "0000:01:00.0", "0000:01:00.0");
	check(host, "01:00.0", "0000:01:00.0");
	check(host, "10000:E1:00.0", "10000:e1:00.0");
	check(host, "0000:3b:*.*", "0000:3b:00.0 0000:3b:00.1");
	check(host, "3B:00.*", "0000:3b:00.0 0000:3b:00.1");
	check(host, "8086:10d3", "0000:3b:00.0 0000:3b:00.1");
	check(host, "1b36:*", "0000:01:00.0 10000:e1:00.0");
	check(host, "class:network", "0000:3b:00.0 0000:3b:00.1");
	check(host, "class:0108", "0000:01:00.0 10000:e1:00.0");
	check(host, "class:010801", "");
	check(host, "class:01", "0000:01:00.0 10000:e1:00.0");
	check(host, "group:26", "0000:3b:00.0 0000:3b:00.1");
	check(host, "driver:nvme", "0000:01:00.0");
	check(host, "platform:fe000000.dma.0", "fe000000.dma.0");
	check(host, "fe0*", "fe000000.dma.0");
}

static void several_select_each_device_once_in_order(void **state)
{
	char *texts[] = { (char *)"driver:e1000e", (char *)"0000:3b:00.1", (char *)"01:00.0" };
	struct selection sel;
	struct error err = { 0 };

	assert_int_equal(selection_resolve(&sel, *state, texts, 3, &err), 0);
	assert_int_equal(err.status, EXIT_DONE);
	assert_int_equal(sel.n, 3);
	assert_string_equal(sel.devices[0]->name, "0000:01:00.0");
	assert_string_equal(sel.devices[2]->name, "0000:3b:00.1");
	selection_clear(&sel);
}

static void what_matches_nothing_is_named(void **state)
{
	char *texts[] = { (char *)"01:00.0", (char *)"group:7", (char *)"driver:e1000" };
	struct selection sel;
	struct error err = { 0 };

	assert_int_equal(selection_resolve(&sel, *state, texts, 3, &err), 0);
	assert_int_equal(err.status, EXIT_SOME_FOUND);
	assert_string_equal(err.msg, "no device matches 'group:7', 'driver:e1000'");
	selection_clear(&sel);

	err = (struct error){ 0 };
	assert_int_equal(selection_resolve(&sel, *state, texts + 1, 2, &err), -ENOENT);
	assert_int_equal(err.status, EXIT_NONE_FOUND);
	selection_clear(&sel);
}

static void malformed_ones_are_usage_errors(void **state)
{
	static const char *const bad[] = {
		"",	    "0000:01:00.8", "0000:01:20.0", "0000:01:00",  "group:x",
		"group:-1", "group:",	    "class:netwrk", "class:02000", "driver:",
		"of:",	    "0000:zz:00.0", "8086:10d3:",   ":",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *text = (char *)bad[i];
		struct selection sel;
		struct error err = { 0 };

		if (selection_resolve(&sel, *state, &text, 1, &err) != -EINVAL ||
		    err.status != EXIT_USAGE)
			fail_msg("'%s' was taken for a selector", text);
		selection_clear(&sel);
	}
}

static void no_selector_selects_everything(void **state)
{
	struct selection sel;
	struct error err = { 0 };

	assert_int_equal(selection_resolve(&sel, *state, NULL, 0, &err), 0);
	assert_int_equal(sel.n, 5);
	selection_clear(&sel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_kind_selects, set_up, tear_down),
		cmocka_unit_test_setup_teardown(several_select_each_device_once_in_order, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_matches_nothing_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(malformed_ones_are_usage_errors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_selector_selects_everything, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
