// SPDX-License-Identifier: GPL-2.0-only
/*
 * crash [-mw] [-v VERB] [-s K/N] MODE BDF... - runs vfioctl on these devices, which have a driver
 * of the host's, once for each system call that bind, unbind and recover make, in each of their
 * processes, and goes wrong there:
 *
 *   kill       the process is killed before the call
 *   kill-all   all its processes are
 *   errno      the call is not made and fails, with one of the errors of its manual page, the next
 *              each time (errors.h)
 *   errno-set  the same with each of them in turn
 *   errno-all  the same with each error that there is
 *   lie        (-m alone) a write to a driver's "bind" succeeds and binds nothing
 *   vanish     the devices are removed
 *   replace    they are removed and found again, as other devices of the same names
 *
 * -m is for a made host (tests/fakehost), where there is no kernel to answer: see model.h. -w
 * leaves out the calls of the processes that only look, and never hold a lock: the program itself,
 * and some of those that it forks. -v is for one verb alone. What the dynamic loader does before
 * main() is gone through for the first verb only: it does not know of verbs.
 *
 * -s does of every N runs only the K-th, from 0, for many machines or nights: with errno-all of the
 * errors of each call, else of the calls of the processes that only look.
 *
 * Afterwards each device must have its old driver or its new one, with the override that goes with
 * it, and what is on record must say so; or be brought there by the next run, which is recover and
 * the same command by turns. No other device may be touched. Prints how often it did what.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "devices.h"
#include "errors.h"
#include "model.h"
#include "trace.h"

#define DEVICES_MAX   8
#define TARGET	      "vfio-pci"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum mode { KILL, KILL_ALL, ERRNO, ERRNO_SET, ERRNO_ALL, LIE, VANISH, REPLACE, N_MODES };
static const char *const mode_names[N_MODES] = { "kill",      "kill-all", "errno",  "errno-set",
						 "errno-all", "lie",	  "vanish", "replace" };

enum verb { BIND, UNBIND, RECOVER, N_VERBS };
static const char *const verb_names[N_VERBS] = { "bind", "unbind", "recover" };

struct device {
	const char *bdf;
	struct state begin[3]; /* of each verb; the first is as found */
	char *record[3];       /* what is on record then */
};

static struct device devices[DEVICES_MAX];
static const char *names[DEVICES_MAX];
static size_t n_devices;
static char *others_before;
static enum mode mode;
static size_t failures;
static bool only_workers, made_host;
static const char *vfioctl = "/usr/sbin/vfioctl";
static char output[] = "/tmp/crash.XXXXXX";
static unsigned long loader_calls; /* 0: not known yet */
static const struct state bound = { TARGET, TARGET };

/* What is counted. */
static unsigned long calls, other_calls, runs, next_runs, spared, left_out;
static unsigned int slice, slices = 1;

/* The run under way, for what there is to say of it. */
static struct trace t;
static enum verb verb;

static void print_output(void)
{
	char line[512];
	FILE *f = fopen(output, "r");

	while (f && fgets(line, sizeof(line), f))
		printf("    | %s", line);
	if (f)
		fclose(f);
}

