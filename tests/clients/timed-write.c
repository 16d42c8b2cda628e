// SPDX-License-Identifier: GPL-2.0-only
/*
 * timed-write FILE WORD: writes WORD to FILE in a child and prints how many milliseconds that took,
 * and each state of /proc/PID/stat in which the child was seen meanwhile, such as "2013 RSI". Where
 * it was seen waiting in state D, stderr says what for. The status is that of the write.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vfio.h"

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int write_word(const char *file, const char *word)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, word, strlen(word)) < 0) {
		perror(file);
		return 1;
	}
	return 0;
}

/* Reads a file of the child's, "" if there is none any more. */
static void proc_read(pid_t pid, const char *name, char *buf, size_t size)
{
	ssize_t len = 0;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, buf, size - 1);
		close(fd);
	}
	buf[len > 0 ? len : 0] = 0;
}

static void look(pid_t pid, char *seen, size_t size)
{
	char stat[512], stack[2048], state;

	proc_read(pid, "stat", stat, sizeof(stat));
	if (!stat[0])
		return;
	state = strrchr(stat, ')')[2];
	if (state == 'D') {
		proc_read(pid, "stack", stack, sizeof(stack));
		fprintf(stderr, "in state D:\n%s", stack);
	}
	if (state != 'Z' && !strchr(seen, state) && strlen(seen) + 1 < size)
		seen[strlen(seen)] = state;
}

int main(int argc, char **argv)
{
	char seen[16] = "";
	int status;
	long start;
	pid_t pid;

	if (argc != 3)
		die("usage: timed-write FILE WORD");
	start = now_ms();
	pid = fork();
	if (!pid)
		_exit(write_word(argv[1], argv[2]));
	while (!waitpid(pid, &status, WNOHANG)) {
		look(pid, seen, sizeof(seen));
		usleep(2000);
	}
	printf("%ld %s\n", now_ms() - start, seen);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
