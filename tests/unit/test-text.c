// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>

#include "cleanup.h"
#include "error.h"
#include "text.h"
#include "unit.h"

static void check_escape(const char *in, const char *expected)
{
	_cleanup_free_ char *out = text_escape(in);

	assert_string_equal(out, expected);
	assert_int_equal(text_is_safe(in), !strcmp(in, expected));
	assert_true(text_is_safe(out));
}

static void escape_keeps_what_is_printable(void **state)
{
	(void)state;
	check_escape("", "");
	check_escape("e1000e", "e1000e");
	check_escape("a b\\c\"", "a b\\c\"");
	check_escape("Gerät 日本 \xf0\x9f\x98\x80", "Gerät 日本 \xf0\x9f\x98\x80");
}

static void escape_shows_controls_and_broken_bytes(void **state)
{
	(void)state;
	check_escape("a\nb", "a\\x0ab");
	check_escape("\x1b[31mred", "\\x1b[31mred");
	check_escape("\x7f", "\\x7f");
	check_escape("\xc2\x9b"
		     "31m",
		     "\\xc2\\x9b31m");
	check_escape("\xff\xfe", "\\xff\\xfe");
	check_escape("\xc3", "\\xc3");
	check_escape("\xc0\xaf", "\\xc0\\xaf");
	check_escape("\xed\xa0\x80", "\\xed\\xa0\\x80");
	check_escape("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
}

static void escape_to_cuts_at_a_characters_border(void **state)
{
	char buf[4];

	(void)state;
	text_escape_to(buf, sizeof(buf), "aäö");
	assert_string_equal(buf, "aä");
	text_escape_to(buf, sizeof(buf), "\n");
	assert_string_equal(buf, "");
}

static void utf8_replaces_only_what_is_broken(void **state)
{
	_cleanup_free_ char *out = text_to_utf8("a\xff\n\xe2\x82z");

	(void)state;
	assert_string_equal(out, "a\xef\xbf\xbd\n\xef\xbf\xbd\xef\xbf\xbdz");
	assert_true(text_is_utf8(out));
	assert_false(text_is_utf8("\xe2\x82"));
}

static void numbers_are_whole_and_not_negative(void **state)
{
	unsigned long n;

	(void)state;
	assert_int_equal(text_to_ulong("26", &n), 0);
	assert_int_equal(n, 26);
	assert_int_equal(text_to_ulong("0x1F", &n), 0);
	assert_int_equal(n, 31);
	assert_int_equal(text_to_ulong("010", &n), 0);
	assert_int_equal(n, 10);
	assert_int_equal(text_to_ulong("", &n), -EINVAL);
	assert_int_equal(text_to_ulong("-1", &n), -EINVAL);
	assert_int_equal(text_to_ulong(" 1", &n), -EINVAL);
	assert_int_equal(text_to_ulong("1 ", &n), -EINVAL);
	assert_int_equal(text_to_ulong("f", &n), -EINVAL);
	assert_int_equal(text_to_ulong("0x", &n), -EINVAL);
	assert_int_equal(text_to_ulong("99999999999999999999999", &n), -ERANGE);
}

static void the_first_error_stays(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_set(&err, EXIT_BUSY, EBUSY, "group %d is %s", 5, "by\nte"), -EBUSY);
	assert_int_equal(error_set(&err, EXIT_FAILED, 0, "second"), -EINVAL);
	assert_string_equal(err.msg, "group 5 is by\\x0ate");
	assert_int_equal(err.status, EXIT_BUSY);
	assert_int_equal(error_set(NULL, EXIT_FAILED, EIO, "nobody listens"), -EIO);
}

static void the_graver_status_wins(void **state)
{
	(void)state;
	assert_int_equal(exit_status_worst(EXIT_DONE, EXIT_SOME_FOUND), EXIT_SOME_FOUND);
	assert_int_equal(exit_status_worst(EXIT_SOME_FOUND, EXIT_FAILED), EXIT_FAILED);
	assert_int_equal(exit_status_worst(EXIT_NOT_ROLLED_BACK, EXIT_ROLLED_BACK),
			 EXIT_NOT_ROLLED_BACK);
	assert_int_equal(exit_status_worst(EXIT_BUSY, EXIT_REFUSED), EXIT_BUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escape_keeps_what_is_printable),
		cmocka_unit_test(escape_shows_controls_and_broken_bytes),
		cmocka_unit_test(escape_to_cuts_at_a_characters_border),
		cmocka_unit_test(utf8_replaces_only_what_is_broken),
		cmocka_unit_test(numbers_are_whole_and_not_negative),
		cmocka_unit_test(the_first_error_stays),
		cmocka_unit_test(the_graver_status_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
