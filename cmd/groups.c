// SPDX-License-Identifier: GPL-2.0-only
/* vfioctl groups: a row for each IOMMU group, or a tree of groups and members. */
#include <errno.h>
#include <stdlib.h>

#include "attr.h"
#include "cleanup.h"
#include "dispute.h"
#include "gather.h"
#include "names.h"
#include "node.h"

enum {
	GROUP_GROUP,
	GROUP_VIABLE,
	GROUP_DEVICES,
	GROUP_DRIVERS,
	GROUP_VERDICTS,
	GROUP_NAMES,
	GROUP_BLOCKERS,
	GROUP_IDS,
	GROUP_CLASSES,
	GROUP_ROLES,
	GROUP_COUNT,
	GROUP_BOUND,
	GROUP_DOMAIN,
	GROUP_RESERVED,
	GROUP_NODE,
	GROUP_NODE_ACCESS,
	GROUP_SOURCE,
	GROUP_CONTAINER,
	GROUP_OPENED,
	GROUP_USERS,
};

enum {
	NEED_NAMES = 1 << 0,
};

#define SHOWN COLF_DEFAULT

/* clang-format off */
static const struct column columns[] = {
	[GROUP_GROUP] = { "GROUP", 0, SHOWN | COLF_RIGHT | COLF_TREE, COL_NUMBER,
		"IOMMU group; in a tree its members, too", 0 },
	[GROUP_VIABLE] = { "VIABLE", 0, SHOWN, COL_BOOL, "it can be handed out", 0 },
	[GROUP_DEVICES] = { "DEVICES", 0, SHOWN | COLF_FLAT, COL_STRINGS, "its devices", 0 },
	[GROUP_DRIVERS] = { "DRIVERS", 0, SHOWN, COL_STRINGS, "driver of each device", 0 },
	[GROUP_VERDICTS] = { "VERDICTS", 0, SHOWN, COL_STRINGS,
		"of each device: driverless, vfio, whitelisted or blocks", 0 },
	[GROUP_NAMES] = { "NAMES", 0, SHOWN, COL_STRINGS, "name of each device", NEED_NAMES },
	[GROUP_BLOCKERS] = { "BLOCKERS", 0, 0, COL_STRINGS, "devices that make it not viable", 0 },
	[GROUP_IDS] = { "IDS", 0, 0, COL_STRINGS, "vendor and device ID of each device", 0 },
	[GROUP_CLASSES] = { "CLASSES", 0, 0, COL_STRINGS, "class name of each device", NEED_NAMES },
	[GROUP_ROLES] = { "ROLES", 0, 0, COL_STRINGS, "role of each device", 0 },
	[GROUP_COUNT] = { "COUNT", 0, COLF_RIGHT, COL_NUMBER, "number of devices", 0 },
	[GROUP_BOUND] = { "BOUND", 0, COLF_RIGHT, COL_NUMBER, "number bound to VFIO drivers", 0 },
	[GROUP_DOMAIN] = { "DOMAIN-TYPE", 0, 0, COL_STRING, "type of its default domain", 0 },
	[GROUP_RESERVED] = { "RESERVED", 0, 0, COL_STRINGS, "address ranges it cannot map", 0 },
	[GROUP_NODE] = { "NODE", 0, 0, COL_STRING, "its device node", 0 },
	[GROUP_NODE_ACCESS] = { "NODE-ACCESS", 0, 0, COL_STRING, "owner, group and mode of NODE", 0 },
	[GROUP_SOURCE] = { "SOURCE", 0, 0, COL_STRING,
		"who says VIABLE: kernel, or computed where it says nothing", 0 },
	[GROUP_CONTAINER] = { "CONTAINER", 0, COLF_RIGHT, COL_NUMBER,
		"container it is attached to; none: to none, or stock core", 0 },
	[GROUP_OPENED] = { "OPENED", 0, 0, COL_BOOL, "its node is open; none: not known", 0 },
	[GROUP_USERS] = { "USERS", 0, COLF_RIGHT, COL_NUMBER,
		"open files of its devices; none: not known", 0 },
};
/* clang-format on */

struct groups {
	struct gather gather;
	struct names *names; /* NULL: no column asks for any */
	struct table *table;
	const struct cmd_run *run;
	enum core_kind core;
};

static void groups_clear(struct groups *g)
{
	gather_clear(&g->gather);
	names_free(g->names);
	table_free(g->table);
}

/* One line of the plural cells; each of them has one for every device, so that they align. */
static int add_member(struct groups *g, struct row *row, const struct device *device)
{
	enum member_verdict verdict = viability_of_device(device, &g->gather.whitelist);
	char name[512], id[16];
	const char *class_name = NULL;
	bool named = g->names && gather_name(g->names, device, name, sizeof(name));
	int ret;

	if (g->names && device->has_id && table_shows(g->table, GROUP_CLASSES))
		class_name = names_class(g->names, device->id.class_code);
	if (table_shows(g->table, GROUP_IDS))
		snprintf(id, sizeof(id), "%04x:%04x", device->id.vendor, device->id.device);
	ret = row_add(row, GROUP_DEVICES, device->name);
	ret |= row_add(row, GROUP_DRIVERS, device->driver ? device->driver->name : NULL);
	ret |= row_add(row, GROUP_VERDICTS, member_verdict_name(verdict));
	ret |= row_add(row, GROUP_NAMES, named ? name : NULL);
	ret |= row_add(row, GROUP_IDS, device->has_id ? id : NULL);
	ret |= row_add(row, GROUP_CLASSES, class_name);
	ret |= row_add(row, GROUP_ROLES, device_role_name(device->role));
	if (verdict == MEMBER_BLOCKS)
		ret |= row_add(row, GROUP_BLOCKERS, device->name);
	return ret ? -ENOMEM : 0;
}

