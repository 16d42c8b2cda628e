// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "environment.h"
#include "unit.h"

static size_t count(void)
{
	size_t n = 0;

	while (environ && environ[n])
		n++;
	return n;
}

static void keeps_language_terminal_and_session(void **state)
{
	(void)state;
	clearenv();
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TERM", "dumb", 1);
	setenv("NO_COLOR", "", 1);
	setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22", 1);
	assert_int_equal(environment_clean(), 0);
	assert_string_equal(getenv("LC_ALL"), "C.UTF-8");
	assert_string_equal(getenv("TERM"), "dumb");
	assert_string_equal(getenv("NO_COLOR"), "");
	assert_string_equal(getenv("SSH_CONNECTION"), "192.0.2.1 1 192.0.2.2 22");
	assert_int_equal(count(), 5);
}

static void drops_what_libraries_and_shells_listen_to(void **state)
{
	static const char *const gone[] = {
		"LD_PRELOAD",
		"LD_LIBRARY_PATH",
		"LIBMOUNT_FSTAB",
		"GCONV_PATH",
		"LOCPATH",
		"BASH_ENV",
		"ENV",
		"IFS",
		"HOME",
		"MODPROBE_OPTIONS",
	};

	(void)state;
	clearenv();
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		setenv(gone[i], "/tmp/evil", 1);
	setenv("PATH", "/tmp/evil:.", 1);
	assert_int_equal(environment_clean(), 0);
	assert_string_equal(getenv("PATH"), "/usr/sbin:/usr/bin:/sbin:/bin");
	assert_int_equal(count(), 1);
}

static void copes_with_entries_that_are_none(void **state)
{
	char *odd[] = { (char *)"TERM", (char *)"=x", (char *)"", (char *)"LANG=", NULL };

	(void)state;
	environ = odd;
	assert_int_equal(environment_clean(), 0);
	assert_string_equal(getenv("LANG"), "");
	assert_int_equal(count(), 2);
}

static void makes_do_without_any(void **state)
{
	(void)state;
	clearenv();
	assert_int_equal(environment_clean(), 0);
	assert_int_equal(count(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_language_terminal_and_session),
		cmocka_unit_test(drops_what_libraries_and_shells_listen_to),
		cmocka_unit_test(copes_with_entries_that_are_none),
		cmocka_unit_test(makes_do_without_any),
	};

	const char *output = getenv("CMOCKA_MESSAGE_OUTPUT");

	/* What the tests clear away is what cmocka would ask. */
	if (output && !strcmp(output, "TAP"))
		cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
