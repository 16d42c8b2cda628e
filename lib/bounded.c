// SPDX-License-Identifier: GPL-2.0-only
#include "bounded.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "cleanup.h"
#include "detach.h"
#include "stack.h"

#define CHUNK 4096

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void bounded_answer(int out, const void *data, size_t size)
{
	const char *from = data;

	while (size) {
		ssize_t n = write(out, from, size);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			from += n;
			size -= (size_t)n;
		}
	}
}

/* -ETIME when the end did not come in time. */
static int collect(int fd, long until, char **answer, size_t *size)
{
	size_t room = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		long left = until - now_ms();
		ssize_t n;

		if (left <= 0)
			return -ETIME;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		if (room - *size < CHUNK) {
			char *more = realloc(*answer, room += 2 * CHUNK);

			if (!more)
				return -ENOMEM;
			*answer = more;
		}
		n = read(fd, *answer + *size, CHUNK);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return 0;
		*size += (size_t)n;
	}
}

static void run_child(void (*fn)(void *arg, int out), void *arg, int out)
{
	detach_from_caller();
	fn(arg, out);
	_exit(0);
}

static int time_out(pid_t pid, int timeout_ms, const char *what, struct error *err)
{
	char stack[512];

	stack_sentence(pid, stack, sizeof(stack));
	return error_set(err, EXIT_TIMED_OUT, ETIME,
			 "%s did not end within %d s%s; process %d goes on with it when the kernel "
			 "lets it",
			 what, timeout_ms / 1000, stack, (int)pid);
}

int bounded_call(void (*fn)(void *arg, int out), void *arg, int timeout_ms, const char *what,
		 char **answer, size_t *size, struct error *err)
{
	_cleanup_close_ int in = -1;
	int pipe_fds[2], status, ret;
	pid_t pid;

	*answer = NULL;
	*size = 0;
	if (pipe2(pipe_fds, O_CLOEXEC))
		return error_set(err, EXIT_FAILED, errno, "cannot start a process: %s",
				 strerror(errno));
	in = pipe_fds[0];
	pid = fork();
	if (!pid) {
		close(pipe_fds[0]);
		run_child(fn, arg, pipe_fds[1]);
	}
	ret = pid < 0 ? -errno : 0;
	close(pipe_fds[1]);
	if (!ret)
		ret = collect(in, now_ms() + timeout_ms, answer, size);
	if (ret == -ETIME)
		return time_out(pid, timeout_ms, what, err);
	/* It has closed its end, so it is about to be gone. */
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return ret ? error_set(err, EXIT_FAILED, -ret, "cannot do %s in a process of its own: %s",
			       what, strerror(-ret))
		   : 0;
}
