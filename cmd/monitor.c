// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl monitor: a line for each change, as it comes. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>

#include "choice.h"
#include "cleanup.h"
#include "follow.h"
#include "gather.h"
#include "holder_notes.h"
#include "outlet.h"
#include "privilege.h"

enum {
	NEWS_COL_TIME,
	NEWS_COL_EVENT,
	NEWS_COL_DEVICE,
	NEWS_COL_GROUP,
	NEWS_COL_DRIVER,
	NEWS_COL_VIABLE,
	NEWS_COL_CONTAINER,
	NEWS_COL_USERS,
	NEWS_COL_VFS,
	NEWS_COL_BLOCKERS,
	NEWS_COL_DRIVERS,
	NEWS_COL_BUS,
};

#define SHOWN		 COLF_DEFAULT

/* A width is that of the column, as later rows are not known when the first is printed. */
/* clang-format off */
static const struct column columns[] = {
	[NEWS_COL_TIME] = { "TIME", 32, SHOWN, COL_STRING, "when vfioctl learned of it", 0 },
	[NEWS_COL_EVENT] = { "EVENT", 13, SHOWN, COL_STRING, "what has happened", 0 },
	[NEWS_COL_DEVICE] = { "DEVICE", 12, SHOWN, COL_STRING, "to which device", 0 },
	[NEWS_COL_GROUP] = { "GROUP", 5, SHOWN | COLF_RIGHT, COL_NUMBER, "to which IOMMU group", 0 },
	[NEWS_COL_DRIVER] = { "DRIVER", 10, SHOWN, COL_STRING,
		"driver that the device was bound to or unbound from", 0 },
	[NEWS_COL_VIABLE] = { "VIABLE", 6, SHOWN, COL_BOOL, "the group can be handed out now", 0 },
	[NEWS_COL_CONTAINER] = { "CONTAINER", 9, SHOWN | COLF_RIGHT, COL_NUMBER,
		"container that the group is in, or has left; none: not known", 0 },
	[NEWS_COL_USERS] = { "USERS", 5, SHOWN | COLF_RIGHT, COL_NUMBER,
		"open files of the group's devices now", 0 },
	[NEWS_COL_VFS] = { "VFS", 3, SHOWN | COLF_RIGHT, COL_NUMBER,
		"virtual functions that the device has now", 0 },
	[NEWS_COL_BLOCKERS] = { "BLOCKERS", 12, SHOWN, COL_STRINGS,
		"devices that make the group not viable", 0 },
	[NEWS_COL_DRIVERS] = { "DRIVERS", 12, SHOWN, COL_STRINGS, "driver of each blocking device", 0 },
	[NEWS_COL_BUS] = { "BUS", 8, 0, COL_STRING, "bus of the device", 0 },
};
/* clang-format on */

#define INTERVAL_DEFAULT 2
#define INTERVAL_MAX	 86400

/* A look takes at most one part in so many of the time. */
#define LOOK_SHARE	 10

/* Events that are taken before signals and the reader have their turn. */
#define EVENTS_AT_ONCE	 256

/* When so many bytes wait for the reader, events wait in the kernel. */
#define WAITING_MAX	 (64 * 1024 * 1024)

struct monitor_options {
	bool interval_given;
	int interval; /* seconds, 0: never */
};

enum monitor_option {
	MONITOR_INTERVAL,
};

struct monitor {
	struct cmd_run *run;
	struct table *table;
	struct follow follow;
	struct choice choice;
	struct outlet outlet;
	int signals;
	int interval_ms;
	long long next_look; /* ms of CLOCK_MONOTONIC */
	bool whitelist_failed, processes_told;
};

static void monitor_clear(struct monitor *m)
{
	follow_clear(&m->follow);
	choice_clear(&m->choice);
	outlet_clear(&m->outlet);
	table_free(m->table);
	if (m->signals >= 0)
		close(m->signals);
}

/* From news to a row. */

static int add_time(struct row *row)
{
	char day[32], zone[8];
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof(day), "%FT%T", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	return row_strf(row, NEWS_COL_TIME, "%s.%06ld%.3s:%s", day, now.tv_nsec / 1000, zone,
			zone + 3);
}