static void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void fail(const char *fmt, ...)
{
	va_list ap;

	printf("%s, process %u, call %lu (number %ld)", verb_names[verb], t.process, t.at, t.nr);
	if (t.act == TRACE_ERRNO)
		printf(", %s", strerror(t.errnum));
	printf(": ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	print_output();
	for (size_t i = 0; i < n_devices; i++) {
		struct state s = state_of(names[i]);
		char *record = record_of(names[i]);

		printf("    %s: driver '%s', override '%s', on record: %s\n", names[i], s.driver,
		       s.override, record ?: "nothing");
		free(record);
	}
	fflush(stdout);
	if (++failures == 20)
		errx(1, "too many failures");
}

/* The command line of a verb on all devices. */
static char **command(enum verb which)
{
	static char *argv[DEVICES_MAX + 4];
	size_t n = 0;

	argv[n++] = (char *)vfioctl;
	argv[n++] = (char *)verb_names[which];
	if (which == BIND)
		argv[n++] = (char *)"--driver=" TARGET;
	for (size_t i = 0; i < n_devices; i++)
		argv[n++] = (char *)names[i];
	argv[n] = NULL;
	return argv;
}

static void trace(struct trace *which)
{
	which->output = output;
	which->write = made_host ? model_write : NULL;
	trace_run(which);
}

/* As it is. Returns its status as by wait(2). */
static int run(enum verb which)
{
	struct trace plain = { .argv = command(which) };

	trace(&plain);
	return plain.status;
}

/* Where each verb begins. */
static void prepare(void)
{
	for (size_t i = 0; i < n_devices; i++) {
		state_set(names[i], &devices[i].begin[verb]);
		record_set(names[i], devices[i].record[verb]);
	}
}

enum side { HOST, BOUND, BETWEEN };

static enum side side_of(const struct device *d)
{
	struct state s = state_of(d->bdf);

	return state_same(&s, &d->begin[BIND]) ? HOST : state_same(&s, &bound) ? BOUND : BETWEEN;
}

static bool all_are(enum side side)
{
	for (size_t i = 0; i < n_devices; i++)
		if (side_of(&devices[i]) != side)
			return false;
	return true;
}

static bool is_undone(void)
{
	for (size_t i = 0; i < n_devices; i++) {
		struct state s = state_of(names[i]);

		if (!state_same(&s, &devices[i].begin[verb]))
			return false;
	}
	return true;
}

/* Have they what the verb is for? */
static bool is_done(enum verb which)
{
	if (which != RECOVER)
		return all_are(which == BIND ? BOUND : HOST);
	for (size_t i = 0; i < n_devices; i++)
		if (side_of(&devices[i]) == BETWEEN)
			return false;
	return true;
}

/* A device that is bound can be given back to what it had; of one that is not, nothing is said. */
static void check_record(const struct device *d)
{
	char *record = record_of(d->bdf), origin[128];

	snprintf(origin, sizeof(origin), "\norigin-driver=%s\n", d->begin[BIND].driver);
	if (side_of(d) == BOUND &&
	    (!record || !strstr(record, origin) || strstr(record, "\norigin-override=")))
		fail("what '%s' had at first is not on record", d->bdf);
	if (side_of(d) == HOST && record)
		fail("'%s' has its old driver, and yet is on record", d->bdf);
	free(record);
}

static bool at_rest(void)
{
	return is_done(RECOVER) && !unfinished();
}

static void check_others(void)
{
	char *now = others(names, n_devices);

	if (strcmp(now, others_before) != 0)
		fail("another device was touched:\n%s", now);
	free(now);
}

/* Does the exit status tell what is? */
static void check_status(void)
{
	int status = WIFEXITED(t.status) ? WEXITSTATUS(t.status) : -1;

	if (t.hung)
		fail("it hung");
	if (t.act == TRACE_KILL_ALL || (t.act == TRACE_KILL && !t.process))
		return;
	/*
	 * What the dynamic loader says of an error is its own, and it ends in many ways. The C
	 * library aborts when a futex answers what it never does.
	 */
	if ((!t.in_main && status) ||
	    (t.nr == SYS_futex && WIFSIGNALED(t.status) && WTERMSIG(t.status) == SIGABRT))
		status = 1;
	/* A reader that went away ends it as it ends any program, once all is done. */
	if (!t.process && t.nr == SYS_write && t.errnum == EPIPE && WIFSIGNALED(t.status) &&
	    WTERMSIG(t.status) == SIGPIPE)
		status = 0;
	switch (status) {
	case 0:
		/* When the kernel says that there is no record, there is nothing to recover. */
		if (!is_done(verb) && !(verb == RECOVER && t.errnum == ENOENT))
			fail("status 0, and not all devices have their new driver");
		break;
	case 1:
	case 2:
	case 4:
	case 5:
	case 7:
	case 32:
		/* All may be done and what came of it not be told, or a record be there still. */
		if ((t.act == TRACE_ERRNO || t.act == TRACE_LIE) && !is_undone() &&
		    !(status == 1 && (!t.process || verb == RECOVER) && is_done(verb)))
			fail("status %d, and not all devices are as they were", status);
		break;
	case 8:
		/*
		 * What is undone after one failure does not fail itself. Only a worker that is
		 * told that nobody listens has nobody to tell of it.
		 */
		if ((t.act == TRACE_ERRNO && !(t.nr == SYS_write && t.errnum == EPIPE)) ||
		    t.act == TRACE_LIE)
			fail("status 8 after a single failure");
		break;
	default:
		fail("it ended with %s %d", WIFSIGNALED(t.status) ? "signal" : "status",
		     WIFSIGNALED(t.status) ? WTERMSIG(t.status) : status);
	}
}

static void check(void)
{
	enum verb next = runs % 2 ? RECOVER : verb;
	int status;

	check_status();
	if (!at_rest()) {
		next_runs++;
		status = run(next);
		if (status)
			fail("the next run (%s) ended with %d", verb_names[next],
			     WEXITSTATUS(status));
		else if (!at_rest())
			fail("the next run (%s) did not bring it to its end", verb_names[next]);
		else if (!is_done(next))
			fail("the next run (%s) did not do what it was asked for",
			     verb_names[next]);
	}
	for (size_t i = 0; i < n_devices; i++)
		check_record(&devices[i]);
	check_others();
}

/* Devices that go. */

static void take_away(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < n_devices; i++) {
		char path[128];

		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove", names[i]);
		put(path, "1");
	}
	if (mode == REPLACE)
		put("/sys/bus/pci/rescan", "1");
}