/* In a tree each member has a row of its own below its group's. */
static int add_members(struct groups *g, struct row *row, const struct group *group)
{
	bool tree = table_is_tree(g->table);
	int ret = 0;

	for (size_t i = 0; !ret && i < group->n_devices; i++) {
		struct row *member = tree ? table_add(g->table, row) : row;

		if (!member)
			return -ENOMEM;
		if (tree)
			ret = row_str(member, GROUP_GROUP, group->devices[i]->name);
		if (!ret)
			ret = add_member(g, member, group->devices[i]);
	}
	return ret;
}

static long long count_bound(const struct group *group)
{
	long long n = 0;

	for (size_t i = 0; i < group->n_devices; i++)
		if (group->devices[i]->driver && group->devices[i]->driver->vfio)
			n++;
	return n;
}

static int add_node(struct row *row, long id)
{
	struct node node;
	char access[160];

	if (!node_of_group(id, &node))
		return 0;
	node_access(&node, access, sizeof(access));
	return row_str(row, GROUP_NODE, node.path) || row_str(row, GROUP_NODE_ACCESS, access)
		       ? -ENOMEM
		       : 0;
}

/* What has to be read for this group, and only when it is shown. */
static int add_attributes(struct groups *g, struct row *row, long id)
{
	_cleanup_free_ char *type = NULL;
	struct strv regions = { 0 };
	int ret = 0;

	if (table_shows(g->table, GROUP_DOMAIN)) {
		type = attr_group_type(g->gather.host, id);
		ret = row_str(row, GROUP_DOMAIN, type);
	}
	if (!ret && table_shows(g->table, GROUP_RESERVED)) {
		ret = attr_reserved_regions(g->gather.host, id, &regions);
		if (ret != -ENOMEM)
			ret = row_strv(row, GROUP_RESERVED, &regions);
		strv_clear(&regions);
	}
	if (!ret && (table_shows(g->table, GROUP_NODE) || table_shows(g->table, GROUP_NODE_ACCESS)))
		ret = add_node(row, id);
	return ret;
}

/* Only what someone meant to hand out is coloured: most groups of a host never are. */
static const char *colour_of(bool viable, long long bound)
{
	if (!bound)
		return NULL;
	return viable ? "green" : "red";
}

static int add_kernel_words(struct row *row, const struct core_group *kernel)
{
	int ret = row_bool(row, GROUP_OPENED, kernel->opened);

	ret |= row_num(row, GROUP_USERS, kernel->users);
	if (kernel->container)
		ret |= row_num(row, GROUP_CONTAINER, (long long)kernel->container);
	return ret;
}

static int add_verdict(struct groups *g, struct row *row, const struct group *group)
{
	_cleanup_(group_verdict_clear) struct group_verdict verdict = { 0 };
	long long bound = count_bound(group);
	int ret = group_verdict_read(&verdict, g->gather.host->sysfs, g->core, group,
				     &g->gather.whitelist);

	if (ret < 0)
		return ret;
	ret = row_bool(row, GROUP_VIABLE, verdict.viable);
	ret |= row_num(row, GROUP_BOUND, bound);
	ret |= row_str(row, GROUP_SOURCE, verdict.told ? "kernel" : "computed");
	if (verdict.told)
		ret |= add_kernel_words(row, &verdict.kernel);
	row_colour(row, colour_of(verdict.viable, bound));
	dispute_warn(g->run, &verdict, group->id);
	return ret;
}

static int add_group(struct groups *g, const struct group *group)
{
	struct row *row = table_add(g->table, NULL);
	int ret;

	if (!row)
		return -ENOMEM;
	row_num(row, GROUP_GROUP, group->id);
	row_num(row, GROUP_COUNT, (long long)group->n_devices);
	ret = add_verdict(g, row, group);
	if (!ret)
		ret = add_attributes(g, row, group->id);
	return ret ? ret : add_members(g, row, group);
}

static int add_groups(struct groups *g, struct group **groups, size_t n, struct error *err)
{
	if (table_needs(g->table) & NEED_NAMES) {
		g->names = names_new();
		if (!g->names)
			return gather_no_memory(err);
	}
	for (size_t i = 0; i < n; i++)
		if (add_group(g, groups[i]))
			return gather_no_memory(err);
	return 0;
}

/* The table has copies of all it shows: what it was made of makes room for the printing. */
static void forget_sources(struct groups *g)
{
	gather_clear(&g->gather);
	g->gather = (struct gather){ 0 };
	names_free(take_ptr(g->names));
}

static enum exit_status groups_run(struct cmd_run *run, struct error *err)
{
	_cleanup_(groups_clear) struct groups g = { .run = run };
	_cleanup_free_ struct group **groups = NULL;
	size_t n;

	g.table = table_new("groups", columns, ARRAY_SIZE(columns), &run->table, err);
	if (!g.table || gather_whitelist(&g.gather, err) < 0 ||
	    gather_groups(&g.gather, run, &groups, &n, err) < 0)
		return EXIT_DONE;
	g.core = core_kind(g.gather.host->sysfs);
	if (add_groups(&g, groups, n, err) < 0)
		return EXIT_DONE;
	forget_sources(&g);
	table_print(g.table, stdout, err);
	return EXIT_DONE;
}

const struct cmd cmd_groups = {
	.name = "groups",
	.operands = "[SELECTOR...]",
	.summary = "list IOMMU groups, their devices and whether they are viable",
	.flags = CMD_TABLE | CMD_SELECTORS,
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.run = groups_run,
};
