// SPDX-License-Identifier: GPL-2.0-only
#include "trace.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vfioctl.h"

#define LIMIT_S	  60
#define STAY_RUNS 50
#define OPTIONS                                                                                   \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
	 PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP)

struct session {
	struct trace *t;
	pid_t pids[TRACE_PROCESSES];
	bool over;  /* it has what it was to get, or is past its end */
	bool begun; /* past execve(2), if there is one */
};

static volatile sig_atomic_t late;

static void on_alarm(int signal)
{
	(void)signal;
	late = 1;
}

static size_t number_of(struct session *s, pid_t pid)
{
	size_t i;

	for (i = 0; i < s->t->processes; i++)
		if (s->pids[i] == pid)
			return i;
	if (i == TRACE_PROCESSES)
		errx(2, "too many processes");
	s->pids[s->t->processes++] = pid;
	return i;
}

static void kill_all(const struct session *s)
{
	for (size_t i = 0; i < s->t->processes; i++)
		kill(s->pids[i], SIGKILL);
}

/* The first thing that vfioctl's main() does is to see whether its streams are open. */
static bool is_first_of_main(const struct ptrace_syscall_info *info)
{
	return info->entry.nr == SYS_fcntl && info->entry.args[0] == 0 &&
	       info->entry.args[1] == F_GETFD;
}

/* None of these returns to say so. */
static bool cannot_fail(long nr)
{
	return nr == SYS_exit_group || nr == SYS_exit || nr == SYS_rt_sigreturn;
}

/* The call is not made, and returns @with: the kernel leaves that alone when there is no call. */
static void answer(pid_t pid, long with)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		return;
	regs.orig_rax = (unsigned long long)-1;
	regs.rax = (unsigned long long)with;
	ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}

static void go_wrong(struct session *s, pid_t pid)
{
	struct trace *t = s->t;

	t->hit = true;
	s->over = true;
	switch (t->act) {
	case TRACE_NOTHING:
	case TRACE_LIE:
		break;
	case TRACE_KILL:
		kill(pid, SIGKILL);
		break;
	case TRACE_KILL_ALL:
		kill_all(s);
		break;
	case TRACE_ERRNO:
		t->errnum = t->choose ? t->choose(t->nr) : t->errnum;
		t->spared = cannot_fail(t->nr) || !t->errnum;
		if (!t->spared)
			answer(pid, -t->errnum);
		break;
	case TRACE_CALL:
		t->call(t->arg);
		break;
	}
}

/* Before a call of the process that is watched. */
static void on_entry(struct session *s, pid_t pid, const struct ptrace_syscall_info *info)
{
	struct trace *t = s->t;

	t->in_main |= t->process || is_first_of_main(info);
	t->locks |= info->entry.nr == SYS_flock;
	if (t->act == TRACE_LIE)
		return;
	t->calls++;
	if (t->act == TRACE_NOTHING || t->calls < t->at || (t->when && !t->when()))
		return;
	t->nr = (long)info->entry.nr;
	go_wrong(s, pid);
}

/* The kernel does so itself when a driver's probe finds that the device is none of its own. */
static bool is_to_be_lied_about(struct trace *t, const char *path)
{
	if (t->act != TRACE_LIE || strcmp(strrchr(path, '/'), "/bind") != 0 || ++t->calls != t->at)
		return false;
	t->hit = true;
	t->nr = SYS_write;
	return true;
}

/* A write to sysfs is for whoever answers in the kernel's place. */
static void on_write(struct session *s, pid_t pid)
{
	char link[64], path[512], data[256];
	struct user_regs_struct regs;
	struct iovec to = { data, sizeof(data) - 1 }, from;
	ssize_t n;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		return;
	/* A made host has no processes, and the real ones elsewhere (tests/fakehost). */
	snprintf(link, sizeof(link), "/proc/.real/%d/fd/%d", (int)pid, (int)regs.rdi);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return; /* it is no file: that is for the kernel to say */
	path[n] = '\0';
	if (strncmp(path, "/sys/", 5) != 0)
		return;
	from = (struct iovec){ (void *)regs.rsi, regs.rdx };
	n = process_vm_readv(pid, &to, 1, &from, 1, 0);
	if (n < 0)
		err(2, "cannot read what is written to '%s'", path);
	data[n] = '\0';
	answer(pid, is_to_be_lied_about(s->t, path) ? n : s->t->write(path, data, (size_t)n));
}

