// SPDX-License-Identifier: GPL-2.0-only
#include "cleanup.h"
#include "unit.h"
#include "viability.h"

static struct driver nvme = { .name = (char *)"nvme", .bus = "pci" };
static struct driver vfio_pci = { .name = (char *)"vfio-pci", .bus = "pci", .vfio = true };
static struct driver stub = { .name = (char *)"pci-stub", .bus = "pci" };
static struct driver port = { .name = (char *)"pcieport", .bus = "pci" };
static struct driver false_port = { .name = (char *)"pcieport", .bus = "platform" };
static struct driver shpchp = { .name = (char *)"shpchp", .bus = "pci" };

/* A group of devices 0000:02:00.0, .1, ... with the given drivers; NULL has none. */
struct made {
	struct device devices[4];
	struct device *list[4];
	char names[4][16];
	struct group group;
};

static struct group *make(struct made *made, struct driver *const *drivers, size_t n)
{
	memset(made, 0, sizeof(*made));
	for (size_t i = 0; i < n; i++) {
		snprintf(made->names[i], sizeof(made->names[i]), "0000:02:00.%zu", i);
		made->devices[i] = (struct device){ .name = made->names[i],
						    .bus = drivers[i] ? drivers[i]->bus : "pci",
						    .driver = drivers[i],
						    .is_pci = true };
		made->list[i] = &made->devices[i];
	}
	made->group = (struct group){ .id = 5, .devices = made->list, .n_devices = n };
	return &made->group;
}

static void fill(struct whitelist *list)
{
	assert_int_equal(whitelist_add(list, "pci-stub", "pci", "built-in"), 0);
	assert_int_equal(whitelist_add(list, "pcieport", "pci", "built-in"), 0);
}

static void only_harmless_drivers_are_viable(void **state)
{
	struct driver *drivers[] = { NULL, &vfio_pci, &stub, &port };
	struct whitelist list = { 0 };
	struct viability v;
	struct made made;

	(void)state;
	fill(&list);
	assert_int_equal(viability_judge(make(&made, drivers, 4), &list, &v), 0);
	assert_true(v.viable);
	assert_int_equal(v.n_blockers, 0);
	viability_clear(&v);
	whitelist_clear(&list);
}

static void each_blocker_is_named(void **state)
{
	struct driver *drivers[] = { &nvme, &vfio_pci, NULL, &shpchp };
	struct whitelist list = { 0 };
	struct viability v;
	struct made made;

	(void)state;
	fill(&list);
	assert_int_equal(viability_judge(make(&made, drivers, 4), &list, &v), 0);
	assert_false(v.viable);
	assert_int_equal(v.n_blockers, 2);
	assert_ptr_equal(v.blockers[0], &made.devices[0]);
	assert_ptr_equal(v.blockers[1], &made.devices[3]);
	viability_clear(&v);
	whitelist_clear(&list);
}

static void a_whitelisted_name_on_another_bus_blocks(void **state)
{
	struct driver *drivers[] = { &false_port };
	struct whitelist list = { 0 };
	struct viability v;
	struct made made;

	(void)state;
	fill(&list);
	assert_int_equal(viability_judge(make(&made, drivers, 1), &list, &v), 0);
	assert_false(v.viable);
	viability_clear(&v);
	whitelist_clear(&list);
}

static void an_addition_to_the_whitelist_counts_once(void **state)
{
	struct driver *drivers[] = { &shpchp };
	struct whitelist list = { 0 };
	struct viability v;
	struct made made;

	(void)state;
	fill(&list);
	assert_int_equal(whitelist_add(&list, "shpchp", "pci", "/etc/vfioctl.conf:3"), 0);
	assert_int_equal(whitelist_add(&list, "shpchp", "pci", "/etc/vfioctl.conf:4"), 0);
	assert_int_equal(list.n, 3);
	assert_int_equal(viability_judge(make(&made, drivers, 1), &list, &v), 0);
	assert_true(v.viable);
	viability_clear(&v);
	whitelist_clear(&list);
}

static void an_empty_group_is_viable(void **state)
{
	struct whitelist list = { 0 };
	struct viability v;
	struct made made;

	(void)state;
	assert_int_equal(viability_judge(make(&made, NULL, 0), &list, &v), 0);
	assert_true(v.viable);
	viability_clear(&v);
}

static void check_command(const struct device *device, const char *expected)
{
	_cleanup_free_ char *command = viability_command(device);

	if (expected)
		assert_string_equal(command, expected);
	else
		assert_null(command);
}

static void the_command_fits_the_role(void **state)
{
	struct device device = { .name = (char *)"0000:02:00.1", .is_pci = true, .driver = &nvme };
	_cleanup_free_ char *reason = viability_reason(&device);

	(void)state;
	check_command(&device, "vfioctl bind 0000:02:00.1");
	device.role = ROLE_BRIDGE;
	check_command(&device, "vfioctl bind --driver pci-stub 0000:02:00.1");
	device.is_pci = false;
	check_command(&device, NULL);
	assert_string_equal(reason, "0000:02:00.1 is driven by nvme");
}

static void roles_come_from_the_class(void **state)
{
	(void)state;
	assert_int_equal(device_role_of_class(0x010802), ROLE_ENDPOINT);
	assert_int_equal(device_role_of_class(0x060400), ROLE_BRIDGE);
	assert_int_equal(device_role_of_class(0x060000), ROLE_HOST);
	assert_int_equal(device_role_of_class(0x060100), ROLE_HOST);
	assert_int_equal(device_role_of_class(0x0c0500), ROLE_HOST);
	assert_int_equal(device_role_of_class(0x0c0330), ROLE_ENDPOINT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_harmless_drivers_are_viable),
		cmocka_unit_test(each_blocker_is_named),
		cmocka_unit_test(a_whitelisted_name_on_another_bus_blocks),
		cmocka_unit_test(an_addition_to_the_whitelist_counts_once),
		cmocka_unit_test(an_empty_group_is_viable),
		cmocka_unit_test(the_command_fits_the_role),
		cmocka_unit_test(roles_come_from_the_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
