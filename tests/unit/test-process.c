// SPDX-License-Identifier: GPL-2.0-only
#include "cleanup.h"
#include "process.h"
#include "unit.h"

/* String literals end in a zero byte of their own, which is the last argument's. */
#define VM_OF(arguments) process_vm_of(arguments, sizeof(arguments))

static void check_vm(char *vm, const char *expected)
{
	if (expected)
		assert_string_equal(vm, expected);
	else
		assert_null(vm);
	free(vm);
}

static void the_name_of_a_machine_is_what_qemu_was_told(void **state)
{
	(void)state;
	check_vm(VM_OF("/usr/bin/qemu-system-x86_64\0-name\0guest=web,debug-threads=on"), "web");
	check_vm(VM_OF("qemu-system-x86_64\0-m\0"
		       "1G\0-name\0web"),
		 "web");
	check_vm(VM_OF("/usr/libexec/qemu-kvm\0-name\0process=x,guest=web"), "web");
	check_vm(VM_OF("kvm\0--name\0guest=a,,b,,,debug-threads=on"), "a,b,");
	check_vm(VM_OF("qemu-system-arm\0-name\0web,process=x"), "web");
}

static void what_is_no_qemu_or_has_no_name_has_no_machine(void **state)
{
	(void)state;
	check_vm(VM_OF("bash\0-name\0guest=web"), NULL);
	check_vm(VM_OF("/opt/qemu/bash\0-name\0guest=web"), NULL);
	check_vm(VM_OF("qemu-system-x86_64\0-m\0"
		       "1G"),
		 NULL);
	check_vm(VM_OF("qemu-system-x86_64\0-name"), NULL);
	check_vm(VM_OF("qemu-system-x86_64\0-name\0debug-threads=on"), NULL);
	check_vm(process_vm_of("", 0), NULL);
	/* cut before the end of the name */
	check_vm(process_vm_of("qemu-x\0-name\0web", 16), NULL);
}

static void check_unit(const char *cgroup, const char *expected)
{
	_cleanup_free_ char *unit = process_unit_of(cgroup);

	if (expected)
		assert_string_equal(unit, expected);
	else
		assert_null(unit);
}

static void the_unit_is_the_outermost_that_is_no_slice(void **state)
{
	(void)state;
	check_unit("0::/system.slice/dpdk.service\n", "dpdk.service");
	check_unit("0::/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator\n",
		   "machine-qemu\\x2d1\\x2dweb.scope");
	check_unit("0::/user.slice/user-0.slice/user@0.service/app.slice/x.service\n",
		   "user@0.service");
	check_unit("12:cpu:/a.service\n1:name=systemd:/system.slice/b.service\n", "b.service");
}

static void a_process_of_no_unit_has_none(void **state)
{
	(void)state;
	check_unit("0::/\n", NULL);
	check_unit("0::/docker/0123456789\n", NULL);
	check_unit("12:cpu:/a.service\n", NULL);
	check_unit("0::/.service\n", NULL);
	check_unit("", NULL);
}

static void dpdk_is_known_by_what_only_its_processes_map(void **state)
{
	(void)state;
	assert_true(process_maps_dpdk("/usr/lib/x86_64-linux-gnu/librte_eal.so.23.0"));
	assert_true(process_maps_dpdk("/run/dpdk/rte/config"));
	assert_true(process_maps_dpdk("/run/user/1000/dpdk/second/config (deleted)"));
	assert_true(process_maps_dpdk("/dev/hugepages/rtemap_12 (deleted)"));
	assert_false(process_maps_dpdk("/usr/lib/librte_eal.so/libc.so.6"));
	assert_false(process_maps_dpdk("/etc/dpdk/config"));
	assert_false(process_maps_dpdk("/run/notdpdk/rte/config.old"));
	assert_false(process_maps_dpdk("/run/xdpdk/rte/config"));
	assert_false(process_maps_dpdk("/config"));
	assert_false(process_maps_dpdk("/"));
	assert_false(process_maps_dpdk(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_of_a_machine_is_what_qemu_was_told),
		cmocka_unit_test(what_is_no_qemu_or_has_no_name_has_no_machine),
		cmocka_unit_test(the_unit_is_the_outermost_that_is_no_slice),
		cmocka_unit_test(a_process_of_no_unit_has_none),
		cmocka_unit_test(dpdk_is_known_by_what_only_its_processes_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
