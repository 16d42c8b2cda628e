// SPDX-License-Identifier: GPL-2.0-only
#include "safety.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "pool.h"
#include "privilege.h"
#include "safety_check.h"
#include "safety_scope.h"

enum concerns {
	DRIVEN_BY_HOST = 1 << 0, /* devices with a driver that is no VFIO driver */
	DRIVEN_BY_VFIO = 1 << 1,
	NOT_DRIVEN = 1 << 2,
	ANY = DRIVEN_BY_HOST | DRIVEN_BY_VFIO | NOT_DRIVEN,
	ONCE = 1 << 3,	      /* too costly for the second look */
	ITSELF_ONLY = 1 << 4, /* says nothing of a device whose neighbour it is */
};

struct safety_check {
	const char *reason;
	unsigned int concerns;
	int (*run)(struct safety_run *run);
	enum safety_verdict verdict;
	enum exit_status status;
};

/* clang-format off */
static const struct safety_check checks[] = {
	/* storage; what is explained by one is not found by a later one */
	{ "mounted", DRIVEN_BY_HOST, safety_check_mounted, SAFETY_BLOCK, EXIT_REFUSED },
	{ "swap", DRIVEN_BY_HOST, safety_check_swap, SAFETY_BLOCK, EXIT_REFUSED },
	{ "resume", DRIVEN_BY_HOST, safety_check_resume, SAFETY_BLOCK, EXIT_REFUSED },
	{ "lvm", DRIVEN_BY_HOST, safety_check_stack, SAFETY_BLOCK, EXIT_REFUSED },
	{ "md", DRIVEN_BY_HOST, safety_check_stack, SAFETY_BLOCK, EXIT_REFUSED },
	{ "dm-crypt", DRIVEN_BY_HOST, safety_check_stack, SAFETY_BLOCK, EXIT_REFUSED },
	{ "multipath", DRIVEN_BY_HOST, safety_check_stack, SAFETY_BLOCK, EXIT_REFUSED },
	{ "loop", DRIVEN_BY_HOST, safety_check_stack, SAFETY_BLOCK, EXIT_REFUSED },
	{ "stacked", DRIVEN_BY_HOST, safety_check_stack, SAFETY_BLOCK, EXIT_REFUSED },
	{ "zfs", DRIVEN_BY_HOST, safety_check_zfs, SAFETY_BLOCK, EXIT_REFUSED },
	{ "claimed", DRIVEN_BY_HOST, safety_check_claimed, SAFETY_BLOCK, EXIT_REFUSED },
	{ "fstab", DRIVEN_BY_HOST, safety_check_fstab, SAFETY_ASK, EXIT_REFUSED },
	{ "crypttab", DRIVEN_BY_HOST, safety_check_crypttab, SAFETY_ASK, EXIT_REFUSED },
	{ "signature", DRIVEN_BY_HOST | ONCE | ITSELF_ONLY, safety_check_signature, SAFETY_INFORM,
	  EXIT_REFUSED },
	/* network */
	{ "ssh", DRIVEN_BY_HOST, safety_check_ssh, SAFETY_BLOCK, EXIT_REFUSED },
	{ "address", DRIVEN_BY_HOST, safety_check_address, SAFETY_BLOCK, EXIT_REFUSED },
	{ "route", DRIVEN_BY_HOST, safety_check_route, SAFETY_BLOCK, EXIT_REFUSED },
	{ "port", DRIVEN_BY_HOST, safety_check_port, SAFETY_BLOCK, EXIT_REFUSED },
	{ "netfs", DRIVEN_BY_HOST, safety_check_netfs, SAFETY_BLOCK, EXIT_REFUSED },
	{ "netdisk", DRIVEN_BY_HOST, safety_check_netdisk, SAFETY_BLOCK, EXIT_REFUSED },
	{ "socket", DRIVEN_BY_HOST, safety_check_socket, SAFETY_BLOCK, EXIT_BUSY },
	{ "xdp", DRIVEN_BY_HOST, safety_check_xdp, SAFETY_BLOCK, EXIT_REFUSED },
	{ "up", DRIVEN_BY_HOST, safety_check_up, SAFETY_ASK, EXIT_REFUSED }, /* of what is left */
	{ "netns", DRIVEN_BY_HOST, safety_check_netns, SAFETY_UNKNOWN, EXIT_REFUSED },
	/* display and console */
	{ "boot-vga", DRIVEN_BY_HOST | NOT_DRIVEN, safety_check_boot_vga, SAFETY_BLOCK,
	  EXIT_REFUSED },
	{ "framebuffer", DRIVEN_BY_HOST | NOT_DRIVEN | ONCE, safety_check_framebuffer, SAFETY_BLOCK,
	  EXIT_REFUSED },
	{ "display", DRIVEN_BY_HOST, safety_check_display, SAFETY_BLOCK, EXIT_REFUSED },
	{ "console", DRIVEN_BY_HOST, safety_check_console, SAFETY_BLOCK, EXIT_REFUSED },
	/* others */
	{ "usb", DRIVEN_BY_HOST | ITSELF_ONLY, safety_check_usb, SAFETY_ASK, EXIT_REFUSED },
	{ "keyboard", DRIVEN_BY_HOST, safety_check_keyboard, SAFETY_BLOCK, EXIT_REFUSED },
	{ "watchdog", DRIVEN_BY_HOST, safety_check_class, SAFETY_BLOCK, EXIT_REFUSED },
	{ "tpm", DRIVEN_BY_HOST, safety_check_class, SAFETY_BLOCK, EXIT_REFUSED },
	{ "ipmi", DRIVEN_BY_HOST, safety_check_class, SAFETY_BLOCK, EXIT_REFUSED },
	{ "vfs", DRIVEN_BY_HOST | DRIVEN_BY_VFIO, safety_check_vfs, SAFETY_BLOCK, EXIT_REFUSED },
	{ "mdevs", DRIVEN_BY_HOST | DRIVEN_BY_VFIO, safety_check_mdevs, SAFETY_BLOCK,
	  EXIT_REFUSED },
	/* processes */
	{ "held", DRIVEN_BY_VFIO | ONCE, safety_check_held, SAFETY_BLOCK, EXIT_BUSY },
	{ "open", DRIVEN_BY_HOST | NOT_DRIVEN | ONCE, safety_check_open, SAFETY_BLOCK, EXIT_BUSY },
	{ "mapped", ANY | ONCE, safety_check_mapped, SAFETY_BLOCK, EXIT_BUSY },
};
/* clang-format on */

