// SPDX-License-Identifier: GPL-2.0-only
#include "selector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "of.h"
#include "selector_parse.h"

static int parse_all(struct selector *out, const struct host *host, char *const *texts, size_t n,
		     struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		int ret = selector_parse(texts[i], &out[i], err);

		if (!ret && out[i].kind == SELECT_OF)
			ret = of_resolve(host, texts[i] + strlen("of:"), &out[i].of, &out[i].n_of,
					 err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Every selector is tried on every device, so that each knows whether it matched at all. */
static bool any_matches(const struct selector *selectors, bool *hit, size_t n,
			const struct device *device)
{
	bool any = !n;

	for (size_t i = 0; i < n; i++) {
		if (!selector_matches(&selectors[i], device))
			continue;
		hit[i] = true;
		any = true;
	}
	return any;
}

static int note_missed(struct selection *sel, char *const *texts, const bool *hit, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!hit[i] && strv_add(&sel->missed, texts[i]))
			return -ENOMEM;
	return 0;
}

/* "'a', 'b'"; NULL: out of memory. */
static char *quote_list(const struct strv *list)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_fclose_ FILE *out = NULL;
	size_t size;

	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		fprintf(out, "%s'%s'", i ? ", " : "", list->v[i]);
	if (fclose(take_ptr(out)))
		return NULL;
	return take_ptr(text);
}

static int judge_missed(const struct selection *sel, struct error *err)
{
	_cleanup_free_ char *list = NULL;

	if (!sel->missed.n)
		return 0;
	list = quote_list(&sel->missed);
	if (!list)
		return -ENOMEM;
	if (!sel->n)
		return error_set(err, EXIT_NONE_FOUND, ENOENT, "no device matches %s", list);
	error_set(err, EXIT_SOME_FOUND, ENOENT, "no device matches %s", list);
	return 0;
}

static int select_devices(struct selection *sel, const struct host *host,
			  struct selector *selectors, char *const *texts, size_t n,
			  struct error *err)
{
	_cleanup_free_ bool *hit = calloc(n + 1, sizeof(*hit));
	int ret;

	sel->devices = calloc(host->n_devices + 1, sizeof(struct device *));
	if (!hit || !sel->devices)
		return -ENOMEM;
	ret = parse_all(selectors, host, texts, n, err);
	if (ret)
		return ret;
	for (size_t i = 0; i < host->n_devices; i++)
		if (any_matches(selectors, hit, n, host->devices[i]))
			sel->devices[sel->n++] = host->devices[i];
	ret = note_missed(sel, texts, hit, n);
	return ret ? ret : judge_missed(sel, err);
}

static int resolve(struct selection *sel, const struct host *host, char *const *texts, size_t n,
		   struct error *err)
{
	_cleanup_free_ struct selector *selectors = calloc(n + 1, sizeof(*selectors));
	int ret;

	if (!selectors)
		return -ENOMEM;
	ret = select_devices(sel, host, selectors, texts, n, err);
	for (size_t i = 0; i < n; i++)
		free(selectors[i].of);
	return ret;
}

int selection_resolve(struct selection *sel, const struct host *host, char *const *selectors,
		      size_t n, struct error *err)
{
	int ret;

	*sel = (struct selection){ 0 };
	ret = resolve(sel, host, selectors, n, err);
	if (ret == -ENOMEM)
		error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return ret;
}

void selection_clear(struct selection *sel)
{
	free(sel->devices);
	strv_clear(&sel->missed);
	*sel = (struct selection){ 0 };
}

static int by_id(const void *a, const void *b)
{
	long x = (*(struct group *const *)a)->id, y = (*(struct group *const *)b)->id;

	return (x > y) - (x < y);
}

int selection_groups(const struct selection *sel, struct group ***groups, size_t *n)
{
	struct group **list = calloc(sel->n + 1, sizeof(struct group *));
	size_t found = 0, unique = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < sel->n; i++)
		if (sel->devices[i]->group)
			list[found++] = sel->devices[i]->group;
	if (found > 1)
		qsort(list, found, sizeof(*list), by_id);
	for (size_t i = 0; i < found; i++)
		if (!unique || list[unique - 1] != list[i])
			list[unique++] = list[i];
	*groups = list;
	*n = unique;
	return 0;
}