/* Found again, they are as the kernel left them: nothing of what was done is on them. */
static void check_replaced(void)
{
	int status = WIFEXITED(t.status) ? WEXITSTATUS(t.status) : -1;

	if (t.hung || (status != 0 && status != 1 && status != 8 && status != 32))
		fail("it ended with %s %d", WIFSIGNALED(t.status) ? "signal" : "status", status);
	if (mode == VANISH)
		put("/sys/bus/pci/rescan", "1");
	status = run(RECOVER);
	/* Those that go by their names are not those on record. */
	if (status && WEXITSTATUS(status) != 32)
		fail("recover ended with %d", WEXITSTATUS(status));
	if (unfinished())
		fail("what is gone is still on record as unfinished");
	/* When they were replaced before it looked at all, it did what it was asked for. */
	if (!all_are(HOST) && !(t.status == 0 && verb == BIND && all_are(BOUND)))
		fail("a device that took the name was touched");
	check_others();
}

/* Of the errors that there are for a call, the one whose turn it is. */
static size_t turn;

static int choose(long nr)
{
	size_t n = error_count(nr);

	if (mode == ERRNO_ALL)
		return n ? (int)turn + 1 : 0;
	return n ? error_of(nr, mode == ERRNO ? turn % n : turn) : 0;
}

static void go_wrong(unsigned int process, unsigned long at)
{
	t = (struct trace){ .argv = command(verb),
			    .process = process,
			    .at = at,
			    .choose = choose,
			    .call = take_away,
			    .act = mode == KILL	      ? TRACE_KILL
				   : mode == KILL_ALL ? TRACE_KILL_ALL
				   : mode == LIE      ? TRACE_LIE
				   : mode >= VANISH   ? TRACE_CALL
						      : TRACE_ERRNO };
	prepare();
	trace(&t);
	if (!t.hit)
		return;
	if (!(++runs % 1000))
		printf("%s: process %u, call %lu\n", verb_names[verb], process, at);
	spared += t.spared;
	if (mode >= VANISH)
		check_replaced();
	else
		check();
}

/* How many runs a call takes. */
static size_t turns(long nr)
{
	size_t n = error_count(nr);

	if (mode == ERRNO_SET)
		return n ?: 1;
	return mode == ERRNO_ALL && n ? ERROR_LAST : 1;
}

/* Of the errors of the @at-th call, the first that is in the slice; one more every @slices. */
static size_t first_turn(unsigned long at)
{
	if (mode == ERRNO)
		return at;
	return mode == ERRNO_ALL ? (slice + slices - at % slices) % slices : 0;
}

static void each_error(unsigned int process, unsigned long at)
{
	size_t step = mode == ERRNO_ALL ? slices : 1, n, done = 1;

	turn = first_turn(at);
	go_wrong(process, at);
	if (!t.hit)
		return;
	n = turns(t.nr);
	while ((turn += step) < n) {
		go_wrong(process, at);
		done++;
	}
	t.hit = true;
	left_out += n - done;
}

/* Runs the verb as it is. False: the process took no lock, or there is none of that number. */
static bool changes_devices(unsigned int process)
{
	t = (struct trace){ .argv = command(verb), .process = process };
	prepare();
	trace(&t);
	return t.locks;
}

/* Is all that can be done at that call for other slices? */
static bool is_left_out(bool looks, unsigned long at)
{
	if (mode == ERRNO_ALL)
		return first_turn(at) >= ERROR_LAST;
	return looks && at % slices != slice;
}

