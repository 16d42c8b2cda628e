// SPDX-License-Identifier: GPL-2.0-only
#include "iommu.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "sysfs.h"

/*
 * The kernel's IOMMU drivers give their units such names under /sys/class/iommu; some name them
 * after the device, and then that device's driver tells.
 */
static const struct {
	const char *prefix, *kind;
} kinds[] = {
	{ "dmar", "intel" },	    { "ivhd", "amd" },	    { "smmu", "arm-smmu" },
	{ "arm-smmu", "arm-smmu" }, { "virtio", "virtio" }, { "riscv", "riscv" },
};

static const char *kind_of_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(name, kinds[i].prefix, strlen(kinds[i].prefix)))
			return kinds[i].kind;
	return NULL;
}

static const char *kind_of(int sysfs, const char *unit)
{
	const char *kind = kind_of_name(unit);
	char path[NAME_MAX + 64], driver[NAME_MAX + 1];

	snprintf(path, sizeof(path), "class/iommu/%s/device/driver", unit);
	if (!kind && !sysfs_link_name(sysfs, path, driver, sizeof(driver)))
		kind = kind_of_name(driver);
	return kind ? kind : "other";
}

static int add_unit(void *arg, const char *name)
{
	return strv_add(arg, name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct irq_search {
	int dir;
	bool found;
};

/*
 * Each Linux interrupt has a directory here, and its chip's name tells whether its messages go
 * through a remapping unit: "IR-PCI-MSI...", "DMAR-IR"; readable by everybody.
 */
static int look_at_irq(void *arg, const char *name)
{
	struct irq_search *search = arg;
	char path[NAME_MAX + 16], chip[128];

	snprintf(path, sizeof(path), "%s/chip_name", name);
	if (sysfs_read(search->dir, path, chip, sizeof(chip)) > 0 && !strncmp(chip, "IR-", 3))
		search->found = true;
	return search->found;
}

static enum tristate interrupt_remapping(int sysfs)
{
	_cleanup_close_ int dir = sysfs_open_dir(sysfs, "kernel/irq");
	struct irq_search search = { .dir = dir };

	if (dir < 0 || sysfs_each(dir, ".", look_at_irq, &search) < 0)
		return TRI_UNKNOWN;
	return search.found ? TRI_YES : TRI_NO;
}

int iommu_info_read(const struct host *host, struct iommu_info *out)
{
	int ret;

	*out = (struct iommu_info){ 0 };
	ret = sysfs_each(host->sysfs, "class/iommu", add_unit, &out->units);
	if (ret == -ENOMEM)
		return ret;
	if (out->units.n > 1)
		qsort(out->units.v, out->units.n, sizeof(char *), by_name);
	if (out->units.n)
		out->kind = kind_of(host->sysfs, out->units.v[0]);
	else if (host->n_groups)
		out->kind = "other"; /* not every driver registers its units */
	out->interrupt_remapping = interrupt_remapping(host->sysfs);
	return 0;
}

void iommu_info_clear(struct iommu_info *info)
{
	strv_clear(&info->units);
	*info = (struct iommu_info){ 0 };
}