/* Whoever has little time for a step gains nothing by a check that comes to no end. */
#define TIMEOUT_MIN_MS 5000

#define N_CHECKS       ARRAY_SIZE(checks)
_Static_assert(N_CHECKS <= 64, "each reason has a bit of its own");

/* One call of safety_judge(); a worker has a copy, which grows with what it finds by itself. */
struct safety_judgement {
	struct safety *out;
	struct scope scope;
	struct safety_shared shared; /* has each target of the scope once */
	enum safety_flags flags;
	int timeout_ms;
	int iomem;		    /* -1: could not be opened */
	struct pool_worker *worker; /* NULL: in this process */
	dev_t *explained;
	size_t n_explained, explained_room;
	int ret;
	int signal;
};

/* In the word for a worker's report: what @item and @result of it are. */
enum news { NEWS_FINDING, NEWS_FAILED };

const char *safety_verdict_name(enum safety_verdict verdict)
{
	static const char *const names[] = { "clear", "inform", "ask", "unknown", "block" };

	return names[verdict];
}

void safety_clear(struct safety *safety)
{
	for (size_t i = 0; i < safety->n; i++)
		free(safety->v[i].resource);
	free(safety->v);
	*safety = (struct safety){ 0 };
}

enum safety_verdict safety_worst(const struct safety *safety, const struct target *target)
{
	enum safety_verdict worst = SAFETY_CLEAR;

	for (size_t i = 0; i < safety->n; i++)
		if (safety->v[i].target == target && safety->v[i].verdict > worst)
			worst = safety->v[i].verdict;
	return worst;
}

/* The deepest, when several hold the path: a bridge and what is behind it. */
const struct target *safety_target_of(const struct safety_run *run, const char *path)
{
	const struct target *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < run->n; i++) {
		size_t n = strlen(run->targets[i]->path);

		if (n > longest && !strncmp(run->targets[i]->path, path, n) &&
		    (path[n] == '/' || !path[n])) {
			found = run->targets[i];
			longest = n;
		}
	}
	return found;
}

/* Findings. */

static bool is_there(const struct safety *out, const struct safety_finding *finding)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].target == finding->target && out->v[i].bit == finding->bit &&
		    !strcmp(out->v[i].resource, finding->resource))
			return true;
	return false;
}

