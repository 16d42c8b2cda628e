// SPDX-License-Identifier: GPL-2.0-only
#include "layout.h"
#include "device.h"
#include "fill.h"
#include "group.h"
#include "pci.h"
#include "tree.h"
#include "words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void do_iommu(struct layout *layout, struct words *w)
{
	static const char *const kinds[] = { "none", "intel", "amd", "virtio" };
	const char *kind = words_need(w, "the kind of IOMMU");
	long units = words_number(w, "units", 1);

	for (size_t i = 0; i < 4; i++) {
		if (strcmp(kind, kinds[i]) == 0) {
			layout->host.iommu = (enum iommu_kind)i;
			group_make_units(&layout->host, (int)units);
			layout->units_made = true;
			return;
		}
	}
	words_die(w, "'%s' is not one of none, intel, amd and virtio", kind);
}

/* Before the first device: an Intel unit unless the layout said otherwise. */
static void need_units(struct layout *layout)
{
	if (!layout->units_made)
		group_make_units(&layout->host, 1);
	layout->units_made = true;
}

static int get_group(struct layout *layout, struct words *w, const char *key)
{
	const char *text = words_get(w, key, "new");
	char *end;
	long number;

	if (strcmp(text, "none") == 0 || layout->host.iommu == IOMMU_NONE)
		return -1;
	if (strcmp(text, "new") == 0)
		return layout->host.next_group;
	number = strtol(text, &end, 10);
	if (*end || number < 0)
		words_die(w, "%s=%s is not a number, new or none", key, text);
	return (int)number;
}

/* name:attr=value lines of any device, and what is to be missing or unreadable. */
static void spoil_and_set(struct layout *layout, struct words *w, const char *path)
{
	static const char *const ways[] = { "without", "broken", "dangling" };
	const char *name;
	const char *value;
	char whole[2048];

	while (words_each(w, "attr:", &name, &value)) {
		tree_path(whole, sizeof(whole), "%s/%s", path, name);
		tree_file(layout->host.root, whole, 0644, value, strlen(value));
	}
	for (size_t i = 0; i < 3; i++) {
		const char *names = words_get(w, ways[i], NULL);

		if (names)
			pci_spoil(&layout->host, path, ways[i], names);
	}
}

static void get_pci(struct layout *layout, struct words *w, struct pci *pci)
{
	const char *none = "none";

	need_units(layout);
	pci_init(pci, words_need(w, "the address"));
	pci->vendor = (unsigned)words_number(w, "vendor", pci->vendor);
	pci->device = (unsigned)words_number(w, "device", pci->device);
	pci->subvendor = (unsigned)words_number(w, "subvendor", pci->vendor);
	pci->subdevice = (unsigned)words_number(w, "subdevice", pci->subdevice);
	pci->class = (unsigned)words_number(w, "class", pci->class);
	pci->rev = (unsigned)words_number(w, "rev", 0);
	pci->driver = words_get(w, "driver", none);
	if (strcmp(pci->driver, none) == 0)
		pci->driver = NULL;
	pci->override = words_get(w, "override", NULL);
	pci->parent = words_get(w, "parent", NULL);
	pci->physfn = words_get(w, "physfn", NULL);
	pci->reset = words_get(w, "reset", NULL);
	pci->group = get_group(layout, w, "group");
	pci->numa = (int)words_number(w, "numa", -1);
	pci->total_vfs = (int)words_number(w, "total-vfs", 0);
	pci->num_vfs = (int)words_number(w, "num-vfs", 0);
	pci->autoprobe = words_number(w, "autoprobe", 1);
	pci->conventional = words_number(w, "conventional", 0);
	pci->boot_vga = words_number(w, "boot-vga", 0);
	pci->secondary = (int)words_number(w, "secondary", 0);
}

static void do_pci(struct layout *layout, struct words *w)
{
	struct pci pci;
	const char *path;

	get_pci(layout, w, &pci);
	path = pci_make(&layout->host, &pci);
	if (!path)
		words_die(w, "'%s' is taken, no address, or lacks its parent or physfn", pci.addr);
	spoil_and_set(layout, w, path);
}

static void do_device(struct layout *layout, struct words *w)
{
	struct device dev = { .bus = words_need(w, "the bus"), .name = words_need(w, "the name") };
	const char *path;

	need_units(layout);
	dev.parent = words_get(w, "parent", NULL);
	dev.driver = words_get(w, "driver", NULL);
	dev.uevent = words_get(w, "uevent", NULL);
	dev.group = get_group(layout, w, "group");
	path = device_make(&layout->host, &dev);
	if (!path)
		words_die(w, "'%s' is taken or lacks its parent", dev.name);
	spoil_and_set(layout, w, path);
}

