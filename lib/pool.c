// SPDX-License-Identifier: GPL-2.0-only
#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

#include "cleanup.h"
#include "detach.h"
#include "privilege.h"

#define TICK_MS	    100
#define SEND_TRIES  100
#define SLOW_MS	    20
#define WORKERS_MAX 64

/* Shared with the workers. Every field only ever grows. */
struct shared {
	size_t next; /* the first job that nobody took */
	int stop;
	int left_behind[WORKERS_MAX];
};

struct pool_worker {
	const struct pool_ops *ops;
	void *arg;
	struct shared *shared;
	size_t n;
	unsigned int index;
	size_t job;
	pid_t parent;
	int pipe;
};

/* The parent's view of one worker. */
struct seat {
	pid_t pid;
	bool running;
	bool has_job;
	size_t job;
	long since;    /* when the job began; CLOCK_MONOTONIC in ms */
	long deadline; /* the same, 0: none */
};

struct pool {
	const struct pool_ops *ops;
	void *arg;
	size_t n;
	size_t workers; /* as many at most */
	int timeout_ms;
	long checked; /* when the seats were looked at last; CLOCK_MONOTONIC in ms */
	int pipe[2];
	int signals;
	struct shared *shared;
	struct seat seats[WORKERS_MAX];
	size_t n_seats;
	bool told; /* that it is stopping */
};

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* In the worker. */

const int *pool_stop_flag(const struct pool_worker *worker)
{
	return &worker->shared->stop;
}

void pool_send(struct pool_worker *worker, struct pool_report *report)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	report->worker = worker->index;
	report->job = worker->job;
	/* A word that is lost is a result that nobody knows of. Only without a reader it does not
	 * matter. */
	for (int i = 0; i < SEND_TRIES; i++) {
		if (write(worker->pipe, report, sizeof(*report)) >= 0 || errno == EPIPE)
			return;
		if (errno != EINTR)
			nanosleep(&pause, NULL);
	}
}

static bool may_go_on(const struct pool_worker *w)
{
	return !__atomic_load_n(&w->shared->stop, __ATOMIC_RELAXED) &&
	       !__atomic_load_n(&w->shared->left_behind[w->index], __ATOMIC_RELAXED) &&
	       getppid() == w->parent;
}

static void work(struct pool_worker *w) __attribute__((noreturn));
static void work(struct pool_worker *w)
{
	struct pool_report report = { .event = POOL_JOB };

	detach_from_caller();
	/* Modules are loaded before. When this fails there is still nothing more in effect. */
	privilege_limit(PRIVILEGE_LOOK, NULL);
	while (may_go_on(w)) {
		w->job = __atomic_fetch_add(&w->shared->next, 1, __ATOMIC_RELAXED);
		if (w->job >= w->n)
			break;
		report.event = POOL_JOB;
		pool_send(w, &report);
		w->ops->run(w->arg, w, w->job);
	}
	report.event = POOL_END;
	pool_send(w, &report);
	_exit(0);
}

/* In the parent. */

static int start_worker(struct pool *p)
{
	struct pool_worker w = {
		.ops = p->ops,
		.arg = p->arg,
		.shared = p->shared,
		.n = p->n,
		.index = p->n_seats,
		.parent = getpid(),
		.pipe = p->pipe[1],
	};
	pid_t pid;

	if (p->n_seats == WORKERS_MAX)
		return -EAGAIN;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		close(p->pipe[0]);
		work(&w);
	}
	p->seats[p->n_seats++] = (struct seat){ .pid = pid, .running = true };
	return 0;
}

static size_t running(const struct pool *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_seats; i++)
		n += p->seats[i].running;
	return n;
}

/* How many more workers would find a job. */
static size_t room(const struct pool *p)
{
	size_t next = __atomic_load_n(&p->shared->next, __ATOMIC_RELAXED);
	size_t busy = running(p);

	if (next >= p->n || busy >= p->workers ||
	    __atomic_load_n(&p->shared->stop, __ATOMIC_RELAXED))
		return 0;
	return p->n - next < p->workers - busy ? p->n - next : p->workers - busy;
}

/*
 * A fork costs as much as a quick job or two: it is worth it only when a job takes its time, which
 * is when it waits for a device.
 */
static void start_more(struct pool *p)
{
	long slow = now_ms() - SLOW_MS;
	bool wanted = false;

	for (size_t i = 0; i < p->n_seats; i++) {
		const struct seat *seat = &p->seats[i];

		wanted |= seat->running && seat->has_job && seat->since <= slow;
	}
	for (size_t n = wanted ? room(p) : 0; n; n--)
		if (start_worker(p))
			return; /* fewer will do */
}

static void lose(struct pool *p, struct seat *seat, bool alive)
{
	seat->running = false;
	if (seat->has_job)
		p->ops->lost(p->arg, seat->job, seat->pid, alive);
	if (__atomic_load_n(&p->shared->next, __ATOMIC_RELAXED) < p->n &&
	    !__atomic_load_n(&p->shared->stop, __ATOMIC_RELAXED))
		start_worker(p);
}