/* Takes @finding->resource, whatever comes of it. */
static int add(struct safety *out, const struct safety_finding *finding)
{
	if (!finding->resource)
		return -ENOMEM;
	if (is_there(out, finding)) {
		free(finding->resource);
		return 0;
	}
	if (out->n == out->room) {
		size_t room = out->room ? out->room * 2 : 8;
		struct safety_finding *v = reallocarray(out->v, room, sizeof(*v));

		if (!v) {
			free(finding->resource);
			return -ENOMEM;
		}
		out->v = v;
		out->room = room;
	}
	out->v[out->n++] = *finding;
	return 0;
}

static char *words_for(const struct scope_entry *entry, const char *resource)
{
	const char *name = entry->target->device->name;
	char *text = NULL;
	int n;

	switch (entry->role) {
	case SCOPE_FUNCTION:
		n = asprintf(&text, "%s (its virtual function '%s')", resource, name);
		break;
	case SCOPE_NEIGHBOUR:
		n = asprintf(&text, "%s ('%s', of the same group)", resource, name);
		break;
	default:
		return strdup(resource);
	}
	return n < 0 ? NULL : text;
}

/* What was found of one device speaks against all on whose behalf it was looked at. */
static int spread(struct safety_judgement *j, const struct safety_check *check,
		  const struct target *target, enum safety_verdict verdict, const char *resource)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < j->scope.n; i++) {
		const struct scope_entry *entry = &j->scope.v[i];
		struct safety_finding finding = {
			.target = entry->for_whom,
			.reason = check->reason,
			.bit = 1ULL << (check - checks),
			.verdict = verdict,
			.status = check->status,
		};

		if (entry->target != target)
			continue;
		if (entry->role == SCOPE_NEIGHBOUR && (verdict < SAFETY_UNKNOWN))
			continue;
		finding.resource = words_for(entry, resource);
		ret = add(j->out, &finding);
	}
	return ret;
}

static size_t index_of(const struct safety_judgement *j, const struct target *target)
{
	size_t i = 0;

	while (i < j->shared.n_seen && j->shared.seen[i] != target)
		i++;
	return i;
}

static int report(struct safety_run *run, const struct target *target, enum safety_verdict verdict,
		  const char *resource)
{
	struct safety_judgement *j = run->judgement;
	struct pool_report r = { .event = POOL_NEWS, .kind = NEWS_FINDING, .result = verdict };

	if (!j->worker)
		return spread(j, run->check, target, verdict, resource);
	r.item = index_of(j, target);
	snprintf(r.text, sizeof(r.text), "%s", resource);
	pool_send(j->worker, &r);
	return 0;
}

int safety_say(struct safety_run *run, const struct target *target, enum safety_verdict verdict,
	       const char *fmt, ...)
{
	_cleanup_free_ char *resource = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&resource, fmt, ap) < 0)
		resource = NULL;
	va_end(ap);
	return resource ? report(run, target, verdict, resource) : -ENOMEM;
}

int safety_found(struct safety_run *run, const struct target *target, const char *fmt, ...)
{
	_cleanup_free_ char *resource = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&resource, fmt, ap) < 0)
		resource = NULL;
	va_end(ap);
	return resource ? report(run, target, run->check->verdict, resource) : -ENOMEM;
}

int safety_unknown(struct safety_run *run, const struct target *target, const char *fmt, ...)
{
	_cleanup_free_ char *why = NULL;
	va_list ap;
	int ret = 0;

	va_start(ap, fmt);
	if (vasprintf(&why, fmt, ap) < 0)
		why = NULL;
	va_end(ap);
	if (!why)
		return -ENOMEM;
	if (target)
		return report(run, target, SAFETY_UNKNOWN, why);
	for (size_t i = 0; !ret && i < run->n; i++)
		ret = report(run, run->targets[i], SAFETY_UNKNOWN, why);
	return ret;
}

