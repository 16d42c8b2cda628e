// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm ROUNDS BDF... - 64 vfioctl at once, that many times: each binds, gives to another driver,
 * gives back or recovers one of these devices, which have a driver of the host's, or two of them.
 * Once all have ended each device must have one of the drivers that somebody asked for, with the
 * override that goes with it and on record what it had at first; every status must be one that the
 * manual page has, and no other device may be touched. Prints how often each status came.
 * $STORM_SEED is for another order than the usual one.
 *
 * In a guest they are started as anybody would. Over a made host (tests/fakehost) vfioctl is linked
 * in and begun by fork(2) alone, for the sake of the time, and its writes to sysfs are answered by
 * model.h.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "devices.h"
#include "model.h"
#include "vfioctl.h"

/* Only over a made host. */
extern void model_init(void) __attribute__((weak));

#define AT_ONCE	      64
#define DEVICES_MAX   16
#define LAST_STATUS   9
#define VFIOCTL	      "/usr/sbin/vfioctl"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *names[DEVICES_MAX];
static struct state found[DEVICES_MAX];
static size_t n_devices;
static unsigned long statuses[LAST_STATUS + 1];

static const char *const verbs[][3] = {
	{ "bind", "--driver=vfio-pci" },
	{ "bind", "--driver=pci-stub" },
	{ "unbind", "--timeout=60" },
	{ "recover", "--timeout=60" },
};
static const struct state drivers[] = { { "vfio-pci", "vfio-pci" }, { "pci-stub", "pci-stub" } };

static void output_of(char *path, size_t size, pid_t pid)
{
	snprintf(path, size, "/tmp/storm.%d", (int)pid);
}

static void print_output(pid_t pid)
{
	char path[64], line[512];
	FILE *f;

	output_of(path, sizeof(path), pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		printf("    | %s", line);
	if (f)
		fclose(f);
	unlink(path);
}

static void become(const char *const *argv) __attribute__((noreturn));
static void become(const char *const *argv)
{
	int null = open("/dev/null", O_RDWR), argc = 0;
	char path[64];
	int out;

	output_of(path, sizeof(path), getpid());
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (null < 0 || out < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	close(out);
	close(null);
	while (argv[argc])
		argc++;
	if (vfioctl_main)
		exit(vfioctl_main(argc, (char **)argv));
	execv(argv[0], (char *const *)argv);
	_exit(126);
}

static pid_t start(void)
{
	const char *const *verb = verbs[(unsigned int)rand() % ARRAY_SIZE(verbs)];
	size_t one = (size_t)rand() % n_devices, other = (size_t)rand() % n_devices;
	const char *argv[] = { VFIOCTL,	   verb[0],	 verb[1], "--timeout=60",
			       names[one], names[other], NULL };
	pid_t pid;

	if (rand() % 2)
		argv[5] = NULL;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (!pid)
		become(argv);
	return pid;
}

/* Taken by another, or not what it was when it was judged; else all must go well. */
static bool may_end_with(int status)
{
	return status == 0 || status == 5;
}

static void check_device(size_t i)
{
	struct state now = state_of(names[i]);
	char *record = record_of(names[i]), origin[128];
	bool is_ours = false;

	for (size_t j = 0; j < ARRAY_SIZE(drivers); j++)
		is_ours |= state_same(&now, &drivers[j]);
	if (!is_ours && !state_same(&now, &found[i]))
		errx(1, "'%s' has driver '%s' and override '%s'", names[i], now.driver,
		     now.override);
	snprintf(origin, sizeof(origin), "\norigin-driver=%s\n", found[i].driver);
	if (is_ours && (!record || !strstr(record, origin) || strstr(record, "\norigin-override=")))
		errx(1, "what '%s' had at first is not on record: %s", names[i],
		     record ?: "nothing");
	if (!is_ours && record)
		errx(1, "'%s' has its own driver, and yet is on record: %s", names[i], record);
	free(record);
}

static bool is_one_of(const pid_t *pids, pid_t pid)
{
	for (int i = 0; i < AT_ONCE; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

static void play(const char *others_before)
{
	pid_t pids[AT_ONCE], pid;
	char *now, path[64];
	int status;

	for (int i = 0; i < AT_ONCE; i++)
		pids[i] = start();
	while ((pid = wait(&status)) > 0) {
		int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

		/* What a run left behind, and what came to us at its end. */
		if (!is_one_of(pids, pid))
			continue;
		if (!may_end_with(code)) {
			print_output(pid);
			errx(1, "a run ended with %s %d", code < 0 ? "signal" : "status",
			     code < 0 ? WTERMSIG(status) : code);
		}
		output_of(path, sizeof(path), pid);
		unlink(path);
		statuses[code]++;
	}
	if (unfinished())
		errx(1, "a change is on record as not at its end");
	for (size_t i = 0; i < n_devices; i++)
		check_device(i);
	now = others(names, n_devices);
	if (strcmp(now, others_before) != 0)
		errx(1, "another device was touched:\n%s", now);
	free(now);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	time_t begin = time(NULL);
	char *others_before;

	setlinebuf(stdout);
	/* Else they are for whoever is the first process to put away, which may take its time. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (model_init)
		model_init();
	if (!rounds || argc - 2 > DEVICES_MAX)
		errx(2, "usage: storm ROUNDS BDF...");
	for (int i = 2; i < argc; i++, n_devices++) {
		names[n_devices] = argv[i];
		found[n_devices] = state_of(argv[i]);
	}
	others_before = others(names, n_devices);
	srand(getenv("STORM_SEED") ? (unsigned int)atoi(getenv("STORM_SEED")) : 1);
	for (unsigned long round = 1; round <= rounds; round++) {
		play(others_before);
		if (!(round % 100))
			printf("round %lu\n", round);
	}
	printf("%lu rounds of %d at once on %zu devices, %ld s:", rounds, AT_ONCE, n_devices,
	       (long)(time(NULL) - begin));
	for (int i = 0; i <= LAST_STATUS; i++)
		if (statuses[i])
			printf(" status %d %lu times", i, statuses[i]);
	putchar('\n');
	for (size_t i = 0; i < n_devices; i++) {
		state_set(names[i], &found[i]);
		record_set(names[i], NULL);
	}
	return 0;
}