static int add_numbers(struct row *row, const struct news *news)
{
	int ret = 0;

	if (news->group >= 0)
		ret |= row_num(row, NEWS_COL_GROUP, news->group);
	if (news->container)
		ret |= row_num(row, NEWS_COL_CONTAINER, (long long)news->container);
	if (news->users >= 0)
		ret |= row_num(row, NEWS_COL_USERS, news->users);
	if (news->vfs >= 0)
		ret |= row_num(row, NEWS_COL_VFS, news->vfs);
	if (news->viable >= 0)
		ret |= row_bool(row, NEWS_COL_VIABLE, news->viable);
	return ret;
}

static int add_row(struct table *table, const struct news *news)
{
	struct row *row = table_add(table, NULL);
	int ret;

	if (!row)
		return -ENOMEM;
	ret = add_time(row);
	ret |= row_str(row, NEWS_COL_EVENT, news_kind_name(news->kind));
	ret |= row_str(row, NEWS_COL_DEVICE, news->device);
	ret |= row_str(row, NEWS_COL_BUS, news->bus);
	ret |= row_str(row, NEWS_COL_DRIVER, news->driver);
	ret |= add_numbers(row, news);
	if (news->blockers)
		ret |= row_strv(row, NEWS_COL_BLOCKERS, news->blockers);
	if (news->drivers)
		ret |= row_strv(row, NEWS_COL_DRIVERS, news->drivers);
	return ret ? -ENOMEM : 0;
}

static int print_row(struct monitor *m)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int ret;

	if (!out)
		return -ENOMEM;
	ret = table_stream(m->table, out, &err);
	if (fclose(out) || ret < 0)
		return -ENOMEM;
	return outlet_add(&m->outlet, text, size);
}

static bool chosen(const struct monitor *m, const struct news *news)
{
	if (news->about)
		return choice_has_device(&m->choice, news->bus, news->device);
	return news->group < 0 || choice_has_group(&m->choice, news->group);
}

static int on_news(void *arg, const struct news *news)
{
	struct monitor *m = arg;
	int ret = news->about ? choice_consider(&m->choice, news->about) : 0;

	if (news->kind == NEWS_OVERRUN)
		cmd_warn(m->run,
			 "events came faster than they could be taken, and some were lost: what "
			 "they changed is found by looking, and told next");
	if (ret || !chosen(m, news))
		return ret;
	ret = add_row(m->table, news);
	return ret ? ret : print_row(m);
}

/* The loop. */

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* One whitelist that cannot be read is told once. */
static void tell_of_whitelist(struct monitor *m, struct error *err)
{
	bool failed = err->status != EXIT_DONE;

	if (failed && !m->whitelist_failed)
		cmd_warn(m->run, "the whitelist stays as it was: %s", err->msg);
	m->whitelist_failed = failed;
	*err = (struct error){ 0 };
}

static void tell_of_processes(struct monitor *m)
{
	if (m->follow.files_incomplete && !m->processes_told)
		holder_notes_incomplete(m->run);
	m->processes_told = m->processes_told || m->follow.files_incomplete;
}

static int look(struct monitor *m, struct error *err)
{
	long long begin = now_ms(), took;
	int ret = follow_look(&m->follow, err);

	if (ret)
		return ret;
	tell_of_whitelist(m, err);
	tell_of_processes(m);
	took = now_ms() - begin;
	m->next_look = begin + took;
	m->next_look +=
		took * (LOOK_SHARE - 1) > m->interval_ms ? took * (LOOK_SHARE - 1) : m->interval_ms;
	return 0;
}

static int time_to_look(const struct monitor *m)
{
	long long left = m->next_look - now_ms();

	if (!m->interval_ms)
		return -1;
	return left < 0 ? 0 : (int)left;
}

/* 1: it is time to end; 0; or -errno with @err set where it is not for lack of memory. */
static int turn(struct monitor *m, bool *more, struct error *err)
{
	struct pollfd polled[] = {
		{ .fd = outlet_waiting(&m->outlet) < WAITING_MAX ? events_fd(m->follow.events) : -1,
		  .events = POLLIN },
		{ .fd = m->signals, .events = POLLIN },
		outlet_poll(&m->outlet),
	};
	int ret;

	if (poll(polled, ARRAY_SIZE(polled), *more ? 0 : time_to_look(m)) < 0 && errno != EINTR)
		return error_set(err, EXIT_FAILED, errno, "cannot wait: %s", strerror(errno));
	ret = outlet_write(&m->outlet, &polled[2]);
	if (ret == -EPIPE)
		cmd_reader_gone();
	if (ret)
		return error_set(err, EXIT_FAILED, -ret, "cannot write the output: %s",
				 strerror(-ret));
	if (polled[1].revents)
		return 1;
	*more = false;
	if (polled[0].revents || m->follow.lost) {
		ret = follow_hear(&m->follow, EVENTS_AT_ONCE, err);
		*more = ret == EVENTS_AT_ONCE;
	}
	if (ret >= 0 && !time_to_look(m))
		ret = look(m, err);
	return ret < 0 ? ret : 0;
}

