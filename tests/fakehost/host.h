/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A made host: what the tree holds so far, so that later parts can find earlier ones.
 *
 * Paths are relative to the tree's sys/ directory. Devices are known by the name under which their
 * bus lists them ("0000:01:00.0"), class devices by "class:name" ("net:eth0").
 */
#ifndef FAKEHOST_HOST_H
#define FAKEHOST_HOST_H

#include <search.h>
#include <stdbool.h>

enum iommu_kind { IOMMU_NONE, IOMMU_INTEL, IOMMU_AMD, IOMMU_VIRTIO };

struct host {
	int top;  /* the directory that holds sys/, dev/, proc/ and etc/ */
	int root; /* its sys/ */
	enum iommu_kind iommu;
	bool cdev; /* vfio-dev entries have a character device */
	int next_group;
	int next_vfio;
	int next_irq;
	struct hsearch_data names; /* key to path; also "driver:bus/name", "group:N" and the like */
};

/* Makes @dir, which must be empty or not exist, and the parts every host has. */
void host_init(struct host *host, const char *dir);

/* The path behind a key, or NULL. */
const char *host_find(const struct host *host, const char *key);

/* Remembers @path under @key, both copied. False when the key is taken. */
bool host_add(struct host *host, const char *key, const char *path);

/* Each of these makes the thing unless it is there. */
void host_bus(struct host *host, const char *bus);
void host_class(struct host *host, const char *class);
void host_module(struct host *host, const char *module, bool builtin);

/* Makes a driver of a bus, linked to @module, or to the module that usually holds it when NULL;
 * an empty @module makes a driver that is built in and has none. Returns its path, host's own. */
const char *host_driver(struct host *host, const char *bus, const char *driver, const char *module);

/* The links between a device and its bus, its driver, its class. */
void host_join_bus(struct host *host, const char *bus, const char *name, const char *path);
void host_join_driver(struct host *host, const char *bus, const char *name, const char *path,
		      const char *driver);

/* A class device @name beneath @parent (NULL: devices/virtual). @uevent is its text, @major 0 for
 * none with a node. Returns its path, host's own. */
const char *host_child(struct host *host, const char *class, const char *name, const char *parent,
		       const char *uevent, int major, int minor);

/* The power/ directory of a device. */
void host_power(struct host *host, const char *path);

#endif
