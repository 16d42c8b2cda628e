/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a program with its children under ptrace(2) and does something to one of its processes when
 * that is about to make its n-th system call. Only this one process stops at its calls, and only up
 * to the n-th: strace(1) can inject as well, but stops all of them always, which costs ten times as
 * much in an emulated machine.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>

#define TRACE_PROCESSES 64

enum trace_act {
	TRACE_NOTHING,	/* only to count */
	TRACE_KILL,	/* SIGKILL to that process */
	TRACE_KILL_ALL, /* to all of them */
	TRACE_ERRNO,	/* the call is not made and fails with @errnum */
	TRACE_CALL,	/* @call is called before it */
	/* The n-th write to a driver's "bind", by whichever process, succeeds and binds nothing. */
	TRACE_LIE,
};

struct trace {
	char *const *argv;
	const char *output;   /* a file for stdout and stderr */
	unsigned int process; /* 0: the program, 1: the first that it forked, ... */
	unsigned long at;     /* from 1 */
	bool (*when)(void);   /* unless NULL: not before this is so */
	enum trace_act act;
	int errnum;
	/* Unless NULL: which error it is for that call (SYS_...); 0: none, the call is made. */
	int (*choose)(long nr);
	void (*call)(void *arg);
	void *arg;
	/*
	 * Unless NULL: what answers in the kernel's place when some process writes to a file below
	 * /sys. All processes stop at each write(2) then.
	 */
	long (*write)(const char *path, const char *data, size_t size);

	/* What came of it. */
	bool hit;	     /* it came to the n-th call */
	long nr;	     /* which one that was */
	bool in_main;	     /* the program had begun by then, and not only the dynamic loader */
	unsigned long calls; /* that were made by @process up to then, or in all */
	bool locks;	     /* it took a lock, as whoever changes a device does */
	size_t processes;
	int status;  /* of the program, as by wait(2) */
	bool hung;   /* it was killed after a minute */
	bool spared; /* TRACE_ERRNO: a call that cannot fail, such as exit_group(2), was made */
};

/* Returns when all processes are gone. Ends the program on its own failures. */
void trace_run(struct trace *t);

#endif
