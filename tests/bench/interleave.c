// SPDX-License-Identifier: GPL-2.0-only
/*
 * interleave ROUNDS <SPEC
 *
 * Times programs against each other in one run: a round starts each of them once, so that whatever
 * else the machine does falls on all alike. A line of SPEC is
 *
 *     NAME TREE ROUNDS COMMAND [ARGUMENT]...
 *
 * where TREE is bound over /sys ("-": none is) and ROUNDS is how often at the most; a program of
 * fewer rounds than the others has its runs spread among theirs. A line of the result has, apart by
 * tabs: name, wall time in microseconds (median of the faster half), least of it, processor time,
 * peak memory in KiB, number of runs, and the worst exit status.
 *
 * Each tree has a process of its own in a mount namespace of its own, which starts the programs
 * there: nothing of the change of trees falls into the time that is taken.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAMS_MAX 48
#define ROUNDS_MAX   1000
#define ARGS_MAX     32

struct run {
	int64_t wall_us, cpu_us, maxrss_kb;
	int status;
};

struct program {
	char *name, *tree;
	char *argv[ARGS_MAX + 1];
	int rounds, done, status;
	int starter; /* socket to the process that is in the tree's namespace */
	int64_t wall[ROUNDS_MAX], cpu[ROUNDS_MAX], maxrss_kb;
};

static struct program programs[PROGRAMS_MAX];
static int n_programs;

static void read_spec(FILE *in)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, in) > 0) {
		struct program *p = &programs[n_programs];
		char *rest = strdup(line);
		char *word;
		int n = 0;

		if (n_programs == PROGRAMS_MAX)
			errx(2, "more than %d programs", PROGRAMS_MAX);
		p->name = strtok_r(rest, " \t\n", &rest);
		if (!p->name || *p->name == '#')
			continue;
		p->tree = strtok_r(NULL, " \t\n", &rest);
		word = strtok_r(NULL, " \t\n", &rest);
		p->rounds = word ? atoi(word) : 0;
		while (n < ARGS_MAX && (word = strtok_r(NULL, " \t\n", &rest)))
			p->argv[n++] = word;
		if (!n || p->rounds < 1 || p->rounds > ROUNDS_MAX)
			errx(2, "no program and no rounds in '%s'", line);
		n_programs++;
	}
	free(line);
}

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ll + ts.tv_nsec / 1000;
}

static void exec_program(const struct program *p)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	execvp(p->argv[0], p->argv);
	_exit(127);
}

static struct run run_once(const struct program *p)
{
	int64_t start = now_us();
	struct run run = { 0 };
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid)
		exec_program(p);
	if (wait4(pid, &status, 0, &usage) != pid)
		err(1, "wait4");
	run.wall_us = now_us() - start;
	run.cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll +
		     usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
	run.maxrss_kb = usage.ru_maxrss;
	run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return run;
}

/* In a tree's process: answers the number of a program with how its run went. */
static void serve(const char *tree, int sock)
{
	char path[4096];
	int i;

	if (strcmp(tree, "-") != 0) {
		snprintf(path, sizeof(path), "%s/sys", tree);
		if (unshare(CLONE_NEWNS) != 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		    mount(path, "/sys", NULL, MS_BIND | MS_REC, NULL) != 0)
			err(1, "cannot bind '%s' over /sys", path);
	}
	while (read(sock, &i, sizeof(i)) == sizeof(i)) {
		struct run run = run_once(&programs[i]);

		if (write(sock, &run, sizeof(run)) != sizeof(run))
			err(1, "write");
	}
	exit(0);
}

static int start_starter(const char *tree)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		err(1, "socketpair");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(pair[0]);
		serve(tree, pair[1]);
	}
	close(pair[1]);
	return pair[0];
}

static void start_starters(void)
{
	for (int i = 0; i < n_programs; i++) {
		for (int k = 0; k < i && !programs[i].starter; k++) {
			if (strcmp(programs[i].tree, programs[k].tree) == 0)
				programs[i].starter = programs[k].starter;
		}
		if (!programs[i].starter)
			programs[i].starter = start_starter(programs[i].tree);
	}
}

static void measure(int i, bool counted)
{
	struct program *p = &programs[i];
	struct run run;

	if (write(p->starter, &i, sizeof(i)) != sizeof(i) ||
	    read(p->starter, &run, sizeof(run)) != sizeof(run))
		errx(1, "'%s' could not be started", p->name);
	if (!counted)
		return;
	p->wall[p->done] = run.wall_us;
	p->cpu[p->done] = run.cpu_us;
	p->done++;
	if (run.maxrss_kb > p->maxrss_kb)
		p->maxrss_kb = run.maxrss_kb;
	if (run.status > p->status)
		p->status = run.status;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/*
 * The median of the faster half. What disturbs a run on a busy machine only ever adds to its time,
 * so the slower half is where the outliers are.
 */
static int64_t typical(int64_t *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), by_value);
	n = (n + 1) / 2;
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void report(struct program *p)
{
	int64_t wall = typical(p->wall, p->done);

	printf("%s\t%lld\t%lld\t%lld\t%lld\t%d\t%d\n", p->name, (long long)wall,
	       (long long)p->wall[0], (long long)typical(p->cpu, p->done), (long long)p->maxrss_kb,
	       p->done, p->status);
}

int main(int argc, char **argv)
{
	int rounds = argc == 2 ? atoi(argv[1]) : 0;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		errx(2, "usage: interleave ROUNDS <SPEC");
	read_spec(stdin);
	start_starters();
	for (int i = 0; i < n_programs; i++) {
		if (programs[i].rounds >= rounds)
			measure(i, false); /* caches are warm for all alike */
	}
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < n_programs; i++) {
			struct program *p = &programs[i];

			if (p->done * rounds <= r * p->rounds && p->done < p->rounds)
				measure(i, true);
		}
	}
	for (int i = 0; i < n_programs; i++)
		report(&programs[i]);
	return 0;
}
