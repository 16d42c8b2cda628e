// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "lock.h"
#include "record.h"
#include "run_dir.h"
#include "unit.h"

static char top[] = "/tmp/test-record.XXXXXX";
static int dir = -1;

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	close(dir);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static struct record make(const char *name)
{
	struct record r = {
		.bus = strdup("pci"),
		.name = strdup(name),
		.path = strdup("/sys/devices/pci0000:00/x y%z=\n"),
		.modalias = strdup("pci:v00001B36"),
		.origin_driver = strdup("a driver\nphase=bound"),
		.set = strdup("vfio-pci"),
		.applying = true,
		.inode = 7,
		.giving_back = true,
		.before = strdup("vfio-pci"),
		.from_driver = strdup("a b"),
		.to_override = strdup("x"),
	};

	r.plan.n = 2;
	r.plan.steps[0] = (struct step){ STEP_UNBIND, strdup("a b"), strdup("a b") };
	r.plan.steps[1] = (struct step){ STEP_OVERRIDE, strdup(""), strdup("%41") };
	return r;
}

static void a_record_comes_back_as_it_was_saved(void **state)
{
	const char *hostile = "0000:01:00.0\n=%\x1b\xff";
	struct record saved = make(hostile), loaded = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(record_save(&saved, dir, &err), 0);
	assert_int_equal(record_note_done(dir, "pci", hostile, 0, &err), 0);
	assert_int_equal(record_load(&loaded, dir, "pci", hostile, &err), 0);
	assert_string_equal(loaded.name, saved.name);
	assert_string_equal(loaded.path, saved.path);
	assert_string_equal(loaded.origin_driver, saved.origin_driver);
	assert_null(loaded.origin_override);
	assert_true(loaded.applying);
	assert_int_equal(loaded.done, 1);
	assert_int_equal(loaded.plan.n, 2);
	assert_int_equal(loaded.plan.steps[0].kind, STEP_UNBIND);
	assert_string_equal(loaded.plan.steps[0].value, "a b");
	assert_string_equal(loaded.plan.steps[1].value, "");
	assert_string_equal(loaded.plan.steps[1].undo, "%41");
	assert_true(record_is_of(&loaded, saved.path, saved.modalias, 7));
	assert_false(record_is_of(&loaded, saved.path, "pci:v00008086", 7));
	assert_false(record_is_of(&loaded, saved.path, saved.modalias, 8));
	/* It could not be read now. */
	assert_true(record_is_of(&loaded, saved.path, NULL, 7));
	assert_false(record_is_of(&loaded, saved.path, NULL, 8));
	assert_true(loaded.giving_back);
	assert_string_equal(loaded.before, "vfio-pci");
	assert_string_equal(loaded.from_driver, "a b");
	assert_null(loaded.from_override);
	assert_null(loaded.to_driver);
	assert_string_equal(loaded.to_override, "x");
	assert_false(loaded.to_any);
	/* Set by the second of its steps, found by it, and neither. */
	assert_true(record_unfinished(&loaded, NULL).override_ours);
	assert_true(record_unfinished(&loaded, "%41").override_ours);
	assert_false(record_unfinished(&loaded, "x").override_ours);
	assert_false(record_is_of(&loaded, "/sys/devices/elsewhere", saved.modalias, 7));
	assert_int_equal(record_remove(dir, "pci", hostile, &err), 0);
	record_clear(&loaded);
	assert_int_equal(record_load(&loaded, dir, "pci", hostile, &err), -ENOENT);
	record_clear(&saved);
}

static void put(const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/devices/pci:x", top);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void a_record_that_makes_no_sense_is_an_error(void **state)
{
	static const char *const bad[] = {
		"",
		"version=2\nbus=pci\nname=x\npath=/sys\n",
		"version=1\nbus=pci\nname=x\n",
		"version=1\nbus=pci\nname=x\npath=/sys\nno equals sign\n",
		"version=1\nbus=pci\nname=x\npath=/sys\nstep=jump a b\n",
		"version=1\nbus=pci\nname=x\npath=/sys\nstep=bind\n",
		"version=1\nbus=pci\nname=x\npath=/sys\ndone=0\n",
	};
	struct record r = make("x");

	(void)state;
	assert_int_equal(record_save(&r, dir, NULL), 0);
	record_clear(&r);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = { 0 };

		put(bad[i]);
		assert_int_equal(record_load(&r, dir, "pci", "x", &err), -EBADMSG);
		assert_non_null(strstr(err.msg, "makes no sense"));
	}
	/* The last line did not fit on the disk. */
	put("version=1\nbus=pci\nname=x\npath=/sys\nstep=bind a b\ndone=0\ndo");
	assert_int_equal(record_load(&r, dir, "pci", "x", NULL), 0);
	assert_int_equal(r.done, 1);
	record_clear(&r);
	put("version=1\nbus=pci\nname=x\npath=/sys\nfrom the future=1\n");
	assert_int_equal(record_load(&r, dir, "pci", "x", NULL), 0);
	record_clear(&r);
}

static void a_directory_that_others_may_write_is_refused(void **state)
{
	struct error err = { 0 };
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/open", top);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(run_dir_open_below(dir, "open", &err), -EPERM);
	assert_int_equal(symlinkat("devices", dir, "link"), 0);
	assert_true(run_dir_open_below(dir, "link", NULL) < 0);
}

static void a_taken_lock_names_its_owner(void **state)
{
	struct error err = { 0 };
	char pid[32];
	int first = lock_take(dir, "group-1.lock", 0, NULL, &err);

	(void)state;
	assert_true(first >= 0);
	assert_int_equal(lock_take(dir, "group-1.lock", 60, NULL, &err), -EBUSY);
	assert_int_equal(err.status, EXIT_BUSY);
	snprintf(pid, sizeof(pid), "process %d", getpid());
	assert_non_null(strstr(err.msg, pid));
	assert_non_null(strstr(err.msg, "test-record"));
	close(first);
	first = lock_take(dir, "group-1.lock", 0, NULL, NULL);
	assert_true(first >= 0);
	close(first);
}

static void groups_have_locks_of_their_own(void **state)
{
	char a[64], b[64], c[64], tiny[8];

	(void)state;
	assert_true(lock_name(a, sizeof(a), 1, "pci", "0000:01:00.0"));
	assert_true(lock_name(b, sizeof(b), 1, "pci", "0000:02:00.0"));
	assert_string_equal(a, b);
	assert_true(lock_name(c, sizeof(c), -1, "pci", "0000:02:00.0"));
	assert_string_not_equal(b, c);
	assert_false(lock_name(tiny, sizeof(tiny), 1, "pci", "0000:01:00.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_comes_back_as_it_was_saved),
		cmocka_unit_test(a_record_that_makes_no_sense_is_an_error),
		cmocka_unit_test(a_directory_that_others_may_write_is_refused),
		cmocka_unit_test(a_taken_lock_names_its_owner),
		cmocka_unit_test(groups_have_locks_of_their_own),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