int safety_explain(struct safety_run *run, dev_t dev)
{
	struct safety_judgement *j = run->judgement;

	if (safety_is_explained(run, dev))
		return 0;
	if (j->n_explained == j->explained_room) {
		size_t room = j->explained_room ? j->explained_room * 2 : 16;
		dev_t *v = reallocarray(j->explained, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		j->explained = v;
		j->explained_room = room;
	}
	j->explained[j->n_explained++] = dev;
	return 0;
}

bool safety_is_explained(const struct safety_run *run, dev_t dev)
{
	const struct safety_judgement *j = run->judgement;

	for (size_t i = 0; i < j->n_explained; i++)
		if (j->explained[i] == dev)
			return true;
	return false;
}

/* Running the checks. */

static unsigned int concern_of(const struct target *target)
{
	const struct driver *driver = target->device->driver;

	if (!driver)
		return NOT_DRIVEN;
	return driver->vfio ? DRIVEN_BY_VFIO : DRIVEN_BY_HOST;
}

static bool is_neighbour_only(const struct safety_judgement *j, const struct target *target)
{
	for (size_t i = 0; i < j->scope.n; i++)
		if (j->scope.v[i].target == target && j->scope.v[i].role != SCOPE_NEIGHBOUR)
			return false;
	return true;
}

static bool concerns(const struct safety_judgement *j, const struct safety_check *check,
		     const struct target *target)
{
	if (!(concern_of(target) & check->concerns))
		return false;
	if ((check->concerns & ONCE) && (j->flags & SAFETY_AGAIN))
		return false;
	return !(check->concerns & ITSELF_ONLY) || !is_neighbour_only(j, target);
}

/* The targets of @check into @some, which has room for all. */
static size_t choose(const struct safety_judgement *j, const struct safety_check *check,
		     const struct target **some)
{
	size_t n = 0;

	for (size_t i = 0; i < j->shared.n_seen; i++)
		if (concerns(j, check, j->shared.seen[i]))
			some[n++] = j->shared.seen[i];
	return n;
}

static int run_check(struct safety_judgement *j, const struct safety_check *check)
{
	_cleanup_free_ const struct target **some = calloc(j->shared.n_seen ?: 1, sizeof(*some));
	struct safety_run run = {
		.check = check,
		.reason = check->reason,
		.targets = some,
		.iomem = j->iomem,
		.shared = &j->shared,
		.judgement = j,
	};

	if (!some)
		return -ENOMEM;
	run.n = choose(j, check, some);
	if (!run.n)
		return 0;
	run.host = some[0]->host;
	return check->run(&run);
}

static void on_job(void *arg, struct pool_worker *worker, size_t job)
{
	struct safety_judgement *j = arg;
	struct pool_report r = { .event = POOL_NEWS, .kind = NEWS_FAILED };

	j->worker = worker;
	/* To stay: a worker does nothing but judge. */
	privilege_raise(PRIVILEGE_LOOK);
	if (run_check(j, &checks[job]))
		pool_send(worker, &r);
}

static void on_report(void *arg, const struct pool_report *r)
{
	struct safety_judgement *j = arg;
	int ret = -ENOMEM;

	if (r->kind == NEWS_FINDING && r->item < j->shared.n_seen && r->job < N_CHECKS)
		ret = spread(j, &checks[r->job], j->shared.seen[r->item], r->result, r->text);
	if (ret)
		j->ret = ret;
}

/* A check that does not come to an end, or brought its process down, could not tell. */
static void on_lost(void *arg, size_t job, pid_t pid, bool alive)
{
	struct safety_judgement *j = arg;
	char why[128];

	/* It only looks: nothing is left half done. What the kernel holds ends when it is let go.
	 */
	if (alive)
		kill(pid, SIGKILL);
	if (alive)
		snprintf(why, sizeof(why), "what tells it did not answer within %d s",
			 j->timeout_ms / 1000);
	else
		snprintf(why, sizeof(why), "the process that looked for it died");
	for (size_t i = 0; !j->ret && i < j->shared.n_seen; i++)
		if (concerns(j, &checks[job], j->shared.seen[i]))
			j->ret = spread(j, &checks[job], j->shared.seen[i], SAFETY_UNKNOWN, why);
}

static void on_stopping(void *arg, int signal)
{
	struct safety_judgement *j = arg;

	j->signal = signal;
}

static int run_apart(struct safety_judgement *j, struct error *err)
{
	static const struct pool_ops ops = {
		.run = on_job,
		.report = on_report,
		.lost = on_lost,
		.stopping = on_stopping,
	};
	/* One worker: its checks build upon what those before them explained. */
	int ret = pool_run(&ops, j, N_CHECKS, 1, j->timeout_ms, err);

	if (ret)
		return ret;
	if (j->signal)
		return error_set(err, EXIT_FAILED, EINTR, "interrupted by %s",
				 strsignal(j->signal));
	return j->ret ? error_set(err, EXIT_FAILED, ENOMEM, "out of memory") : 0;
}

static int run_here(struct safety_judgement *j, struct error *err)
{
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_LOOK);
	int ret = 0;

	for (size_t i = 0; !ret && i < N_CHECKS; i++)
		ret = run_check(j, &checks[i]);
	return ret ? error_set(err, EXIT_FAILED, ENOMEM, "out of memory") : 0;
}

