// SPDX-License-Identifier: GPL-2.0-only
/*
 * readers [PID...]: read all that our core shows, again and again in two threads, until SIGTERM:
 * the files of groups and containers, the whitelist, fdinfo of the processes PID. Meanwhile
 * somebody else makes and destroys what is shown. A third thread changes the whitelist to and fro.
 *
 * A file may be gone, or go while it is read. Any other error, and any value that is not of its
 * kind, fails. At the end a line says how many reads there were.
 */
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio.h"

#define WHITELIST "/sys/module/vfio/parameters/driver_whitelist"

static atomic_bool over;
static atomic_ulong reads;
static char **pids;

static bool is_number(const char *text)
{
	return text[strspn(text, "0123456789")] == '\n' && text[0] != '\n';
}

static bool is_flag(const char *text)
{
	return !strcmp(text, "0\n") || !strcmp(text, "1\n");
}

static bool is_container(const char *text)
{
	return is_number(text) || !strcmp(text, "none\n");
}

static bool is_backend(const char *text)
{
	return !strcmp(text, "type1\n") || !strcmp(text, "none\n");
}

/* Nothing, or lines that are complete. */
static bool is_lines(const char *text)
{
	size_t len = strlen(text);

	return !len || text[len - 1] == '\n';
}

static bool is_text(const char *text)
{
	return *text && is_lines(text);
}

static const struct {
	const char *pattern;
	bool (*good)(const char *text);
} files[] = {
	{ "/sys/class/vfio/*/viable", is_flag },
	{ "/sys/class/vfio/*/opened", is_flag },
	{ "/sys/class/vfio/*/users", is_number },
	{ "/sys/class/vfio/*/container", is_container },
	{ "/sys/class/vfio/*/blockers", is_lines },
	{ "/sys/kernel/vfio/containers/*/backend", is_backend },
	{ "/sys/kernel/vfio/containers/*/groups", is_lines },
	{ "/sys/kernel/vfio/containers/*/users", is_number },
	{ "/sys/kernel/vfio/containers/*/mappings", is_number },
	{ "/sys/kernel/vfio/containers/*/mapped_bytes", is_number },
	{ "/sys/kernel/vfio/containers/*/pinned_bytes", is_number },
	{ WHITELIST, is_text },
};
#define N_FILES (sizeof(files) / sizeof(files[0]))

static bool may_be_gone(int error)
{
	return error == ENOENT || error == ENODEV || error == ESRCH;
}

static void read_one(const char *path, bool (*good)(const char *text))
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[8192];
	ssize_t len;

	if (fd < 0) {
		if (!may_be_gone(errno))
			check(false, path, 0, "open()", -errno, 0);
		return;
	}
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0 && !may_be_gone(errno))
		check(false, path, 0, "read()", -errno, 0);
	close(fd);
	if (len < 0)
		return;
	reads++;
	text[len] = 0;
	if (!good(text)) {
		printf("%s: strange: '%s'\n", path, text);
		check(false, path, 0, "what it says", 0, 1);
	}
}

static void read_all(const char *pattern, bool (*good)(const char *text))
{
	glob_t found;
	size_t i;

	if (glob(pattern, GLOB_NOSORT, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++)
		read_one(found.gl_pathv[i], good);
	globfree(&found);
}

static void *reader(void *unused)
{
	char pattern[64];
	size_t i;

	while (!over) {
		for (i = 0; i < N_FILES; i++)
			read_all(files[i].pattern, files[i].good);
		for (i = 0; pids[i]; i++) {
			snprintf(pattern, sizeof(pattern), "/proc/%s/fdinfo/*", pids[i]);
			read_all(pattern, is_text);
		}
	}
	return unused;
}

static void write_list(const char *list)
{
	int fd = open(WHITELIST, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, list, strlen(list)) < 0)
		check(false, WHITELIST, 0, "write()", -errno, 0);
	close(fd);
}

/* Ends with the list that was there before. */
static void *changer(void *unused)
{
	while (!over) {
		write_list("pci:pcieport");
		usleep(50000);
		write_list("pci:pci-stub,pci:pcieport");
		usleep(50000);
	}
	return unused;
}

static void stop(int sig)
{
	(void)sig;
	over = true;
}

int main(int argc, char **argv)
{
	pthread_t thread[3];
	int i;

	(void)argc;
	pids = argv + 1;
	signal(SIGTERM, stop);
	for (i = 0; i < 3; i++) {
		if (pthread_create(&thread[i], NULL, i < 2 ? reader : changer, NULL))
			die("cannot make a thread");
	}
	for (i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	TRUE(reads > 0);
	printf("%lu reads\n", reads);
	return checks_status();
}