static bool is_watched(const struct session *s, size_t i)
{
	return i == s->t->process && !s->over;
}

static void on_event(struct session *s, size_t i, int event)
{
	unsigned long child;

	if (event == PTRACE_EVENT_EXEC)
		s->begun = true;
	else if (event == PTRACE_EVENT_SECCOMP)
		on_write(s, s->pids[i]);
	else if (!ptrace(PTRACE_GETEVENTMSG, s->pids[i], NULL, &child))
		number_of(s, (pid_t)child);
}

static void on_stop(struct session *s, pid_t pid, int status)
{
	int signal = WSTOPSIG(status), give = 0;
	struct ptrace_syscall_info info;
	size_t i = number_of(s, pid);

	if (signal == (SIGTRAP | 0x80)) {
		if (s->begun && is_watched(s, i) &&
		    ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
		    info.op == PTRACE_SYSCALL_INFO_ENTRY)
			on_entry(s, pid, &info);
	} else if (status >> 16) {
		on_event(s, i, status >> 16);
	} else if (signal != SIGSTOP && signal != SIGTRAP) {
		give = signal;
	}
	ptrace(is_watched(s, i) ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL, (void *)(intptr_t)give);
}

/* Writes stop, whatever else does: that costs a tenth of stopping at every call. */
static void filter_writes(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	/* Without this only root may; vfioctl does the same to itself. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(126);
}

static int count(char *const *argv)
{
	int n = 0;

	while (argv[n])
		n++;
	return n;
}

static pid_t start(const struct trace *t)
{
	pid_t pid = fork();
	int fd;

	if (pid < 0)
		err(2, "fork");
	if (pid)
		return pid;
	fd = open(t->output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		_exit(126);
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		_exit(126);
	close(fd);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	if (t->write)
		filter_writes();
	optind = 0; /* as if getopt(3) had never been used */
	if (vfioctl_main)
		exit(vfioctl_main(count(t->argv), (char **)t->argv));
	execv(t->argv[0], t->argv);
	_exit(126);
}

/*
 * One waits for the other all the time: on two processors each turn would wake one of them up. Now
 * and then another processor is looked for, since there may be others who do the same.
 */
static void stay_here(void)
{
	static cpu_set_t all;
	static unsigned int runs;
	cpu_set_t here;
	int cpu;

	if (!runs)
		sched_getaffinity(0, sizeof(all), &all);
	if (runs++ % STAY_RUNS)
		return;
	sched_setaffinity(0, sizeof(all), &all);
	usleep(1000);
	cpu = sched_getcpu();
	if (cpu < 0)
		return;
	CPU_ZERO(&here);
	CPU_SET(cpu, &here);
	sched_setaffinity(0, sizeof(here), &here);
}

void trace_run(struct trace *t)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct session s = { .t = t, .begun = vfioctl_main };
	pid_t first, pid;
	int status;

	stay_here();
	/* What a run leaves behind is put away here, and not by the first process, in its own time.
	 */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	t->hit = t->in_main = t->hung = t->spared = t->locks = false;
	t->calls = 0;
	t->processes = 0;
	late = 0;
	sigaction(SIGALRM, &act, NULL);
	first = start(t);
	number_of(&s, first);
	if (waitpid(first, &status, 0) != first || !WIFSTOPPED(status))
		errx(2, "'%s' did not start", t->argv[0]);
	ptrace(PTRACE_SETOPTIONS, first, NULL, (void *)(intptr_t)OPTIONS);
	ptrace(is_watched(&s, 0) ? PTRACE_SYSCALL : PTRACE_CONT, first, NULL, NULL);
	alarm(LIMIT_S);
	for (;;) {
		pid = waitpid(-1, &status, __WALL);
		if (late && !t->hung) {
			t->hung = true;
			kill_all(&s);
		}
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break; /* no child is left */
		if (WIFSTOPPED(status))
			on_stop(&s, pid, status);
		else if (pid == first)
			t->status = status;
	}
	alarm(0);
	if (!s.begun)
		errx(2, "'%s' did not start", t->argv[0]);
}
