// SPDX-License-Identifier: GPL-2.0-only
#include "unfinished.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "record.h"
#include "run_dir.h"

/* What cannot be read here is asked again under the lock, and is an error there. */
static bool is_applying(int run_dir, const char *bus, const char *name)
{
	struct record record = { 0 };
	bool applying = record_load(&record, run_dir, bus, name, NULL) || record.applying;

	record_clear(&record);
	return applying;
}

/* @entry is "BUS:NAME", and ends up as the two. */
static char *split(char *entry)
{
	char *colon = strchr(entry, ':');

	if (colon)
		*colon++ = '\0';
	return colon;
}

static int sort_in(struct unfinished *out, const struct host *host, int run_dir, const char *entry)
{
	_cleanup_free_ char *bus = strdup(entry);
	char *name = bus ? split(bus) : NULL;
	struct device *device;

	if (!bus)
		return -ENOMEM;
	if (!name)
		return 0;
	device = host_device(host, bus, name);
	if (!device)
		return strv_add(&out->gone, entry);
	if (is_applying(run_dir, bus, name))
		out->devices[out->n++] = device;
	return 0;
}

int unfinished_find(struct unfinished *out, const struct host *host, struct error *err)
{
	_cleanup_close_ int run_dir = run_dir_look(err);
	struct strv entries = { 0 };
	int ret;

	if (run_dir < 0)
		return run_dir == -ENOENT ? 0 : run_dir;
	ret = record_list(run_dir, &entries, err);
	if (!ret) {
		out->devices = calloc(entries.n + 1, sizeof(struct device *));
		ret = out->devices ? 0 : error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	}
	for (size_t i = 0; !ret && i < entries.n; i++)
		if (sort_in(out, host, run_dir, entries.v[i]))
			ret = error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	strv_clear(&entries);
	return ret;
}

void unfinished_clear(struct unfinished *unfinished)
{
	free(unfinished->devices);
	strv_clear(&unfinished->gone);
	*unfinished = (struct unfinished){ 0 };
}

int unfinished_forget(const struct unfinished *unfinished, struct error *err)
{
	_cleanup_close_ int run_dir = unfinished->gone.n ? run_dir_look(err) : -1;
	int ret = 0;

	if (run_dir < 0)
		return run_dir == -1 || run_dir == -ENOENT ? 0 : run_dir;
	for (size_t i = 0; !ret && i < unfinished->gone.n; i++) {
		_cleanup_free_ char *bus = strdup(unfinished->gone.v[i]);
		char *name = bus ? split(bus) : NULL;

		ret = name ? record_remove(run_dir, bus, name, err)
			   : error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	}
	return ret;
}