static int see_each_once(struct safety_judgement *j)
{
	j->shared.seen = calloc(j->scope.n ?: 1, sizeof(*j->shared.seen));
	if (!j->shared.seen)
		return -ENOMEM;
	for (size_t i = 0; i < j->scope.n; i++)
		if (index_of(j, j->scope.v[i].target) == j->shared.n_seen)
			j->shared.seen[j->shared.n_seen++] = j->scope.v[i].target;
	return 0;
}

static void shared_clear(struct safety_shared *shared)
{
	interfaces_clear(&shared->interfaces);
	free(shared->carries);
	free(shared->seen);
}

/*
 * Its addresses are shown to whoever had the right when it was opened: no worker of ours has it.
 * Nothing but a display is asked where it is.
 */
static int open_iomem(const struct safety_judgement *j)
{
	bool wanted = false;

	for (size_t i = 0; i < j->shared.n_seen; i++)
		wanted |= safety_is_display(j->shared.seen[i]);
	if (!wanted || (j->flags & SAFETY_AGAIN))
		return -1;
	_cleanup_(privilege_restorep) unsigned int had = privilege_raise(PRIVILEGE_MEMORY);
	return open("/proc/iomem", O_RDONLY | O_CLOEXEC);
}

int safety_judge(struct safety *out, const struct target *const *targets, size_t n,
		 enum safety_flags flags, int timeout_ms, struct error *err)
{
	struct safety_judgement j = {
		.out = out,
		.flags = flags,
		.timeout_ms = timeout_ms < TIMEOUT_MIN_MS ? TIMEOUT_MIN_MS : timeout_ms,
		.iomem = -1,
	};
	int ret = n ? scope_init(&j.scope, targets, n, flags & SAFETY_GROUPS, err) : 0;

	if (!ret && see_each_once(&j))
		ret = error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	if (!ret)
		j.iomem = open_iomem(&j);
	if (!ret && j.shared.n_seen)
		ret = flags & SAFETY_HERE ? run_here(&j, err) : run_apart(&j, err);
	scope_clear(&j.scope);
	shared_clear(&j.shared);
	free(j.explained);
	cleanup_closep(&j.iomem);
	return ret;
}

int safety_refuse(const struct safety_finding *f, uint64_t allow, struct error *err)
{
	const char *name = f->target->device->name;

	if ((allow & f->bit) || f->verdict <= SAFETY_INFORM)
		return 0;
	if (f->verdict == SAFETY_UNKNOWN)
		return error_set(
			err, f->status, EPERM,
			"cannot tell whether the host needs '%s': %s (--allow=%s to go on)", name,
			f->resource, f->reason);
	if (f->status == EXIT_BUSY)
		return error_set(err, f->status, EBUSY, "'%s' is in use: %s (--allow=%s to go on)",
				 name, f->resource, f->reason);
	return error_set(err, f->status, EPERM, "the host %s '%s': %s (--allow=%s to go on)",
			 f->verdict == SAFETY_ASK ? "may need" : "needs", name, f->resource,
			 f->reason);
}

int safety_reasons(struct strv *out)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < N_CHECKS; i++)
		ret = strv_add(out, checks[i].reason);
	return ret;
}

static uint64_t bit_of(const char *reason)
{
	for (size_t i = 0; i < N_CHECKS; i++)
		if (!strcmp(checks[i].reason, reason))
			return 1ULL << i;
	return 0;
}

int safety_allow_parse(const char *list, uint64_t *allow, struct error *err)
{
	_cleanup_free_ char *copy = strdup(list);

	if (!copy)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	if (!*list)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "--allow wants a reason; 'vfioctl --list-reasons' has them");
	for (char *rest = copy, *word; (word = strsep(&rest, ","));) {
		uint64_t bit = bit_of(word);

		if (!bit)
			return error_set(err, EXIT_USAGE, EINVAL,
					 "'%s' is no reason that --allow knows", word);
		*allow |= bit;
	}
	return 0;
}
