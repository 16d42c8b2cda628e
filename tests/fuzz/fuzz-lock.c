// SPDX-License-Identifier: GPL-2.0-only
/* The card that whoever holds a lock left in it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "fuzz.h"
#include "lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { 0 };
	int held, fd;

	fuzz_write("group-7.lock", data, size);
	held = openat(fuzz_dir(), "group-7.lock", O_RDWR | O_CLOEXEC);
	CHECK(held >= 0 && !flock(held, LOCK_EX));
	CHECK(lock_take(fuzz_dir(), "group-7.lock", 0, NULL, &err) == -EBUSY);
	CHECK(err.status == EXIT_BUSY);
	CHECK_TEXT(fuzz_is_clean(err.msg, strlen(err.msg), ""), err.msg);
	CHECK_TEXT(strstr(err.msg, "'group-7.lock' is locked by "), err.msg);
	close(held);
	/* Whatever was in it, it can be taken now, and says who has it. */
	fd = lock_take(fuzz_dir(), "group-7.lock", 0, NULL, NULL);
	CHECK(fd >= 0);
	close(fd);
	return 0;
}