static void each_call_of(unsigned int process, bool looks)
{
	unsigned long from = process || mode == LIE ? 1 : loader_calls + 1, n = 0, others_do = 0;

	for (unsigned long at = from;; at++) {
		if (is_left_out(looks, at))
			continue;
		each_error(process, at);
		if (!t.hit)
			break;
		n++;
		if (!process && !t.in_main && mode != LIE)
			loader_calls = at;
	}
	/* The last run came to its end, and so counted all of them. */
	if (t.calls >= from + n)
		others_do = t.calls + 1 - from - n;
	printf("%s: process %u makes %lu system calls%s\n", verb_names[verb], process,
	       n + others_do, from > 1 ? " from main() on" : "");
	calls += n;
	other_calls += others_do;
}

static void each_process(void)
{
	struct timespec from, to;
	unsigned int process = 0, n = 0;
	size_t processes;

	calls = other_calls = runs = next_runs = spared = left_out = 0;
	clock_gettime(CLOCK_MONOTONIC, &from);
	do {
		bool changes = changes_devices(process);

		processes = t.processes;
		/* Whoever writes, the writes are counted together. */
		if (mode == LIE ? !process : changes || !only_workers) {
			each_call_of(process, !changes && mode != LIE);
			n++;
		}
	} while (++process < processes);
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (!calls)
		errx(1, "%s: nothing was gone through", verb_names[verb]);
	printf("%s: %s at %s%lu system calls of %u of %zu processes: %lu runs (%lu at a call that "
	       "cannot fail), after %lu of which the next run had to bring it to its end; %ld s\n",
	       verb_names[verb], mode_names[mode], other_calls ? "" : "each of ", calls, n,
	       processes, runs, spared, next_runs, (long)(to.tv_sec - from.tv_sec));
	if (left_out + other_calls)
		printf("%s: %lu other runs were left to other slices than %u of %u\n",
		       verb_names[verb], left_out + other_calls, slice, slices);
}

static void begin_here(enum verb which)
{
	for (size_t i = 0; i < n_devices; i++) {
		devices[i].begin[which] = state_of(names[i]);
		devices[i].record[which] = record_of(names[i]);
	}
}

static bool is_between(void)
{
	return !is_done(RECOVER);
}

/* Where unbind and recover begin: at what vfioctl itself has left behind. */
static void learn(void)
{
	unsigned int process = 0;

	verb = BIND;
	while (!changes_devices(process))
		if (++process >= t.processes)
			errx(2, "no process changes anything");
	t = (struct trace){
		.argv = command(BIND), .act = TRACE_KILL_ALL, .process = process, .when = is_between
	};
	prepare();
	trace(&t);
	if (!t.hit)
		errx(2, "bind is never between two drivers");
	begin_here(RECOVER);
	prepare();
	if (run(BIND))
		errx(2, "cannot bind");
	begin_here(UNBIND);
}

static size_t find(const char *name, const char *const *list, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(name, list[i]) != 0)
		i++;
	if (i == n)
		errx(2, "no '%s'", name);
	return i;
}

int main(int argc, char **argv)
{
	int only = -1, option, status;

	setlinebuf(stdout);
	while ((option = getopt(argc, argv, "mwv:s:")) != -1) {
		if (option == 'm')
			made_host = true;
		else if (option == 'w')
			only_workers = true;
		else if (option == 's' && sscanf(optarg, "%u/%u", &slice, &slices) == 2 && slices)
			slice %= slices;
		else if (option == 'v')
			only = (int)find(optarg, verb_names, N_VERBS);
		else
			return 2;
	}
	if (argc - optind < 2 || argc - optind - 1 > DEVICES_MAX)
		errx(2, "usage: crash [-mw] [-v VERB] [-s K/N] MODE BDF...");
	if (getenv("VFIOCTL"))
		vfioctl = getenv("VFIOCTL");
	if (mkstemp(output) < 0)
		err(2, "cannot make '%s'", output);
	if (made_host)
		model_init();
	mode = find(argv[optind], mode_names, N_MODES);
	for (int i = optind + 1; i < argc; i++, n_devices++) {
		names[n_devices] = argv[i];
		devices[n_devices] = (struct device){ .bdf = argv[i] };
		devices[n_devices].begin[BIND] = state_of(argv[i]);
	}
	status = run(BIND);
	if (status) {
		print_output();
		errx(2, "cannot bind at all: status %x", (unsigned int)status);
	}
	others_before = others(names, n_devices);
	learn();
	for (verb = BIND; verb < N_VERBS; verb++)
		if (only < 0 || only == (int)verb)
			each_process();
	verb = BIND;
	prepare();
	unlink(output);
	return failures ? 1 : 0;
}