static void take_report(struct pool *p, const struct pool_report *report)
{
	struct seat *seat = &p->seats[report->worker];

	/* The verdict on one that was left behind stands, whatever it still has to say. */
	if (!seat->running)
		return;
	switch (report->event) {
	case POOL_JOB:
		seat->has_job = true;
		seat->job = report->job;
		seat->since = now_ms();
		seat->deadline = seat->since + p->timeout_ms;
		return;
	case POOL_END:
		seat->running = false;
		return;
	case POOL_STEP:
		seat->deadline = now_ms() + p->timeout_ms;
		break;
	case POOL_WAIT:
		seat->deadline = 0;
		break;
	case POOL_NEWS:
		break;
	}
	p->ops->report(p->arg, report);
}

/* Everything that is in the pipe. Reports are written whole, so whole ones are read. */
static void drain(struct pool *p)
{
	struct pool_report reports[8];
	ssize_t n;

	do {
		n = read(p->pipe[0], reports, sizeof(reports));
		for (ssize_t i = 0; i < n / (ssize_t)sizeof(*reports); i++)
			if (reports[i].worker < p->n_seats)
				take_report(p, &reports[i]);
	} while (n == (ssize_t)sizeof(reports));
}

/*
 * Who started us may have us ignore SIGCHLD: then the kernel itself puts away who ended. That the
 * worker is gone is not concluded from a failed call alone, as it may be in the middle of a change.
 */
static bool has_ended(pid_t pid)
{
	pid_t ended = waitpid(pid, NULL, WNOHANG);

	if (ended < 0 && errno == ECHILD)
		return kill(pid, 0) && errno == ESRCH;
	return ended == pid;
}

static void check_seats(struct pool *p)
{
	long now = now_ms();
	size_t n = p->n_seats;

	/* Not at each word of a worker: to find one dead or late, a moment later will do. */
	if (now < p->checked + SLOW_MS)
		return;
	p->checked = now;
	for (size_t i = 0; i < n; i++) {
		struct seat *seat = &p->seats[i];

		if (!seat->running)
			continue;
		if (has_ended(seat->pid)) {
			drain(p); /* what it said before it ended */
			if (seat->running)
				lose(p, seat, false);
		} else if (seat->deadline && now >= seat->deadline) {
			__atomic_store_n(&p->shared->left_behind[i], 1, __ATOMIC_RELAXED);
			lose(p, seat, true);
		}
	}
}

static void take_signal(struct pool *p)
{
	struct signalfd_siginfo info;

	if (read(p->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD) {
		p->checked = 0;
		return;
	}
	__atomic_store_n(&p->shared->stop, 1, __ATOMIC_RELAXED);
	if (!p->told && p->ops->stopping)
		p->ops->stopping(p->arg, info.ssi_signo);
	p->told = true;
}

static void watch(struct pool *p)
{
	while (running(p)) {
		struct pollfd fds[] = {
			{ .fd = p->pipe[0], .events = POLLIN },
			{ .fd = p->signals, .events = POLLIN },
		};

		if (poll(fds, ARRAY_SIZE(fds), room(p) ? SLOW_MS : TICK_MS) > 0) {
			if (fds[0].revents)
				drain(p);
			if (fds[1].revents)
				take_signal(p);
		}
		check_seats(p);
		start_more(p);
		if (p->ops->tick)
			p->ops->tick(p->arg);
	}
}

/*
 * The parent only listens: it need not push a worker off its processor for each word it says.
 * Workers are as before. Whether it works or not changes nothing but the time it takes.
 */
static void listen_patiently(int policy)
{
	struct sched_param none = { 0 };

	sched_setscheduler(0, policy | SCHED_RESET_ON_FORK, &none);
}

static int pool_open(struct pool *p, const sigset_t *mask)
{
	p->shared = mmap(NULL, sizeof(*p->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p->shared == MAP_FAILED) {
		p->shared = NULL;
		return -errno;
	}
	if (pipe2(p->pipe, O_CLOEXEC))
		return -errno;
	/* Workers block when the pipe is full, the parent never does. */
	if (fcntl(p->pipe[0], F_SETFL, O_NONBLOCK))
		return -errno;
	p->signals = signalfd(-1, mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return p->signals < 0 ? -errno : 0;
}

static void pool_close(struct pool *p)
{
	for (int i = 0; i < 2; i++)
		if (p->pipe[i] >= 0)
			close(p->pipe[i]);
	if (p->signals >= 0)
		close(p->signals);
	if (p->shared)
		munmap(p->shared, sizeof(*p->shared));
}

int pool_run(const struct pool_ops *ops, void *arg, size_t n, size_t workers, int timeout_ms,
	     struct error *err)
{
	struct pool p = {
		.ops = ops,
		.arg = arg,
		.n = n,
		.workers = workers,
		.timeout_ms = timeout_ms,
		.pipe = { -1, -1 },
		.signals = -1,
	};
	sigset_t mask, old;
	int ret;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGQUIT);
	/* So that a worker that died is noticed at once; when that is lost, at the next tick. */
	sigaddset(&mask, SIGCHLD);
	/* Workers inherit this: what interrupts the command must not interrupt a change halfway. */
	sigprocmask(SIG_BLOCK, &mask, &old);
	ret = pool_open(&p, &mask);
	if (!ret && n)
		ret = start_worker(&p);
	if (!ret) {
		listen_patiently(SCHED_BATCH);
		watch(&p);
		listen_patiently(SCHED_OTHER);
	}
	pool_close(&p);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret ? error_set(err, EXIT_FAILED, -ret, "cannot start a worker: %s", strerror(-ret))
		   : 0;
}
