// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus_reset.h"
#include "unit.h"

/* A tree of devices as sysfs has it, in a directory of our own. */
static const char *const places[] = {
	"pci0000:00/0000:00:1f.0",
	"pci0000:00/0000:00:01.0/0000:01:00.0",
	"pci0000:00/0000:00:01.0/0000:01:00.1",
	"pci0000:00/0000:00:01.0/0000:01:10.0",
	"pci0000:00/0000:00:02.0/0000:02:00.0",
	"pci0000:00/0000:00:03.0/0000:03:00.0/0000:04:00.0",
	"pci0000:00/0000:00:03.0/0000:03:01.0",
	/* A name that begins as a bridge's does. */
	"pci0000:00/0000:00:01.00/0000:05:00.0",
};

#define N_PLACES (sizeof(places) / sizeof(places[0]))

static struct host host;
static struct device devices[N_PLACES];
static struct device *list[N_PLACES];
static char top[] = "/tmp/test-bus-reset.XXXXXX";

static void make_dirs(const char *place)
{
	char path[PATH_MAX];

	for (const char *slash = strchr(place, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(path, sizeof(path), "devices/%.*s", (int)(slash - place), place);
		mkdirat(host.sysfs, path, 0700);
	}
	snprintf(path, sizeof(path), "devices/%s", place);
	assert_int_equal(mkdirat(host.sysfs, path, 0700), 0);
}

static int make_tree(void **state)
{
	char link[PATH_MAX], target[PATH_MAX];

	(void)state;
	assert_non_null(mkdtemp(top));
	host.sysfs = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdirat(host.sysfs, "devices", 0700);
	mkdirat(host.sysfs, "bus", 0700);
	mkdirat(host.sysfs, "bus/pci", 0700);
	mkdirat(host.sysfs, "bus/pci/devices", 0700);
	for (size_t i = 0; i < N_PLACES; i++) {
		devices[i].name = strrchr(places[i], '/') + 1;
		devices[i].is_pci = true;
		list[i] = &devices[i];
		make_dirs(places[i]);
		snprintf(link, sizeof(link), "bus/pci/devices/%s", devices[i].name);
		snprintf(target, sizeof(target), "../../../devices/%s", places[i]);
		assert_int_equal(symlinkat(target, host.sysfs, link), 0);
	}
	host.devices = list;
	host.n_devices = N_PLACES;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int remove_tree(void **state)
{
	(void)state;
	close(host.sysfs);
	return nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The names of whom a reset of the bus of devices[@i] hits; "none": it has no bus to reset. */
static void check(size_t i, const char *expected)
{
	struct bus_reset map = { 0 };
	struct device **hits = NULL;
	char text[256] = "";
	size_t n;
	int ret;

	assert_int_equal(bus_reset_init(&map, &host), 0);
	ret = bus_reset_hits(&map, &devices[i], &hits, &n);
	if (ret == -ENOTTY)
		strcpy(text, "none");
	else
		assert_int_equal(ret, 0);
	for (size_t j = 0; j < n; j++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", j ? " " : "",
			 hits[j]->name);
	assert_string_equal(text, expected);
	free(hits);
	bus_reset_clear(&map);
}

static void nothing_above_it_is_a_bridge(void **state)
{
	(void)state;
	check(0, "none");
}

static void all_behind_the_same_bridge_are_hit_and_nobody_else(void **state)
{
	(void)state;
	check(1, "0000:01:00.1 0000:01:10.0");
	check(2, "0000:01:00.0 0000:01:10.0");
}

static void who_is_alone_hits_nobody(void **state)
{
	(void)state;
	check(4, "");
}

static void what_is_behind_a_further_bridge_is_hit_too(void **state)
{
	(void)state;
	check(6, "0000:04:00.0");
	check(5, "");
}

static void a_device_that_is_gone_is_neither_hit_nor_hits(void **state)
{
	(void)state;
	assert_int_equal(unlinkat(host.sysfs, "bus/pci/devices/0000:01:00.1", 0), 0);
	check(1, "0000:01:10.0");
	check(2, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_above_it_is_a_bridge),
		cmocka_unit_test(all_behind_the_same_bridge_are_hit_and_nobody_else),
		cmocka_unit_test(who_is_alone_hits_nobody),
		cmocka_unit_test(what_is_behind_a_further_bridge_is_hit_too),
		cmocka_unit_test(a_device_that_is_gone_is_neither_hit_nor_hits),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
