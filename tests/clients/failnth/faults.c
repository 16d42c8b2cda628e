// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../vfio.h"
#include "faults.h"

/* How many callers up one of our modules must be. */
#define DEPTH "11"

static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int fault_fd;

#define WORKERS 64
static int worker_fds[WORKERS];
static size_t n_workers;

static void attribute(const char *kind, const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", kind, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die("cannot set '%s'", path);
	close(fd);
}

struct range {
	unsigned long start;
	unsigned long end;
};

/* The addresses of kernel functions, in ascending order, are those of their neighbours. */
static struct range function_find(const char *function)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	struct range range = {};
	char line[512], name[256];
	unsigned long address;

	while (f && !range.end && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx %*c %255s", &address, name) != 2)
			continue;
		if (range.start && address > range.start)
			range.end = address;
		else if (!strncmp(name, function, strlen(function)))
			range.start = address;
	}
	if (!range.end)
		die("cannot find '%s' in '/proc/kallsyms'", function);
	fclose(f);
	return range;
}

/*
 * Only what a module called for fails, and not far below it: the kernel is not what is tested, and
 * its interpreter of ACPI, which turning a device on and off comes to, uses freed memory then.
 */
void faults_init(void)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		attribute(kinds[i], "verbose", "0");
		attribute(kinds[i], "stacktrace-depth", DEPTH);
		attribute(kinds[i], "require-start", "0xffffffffa0000000");
		attribute(kinds[i], "require-end", "0xffffffffff000000");
	}
	attribute("failslab", "ignore-gfp-wait", "N");
	attribute("fail_page_alloc", "ignore-gfp-wait", "N");
	attribute("fail_page_alloc", "ignore-gfp-highmem", "N");
	attribute("fail_page_alloc", "min-order", "0");
	fault_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fault_fd < 0)
		die("this kernel has no faults on demand");
}

/* A worker may have ended meanwhile: ESRCH. */
static void ask_for(int fd, unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fd, text, len, 0) != len && errno != ESRCH)
		die("cannot ask for a fault");
}

/* Did the one that was asked for in @fd's thread come? */
static bool has_come(int fd)
{
	char text[16] = "1";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0 && errno != ESRCH)
		die("cannot ask about a fault");
	return atoi(text) == 0;
}

static bool is_worker(int dir, const char *pid)
{
	char path[300], comm[32] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/comm", pid);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, comm, sizeof(comm) - 1) < 0)
		comm[0] = 0;
	close(fd);
	return !strncmp(comm, "kworker/u", 9);
}

static void arm_workers(unsigned int nth)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300];
	int fd;

	if (!proc)
		die("cannot open '/proc'");
	while ((entry = readdir(proc)) && n_workers < WORKERS) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !is_worker(dirfd(proc), entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/fail-nth", entry->d_name);
		fd = openat(dirfd(proc), path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue; /* it has ended */
		ask_for(fd, nth);
		worker_fds[n_workers++] = fd;
	}
	closedir(proc);
}

void fault_arm(unsigned int nth, bool workers)
{
	if (workers)
		arm_workers(nth);
	ask_for(fault_fd, nth);
}

bool fault_came(void)
{
	bool came = has_come(fault_fd);

	ask_for(fault_fd, 0);
	while (n_workers) {
		int fd = worker_fds[--n_workers];

		came |= has_come(fd);
		ask_for(fd, 0);
		close(fd);
	}
	return came;
}

void faults_spare(const char *function)
{
	struct range range = function ? function_find(function) : (struct range){};
	char start[32], end[32];

	snprintf(start, sizeof(start), "%#lx", range.start);
	snprintf(end, sizeof(end), "%#lx", range.end);
	for (size_t i = 0; i < N_KINDS; i++) {
		attribute(kinds[i], "reject-start", start);
		attribute(kinds[i], "reject-end", end);
	}
}
