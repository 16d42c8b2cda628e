// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "pool.h"
#include "unit.h"

#define JOBS 20

/* What the jobs do, and what the parent heard. */
struct jobs {
	size_t hangs, dies; /* numbers of jobs, JOBS for none */
	bool signalled;	    /* each job gets what a terminal can send */
	int foreign_fd;	    /* which no job may see */
	int done[JOBS], lost[JOBS];
	bool alive;
	pid_t pid;
	size_t signal_at;
	pid_t tester;
	unsigned int slow_ms;	 /* what each job takes */
	unsigned int worker_set; /* a bit for each that told of a job done */
	int *started;		 /* shared */
};

static const int from_terminal[] = { SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGTERM };

static void run(void *arg, struct pool_worker *worker, size_t job)
{
	struct jobs *jobs = arg;
	struct pool_report r = { .event = POOL_STEP };

	__atomic_fetch_add(jobs->started, 1, __ATOMIC_RELAXED);
	pool_send(worker, &r);
	if (job == jobs->hangs)
		pause();
	if (job == jobs->dies)
		raise(SIGKILL);
	if (jobs->signalled)
		for (size_t i = 0; i < ARRAY_SIZE(from_terminal); i++)
			raise(from_terminal[i]);
	if (job == jobs->signal_at) {
		kill(jobs->tester, SIGTERM);
		while (!*pool_stop_flag(worker))
			usleep(1000);
	}
	usleep(jobs->slow_ms * 1000);
	r.event = POOL_NEWS;
	r.status = jobs->foreign_fd >= 0 && fcntl(jobs->foreign_fd, F_GETFD) >= 0;
	pool_send(worker, &r);
}

static void report(void *arg, const struct pool_report *r)
{
	struct jobs *jobs = arg;

	if (r->event != POOL_NEWS)
		return;
	assert_int_equal(r->status, 0);
	jobs->done[r->job]++;
	jobs->worker_set |= 1u << r->worker;
}

static void lost(void *arg, size_t job, pid_t pid, bool alive)
{
	struct jobs *jobs = arg;

	jobs->lost[job]++;
	jobs->pid = pid;
	jobs->alive = alive;
}

static const struct pool_ops ops = { .run = run, .report = report, .lost = lost };

static struct jobs make(void)
{
	struct jobs jobs = {
		.hangs = JOBS, .dies = JOBS, .signal_at = JOBS, .foreign_fd = -1, .tester = getpid()
	};

	jobs.started =
		mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(jobs.started != MAP_FAILED);
	return jobs;
}

static void assert_all_but(const struct jobs *jobs, size_t but)
{
	for (size_t i = 0; i < JOBS; i++) {
		assert_int_equal(jobs->done[i], i != but);
		assert_int_equal(jobs->lost[i], i == but);
	}
}

static void each_job_runs_once(void **state)
{
	struct jobs jobs = make();

	(void)state;
	assert_int_equal(pool_run(&ops, &jobs, JOBS, 8, 5000, NULL), 0);
	assert_all_but(&jobs, JOBS);
}

static void slow_jobs_run_side_by_side_in_no_more_workers_than_allowed(void **state)
{
	struct jobs jobs = make();

	(void)state;
	jobs.slow_ms = 100;
	assert_int_equal(pool_run(&ops, &jobs, JOBS, 4, 5000, NULL), 0);
	assert_all_but(&jobs, JOBS);
	assert_int_equal(jobs.worker_set, 0xf);
}

static void a_hanging_job_is_left_behind_in_time_and_holds_nobody_up(void **state)
{
	struct jobs jobs = make();
	struct timespec a, b;

	(void)state;
	jobs.hangs = 0;
	clock_gettime(CLOCK_MONOTONIC, &a);
	/* One worker: all others run in the one that takes its place. */
	assert_int_equal(pool_run(&ops, &jobs, JOBS, 1, 300, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_all_but(&jobs, 0);
	assert_true(jobs.alive);
	assert_true(b.tv_sec - a.tv_sec < 5);
	assert_int_equal(kill(jobs.pid, SIGKILL), 0);
	assert_int_equal(waitpid(jobs.pid, NULL, 0), jobs.pid);
}

static void a_worker_that_dies_is_noticed(void **state)
{
	struct jobs jobs = make();

	(void)state;
	jobs.dies = 3;
	assert_int_equal(pool_run(&ops, &jobs, JOBS, 2, 60000, NULL), 0);
	assert_all_but(&jobs, 3);
	assert_false(jobs.alive);
}

static void a_worker_that_dies_is_noticed_where_nobody_waits_for_children(void **state)
{
	struct jobs jobs = make();

	(void)state;
	jobs.dies = 3;
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(pool_run(&ops, &jobs, JOBS, 2, 3000, NULL), 0);
	signal(SIGCHLD, SIG_DFL);
	assert_all_but(&jobs, 3);
	assert_false(jobs.alive);
}

static void what_a_terminal_sends_ends_no_worker(void **state)
{
	struct jobs jobs = make();

	(void)state;
	jobs.signalled = true;
	assert_int_equal(pool_run(&ops, &jobs, JOBS, 2, 3000, NULL), 0);
	assert_all_but(&jobs, JOBS);
}

static void a_signal_ends_it_after_what_is_under_way(void **state)
{
	struct jobs jobs = make();
	size_t done = 0;

	(void)state;
	jobs.signal_at = 4;
	assert_int_equal(pool_run(&ops, &jobs, JOBS, 1, 5000, NULL), 0);
	for (size_t i = 0; i < JOBS; i++)
		done += jobs.done[i];
	assert_int_equal(done, 5);
	assert_int_equal(*jobs.started, 5);
}

static void a_worker_holds_no_fd_of_its_caller(void **state)
{
	struct jobs jobs = make();
	int pipe_fds[2];

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	jobs.foreign_fd = pipe_fds[1];
	assert_int_equal(pool_run(&ops, &jobs, JOBS, 2, 5000, NULL), 0);
	assert_all_but(&jobs, JOBS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_job_runs_once),
		cmocka_unit_test(slow_jobs_run_side_by_side_in_no_more_workers_than_allowed),
		cmocka_unit_test(a_hanging_job_is_left_behind_in_time_and_holds_nobody_up),
		cmocka_unit_test(a_worker_that_dies_is_noticed),
		cmocka_unit_test(a_worker_that_dies_is_noticed_where_nobody_waits_for_children),
		cmocka_unit_test(what_a_terminal_sends_ends_no_worker),
		cmocka_unit_test(a_signal_ends_it_after_what_is_under_way),
		cmocka_unit_test(a_worker_holds_no_fd_of_its_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
