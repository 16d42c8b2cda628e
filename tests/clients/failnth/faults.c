// SPDX-License-Identifier: GPL-2.0-only
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

static void ask_for(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fault_fd, text, len, 0) != len)
		die("cannot ask for a fault");
}

void fault_arm(unsigned int nth)
{
	ask_for(nth);
}

bool fault_came(void)
{
	char text[16] = "";

	if (pread(fault_fd, text, sizeof(text) - 1, 0) <= 0)
		die("cannot ask about a fault");
	ask_for(0);
	return atoi(text) == 0;
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
