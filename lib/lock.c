// SPDX-License-Identifier: GPL-2.0-only
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "cleanup.h"

#define POLL_MS 20

/* "vfioctl bind --yes ...", read once: it is the same for all locks and all workers. */
static const char *command_line(void)
{
	static char cmdline[200];
	_cleanup_close_ int self = -1;
	ssize_t n;

	if (*cmdline)
		return cmdline;
	self = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	n = self < 0 ? 0 : read(self, cmdline, sizeof(cmdline) - 1);
	for (ssize_t i = 0; i + 1 < n; i++)
		if (!cmdline[i])
			cmdline[i] = ' ';
	return cmdline;
}

/* Who we are, for the one that finds the lock taken. */
static void leave_card(int fd)
{
	char card[256];

	snprintf(card, sizeof(card), "%d %s\n", getpid(), command_line());
	/* Nothing depends on it: a lock without a card is still a lock. */
	if (ftruncate(fd, 0) || pwrite(fd, card, strlen(card), 0) < 0)
		return;
}

static int busy(int fd, const char *name, struct error *err)
{
	char card[256] = "";
	ssize_t n = pread(fd, card, sizeof(card) - 1, 0);
	char *space;

	card[n < 0 ? 0 : n] = '\0';
	card[strcspn(card, "\n")] = '\0';
	space = strchr(card, ' ');
	if (!space)
		return error_set(err, EXIT_BUSY, EBUSY, "'%s' is locked by another run", name);
	*space = '\0';
	return error_set(err, EXIT_BUSY, EBUSY, "'%s' is locked by process %s ('%s')", name, card,
			 space + 1);
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int lock_take(int run_dir, const char *name, int timeout_ms, const int *stop, struct error *err)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	const long until = now_ms() + timeout_ms;
	_cleanup_close_ int fd =
		openat(run_dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_set(err, EXIT_FAILED, errno, "cannot open the lock '%s': %s", name,
				 strerror(errno));
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_set(err, EXIT_FAILED, errno, "cannot take the lock '%s': %s",
					 name, strerror(errno));
		if (stop && __atomic_load_n(stop, __ATOMIC_RELAXED))
			return error_set(err, EXIT_FAILED, EINTR,
					 "interrupted while waiting for "
					 "the lock '%s'",
					 name);
		if (now_ms() >= until)
			return busy(fd, name, err);
		nanosleep(&pause, NULL);
	}
	leave_card(fd);
	return take_fd(fd);
}

bool lock_name(char *buf, unsigned long size, long group, const char *bus, const char *device)
{
	int n = group >= 0 ? snprintf(buf, size, "group-%ld.lock", group)
			   : snprintf(buf, size, "device-%s:%s.lock", bus, device);

	return n > 0 && (unsigned long)n < size;
}
