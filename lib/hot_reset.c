// SPDX-License-Identifier: GPL-2.0-only
#include "hot_reset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "vfio_probe.h"

const char *hot_reset_source_name(enum hot_reset_source source)
{
	static const char *const names[] = { "none", "kernel", "topology" };

	return names[source];
}

static int add(struct hot_reset *reset, const char *name, const struct device *device)
{
	const char *driver = device && device->driver ? device->driver->name : "";

	return strv_add(&reset->names, name) ?: strv_add(&reset->drivers, driver);
}

/* The kernel names functions by number, the device itself among them. */
static int take_hits(struct hot_reset *reset, const struct host *host, const struct vfio_hits *hits)
{
	const struct pci_address *self = &reset->device->addr;
	char name[32];
	int ret = 0;

	reset->source = HOT_RESET_KERNEL;
	for (size_t i = 0; !ret && i < hits->n; i++) {
		const struct vfio_hit *hit = &hits->v[i];

		if (vfio_hit_is(hit, self))
			continue;
		snprintf(name, sizeof(name), "%04x:%02x:%02x.%x", hit->domain, hit->bus, hit->slot,
			 hit->function);
		ret = add(reset, name, host_device(host, "pci", name));
	}
	return ret;
}

/* 1: it has told; 0: the topology has to; or -ENOMEM. */
static int ask_kernel(struct hot_reset *reset, const struct host *host, const struct vfio_way *way,
		      int timeout_ms)
{
	_cleanup_(vfio_hits_clear) struct vfio_hits hits = { 0 };
	struct error why = { 0 };
	int ret;

	if (way->why.status)
		return 0;
	ret = vfio_probe_hits(&hits, way, timeout_ms, &why);
	if (ret == -ENODEV && !why.status)
		return 1;
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	return take_hits(reset, host, &hits) ?: 1;
}

static int look(struct hot_reset *reset, const struct bus_reset *map)
{
	_cleanup_free_ struct device **hits = NULL;
	size_t n;
	int ret = bus_reset_hits(map, reset->device, &hits, &n);

	if (ret)
		return ret == -ENOTTY ? 0 : ret;
	reset->source = HOT_RESET_TOPOLOGY;
	for (size_t i = 0; !ret && i < n; i++)
		ret = add(reset, hits[i]->name, hits[i]);
	return ret;
}

static int find_all(struct hot_reset *resets, size_t n, const struct host *host,
		    const struct vfio_way *ways, int timeout_ms)
{
	_cleanup_(bus_reset_clear) struct bus_reset map = { 0 };
	int ret = bus_reset_init(&map, host);

	for (size_t i = 0; !ret && i < n; i++) {
		ret = ask_kernel(&resets[i], host, &ways[i], timeout_ms);
		if (!ret)
			ret = look(&resets[i], &map);
		if (ret > 0)
			ret = 0;
	}
	return ret;
}

int hot_resets_find(struct hot_reset *resets, size_t n, const struct host *host,
		    const struct whitelist *list, int timeout_ms, struct error *err)
{
	_cleanup_free_ struct vfio_way *ways = calloc(n ?: 1, sizeof(*ways));
	int ret;

	if (!ways)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		ways[i].device = resets[i].device;
	ret = vfio_ways_find(ways, n, host, list, VFIO_WAY_ANY, err);
	if (ret)
		return ret;
	return find_all(resets, n, host, ways, timeout_ms)
		       ? error_set(err, EXIT_FAILED, ENOMEM, "out of memory")
		       : 0;
}

void hot_reset_clear(struct hot_reset *reset)
{
	strv_clear(&reset->names);
	strv_clear(&reset->drivers);
}