static void do_child(struct layout *layout, struct words *w)
{
	const char *class = words_need(w, "the class");
	const char *name = words_need(w, "the name");
	const char *parent = words_get(w, "parent", NULL);
	const char *above = parent ? host_find(&layout->host, parent) : NULL;
	const char *uevent = words_get(w, "uevent", "");
	int major = (int)words_number(w, "major", 0);
	int minor = (int)words_number(w, "minor", 0);

	if (parent && !above)
		words_die(w, "parent '%s' is missing", parent);
	spoil_and_set(layout, w,
		      host_child(&layout->host, class, name, above, uevent, major, minor));
}

static void do_group(struct layout *layout, struct words *w)
{
	const char *number = words_need(w, "the number");
	char path[64];

	need_units(layout);
	group_make(&layout->host, atoi(number));
	tree_path(path, sizeof(path), "kernel/iommu_groups/%d", atoi(number));
	spoil_and_set(layout, w, path);
}

static void do_module(struct layout *layout, struct words *w)
{
	const char *name = words_need(w, "the name");
	char path[1024];

	tree_path(path, sizeof(path), "module/%s", name);
	host_module(&layout->host, name, words_number(w, "builtin", 0));
	spoil_and_set(layout, w, path);
}

static void do_driver(struct layout *layout, struct words *w)
{
	const char *bus = words_need(w, "the bus");
	const char *name = words_need(w, "the name");

	host_driver(&layout->host, bus, name, words_get(w, "module", NULL));
}

static void do_vfio(struct layout *layout, struct words *w)
{
	layout->host.cdev = words_number(w, "cdev", 1);
	if (words_number(w, "loaded", 1))
		group_vfio_core(&layout->host);
}

static void do_fill(struct layout *layout, struct words *w)
{
	struct fill fill;
	const char *group;

	need_units(layout);
	fill_init(&fill);
	fill.functions = (int)words_number(w, "functions", fill.functions);
	fill.domains = (int)words_number(w, "domains", 0);
	fill.sriov = (int)words_number(w, "sriov", fill.sriov);
	fill.legacy = (int)words_number(w, "legacy", fill.legacy);
	fill.vfio = (int)words_number(w, "vfio", fill.vfio);
	fill.variant = (int)words_number(w, "variant", fill.variant);
	fill.unbound = (int)words_number(w, "unbound", fill.unbound);
	fill.override = (int)words_number(w, "override", fill.override);
	fill.missing = (int)words_number(w, "missing", 0);
	fill.others = (int)words_number(w, "others", 0);
	fill.seed = (unsigned)words_number(w, "seed", 1);
	if (layout->seed)
		fill.seed = layout->seed;
	group = words_get(w, "group", NULL);
	if (group) {
		fill.group_max = fill.group_min = atoi(group);
		if (strstr(group, ".."))
			fill.group_max = atoi(strstr(group, "..") + 2);
		if (fill.group_min < 1 || fill.group_max < fill.group_min)
			words_die(w, "group=%s is no size or range of sizes", group);
	}
	fill_make(&layout->host, &fill);
}

/* Any file, link or directory; the path is one of the whole host: sys/…, dev/…, proc/…, etc/… */
static void do_file(struct layout *layout, struct words *w)
{
	const char *path = words_need(w, "the path");
	const char *text = words_next(w);

	tree_file(layout->host.top, path, 0644, text ? text : "", text ? strlen(text) : 0);
}

static void do_link(struct layout *layout, struct words *w)
{
	const char *path = words_need(w, "the path");

	tree_raw_link(layout->host.top, path, words_need(w, "the target"));
}

static void do_dir(struct layout *layout, struct words *w)
{
	tree_mkdir(layout->host.top, words_need(w, "the path"));
}

static void do_remove(struct layout *layout, struct words *w)
{
	tree_remove(layout->host.top, words_need(w, "the path"));
}

static const struct {
	const char *name;
	void (*run)(struct layout *layout, struct words *w);
} directives[] = {
	{ "iommu", do_iommu },	 { "pci", do_pci },	{ "device", do_device },
	{ "child", do_child },	 { "group", do_group }, { "module", do_module },
	{ "driver", do_driver }, { "vfio", do_vfio },	{ "fill", do_fill },
	{ "file", do_file },	 { "link", do_link },	{ "dir", do_dir },
	{ "remove", do_remove },
};

void layout_line(struct layout *layout, char *line, const char *where)
{
	struct words w;
	const char *name;

	words_split(&w, line, where);
	if (!w.n)
		return;
	name = words_need(&w, "the directive");
	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++) {
		if (strcmp(name, directives[i].name) == 0) {
			directives[i].run(layout, &w);
			words_done(&w);
			return;
		}
	}
	words_die(&w, "no directive is called '%s'", name);
}

void layout_read(struct layout *layout, FILE *in, const char *name)
{
	char *line = NULL;
	size_t size = 0;
	char where[512];

	for (int n = 1; getline(&line, &size, in) > 0; n++) {
		snprintf(where, sizeof(where), "%s:%d", name, n);
		layout_line(layout, line, where);
	}
	free(line);
}
