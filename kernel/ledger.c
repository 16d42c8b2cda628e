// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger counts what is created and destroyed. It is there for tests: at rest, every object of
 * ours must be gone.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "core.h"

static const char *const ledger_names[VFIO_LEDGER_ITEMS] = {
	[VFIO_LEDGER_CONTAINERS] = "containers",
	[VFIO_LEDGER_BACKENDS] = "backends",
	[VFIO_LEDGER_GROUPS] = "groups",
	[VFIO_LEDGER_DEVICES] = "devices",
	[VFIO_LEDGER_DEVICE_FILES] = "device_files",
	[VFIO_LEDGER_DOMAINS] = "domains",
	[VFIO_LEDGER_MAPPINGS] = "mappings",
	[VFIO_LEDGER_PINNED_PAGES] = "pinned_pages",
	[VFIO_LEDGER_IRQ_CONTEXTS] = "irq_contexts",
	[VFIO_LEDGER_SAVED_STATES] = "saved_states",
};

static struct {
	atomic64_t created;
	atomic64_t destroyed;
} ledger[VFIO_LEDGER_ITEMS];

static struct dentry *ledger_dir;

void vfio_ledger_created(enum vfio_ledger_item item, unsigned long count)
{
	atomic64_add(count, &ledger[item].created);
}
COMPAT_EXPORT_SYMBOL(vfio_ledger_created);

void vfio_ledger_destroyed(enum vfio_ledger_item item, unsigned long count)
{
	atomic64_add(count, &ledger[item].destroyed);
}
COMPAT_EXPORT_SYMBOL(vfio_ledger_destroyed);

/* Destroyed is read first, so that a difference is never negative. */
static int ledger_show(struct seq_file *m, void *unused)
{
	int i;

	for (i = 0; i < VFIO_LEDGER_ITEMS; i++) {
		u64 destroyed = atomic64_read(&ledger[i].destroyed);
		u64 created = atomic64_read(&ledger[i].created);

		seq_printf(m, "%s %llu %llu %llu\n", ledger_names[i], created, destroyed,
			   created - destroyed);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ledger);

/* Without debugfs there is no file to read, and nothing else is missing. */
void vfio_ledger_init(void)
{
	ledger_dir = debugfs_create_dir("vfio", NULL);
	debugfs_create_file("ledger", 0400, ledger_dir, NULL, &ledger_fops);
}

void vfio_ledger_exit(void)
{
	debugfs_remove(ledger_dir);
}