/* What the reader would not take at once is not waited for: somebody wants us to end. */
static void finish(struct monitor *m, struct error *err)
{
	int ret = outlet_finish(&m->outlet);

	if (ret == -EPIPE)
		cmd_reader_gone();
	if (ret == -EAGAIN)
		error_set(err, EXIT_FAILED, EAGAIN,
			  "%zu bytes of the output were not written, as nobody reads it",
			  outlet_waiting(&m->outlet));
	else if (ret)
		error_set(err, EXIT_FAILED, -ret, "cannot write the output: %s", strerror(-ret));
}

/* What was ignored by who started us, as in the background of a script, stays so. */
static int catch_signals(struct monitor *m, struct error *err)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct sigaction action;

		if (!sigaction(numbers[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(&mask, numbers[i]);
	}
	sigprocmask(SIG_BLOCK, &mask, NULL);
	m->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (m->signals < 0)
		return error_set(err, EXIT_FAILED, errno, "cannot wait for signals: %s",
				 strerror(errno));
	return 0;
}

/* The host is scanned once more for the selectors: their own failures come before any output. */
static int choose(struct monitor *m, enum exit_status *status, struct error *err)
{
	_cleanup_(host_freep) struct host *host = NULL;
	int ret;

	if (!m->run->n_selectors)
		return 0;
	host = host_scan(SCAN_GROUPS, err);
	if (!host)
		return -EIO;
	ret = choice_begin(&m->choice, host, m->run->selectors, m->run->n_selectors, err);
	if (ret || err->status == EXIT_DONE)
		return ret;
	*status = err->status;
	cmd_error(m->run, err);
	*err = (struct error){ 0 };
	return 0;
}

static int begin(struct monitor *m, enum exit_status *status, struct error *err)
{
	const struct monitor_options *o = m->run->verb;
	int ret = choose(m, status, err);

	if (!ret)
		ret = catch_signals(m, err);
	if (!ret)
		ret = follow_begin(&m->follow, err);
	/* For as long as it runs it needs no more than to look into processes. */
	if (!ret)
		ret = privilege_limit(PRIVILEGE_LOOK, err);
	if (ret)
		return ret;
	tell_of_processes(m);
	m->interval_ms = (o->interval_given ? o->interval : INTERVAL_DEFAULT) * 1000;
	m->next_look = now_ms() + m->interval_ms;
	return 0;
}

static enum exit_status monitor_run(struct cmd_run *run, struct error *err)
{
	_cleanup_(monitor_clear) struct monitor m = { .run = run, .signals = -1 };
	enum exit_status status = EXIT_DONE;
	bool more = false;
	int ret;

	m.follow.known.tell = on_news;
	m.follow.known.arg = &m;
	m.table = table_new("events", columns, ARRAY_SIZE(columns), &run->table, err);
	if (!m.table)
		return EXIT_DONE;
	ret = begin(&m, &status, err);
	while (!ret)
		ret = turn(&m, &more, err);
	if (ret > 0)
		finish(&m, err);
	else if (err->status == EXIT_DONE)
		gather_no_memory(err);
	return status;
}

static int monitor_option(struct cmd_run *run, int value, const char *arg, struct error *err)
{
	struct monitor_options *o = run->verb;
	unsigned long seconds;

	(void)value;
	if (text_to_ulong(arg, &seconds) || seconds > INTERVAL_MAX)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "malformed interval '%s': expected seconds, 0 to %d", arg,
				 INTERVAL_MAX);
	o->interval = (int)seconds;
	o->interval_given = true;
	return 0;
}

static const struct cmd_option options[] = {
	{ "interval", 0, "SECONDS", "how often to look at what the kernel does not tell (2)",
	  MONITOR_INTERVAL },
	{ 0 },
};

const struct cmd cmd_monitor = {
	.name = "monitor",
	.operands = "[SELECTOR...]",
	.summary = "tell what happens to devices, groups and containers, as it happens",
	.flags = CMD_TABLE | CMD_SELECTORS | CMD_EVENTS,
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.options = options,
	.verb_size = sizeof(struct monitor_options),
	.option = monitor_option,
	.run = monitor_run,
};
