// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../vfio.h"
#include "state.h"

static long vmstat(const char *item)
{
	FILE *f = fopen("/proc/vmstat", "re");
	long value, found = -1;
	char name[64];

	if (!f)
		die("cannot open '/proc/vmstat'");
	while (found < 0 && fscanf(f, "%63s %ld", name, &value) == 2) {
		if (!strcmp(name, item))
			found = value;
	}
	if (found < 0)
		die("no '%s' in '/proc/vmstat'", item);
	fclose(f);
	return found;
}

/* Each processor counts for itself for a while. */
static void vmstat_refresh(void)
{
	int fd = open("/proc/sys/vm/stat_refresh", O_RDONLY | O_CLOEXEC);
	char none;

	if (fd < 0 || read(fd, &none, 1) < 0)
		die("cannot refresh '/proc/vmstat'");
	close(fd);
}

static uint16_t command_of(const char *bdf)
{
	uint16_t command = 0xffff;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", bdf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &command, sizeof(command), 4) != sizeof(command))
		die("cannot read '%s'", path);
	close(fd);
	return command;
}

void state_read(struct state *state, const char *bdf)
{
	FILE *f = fopen("/sys/kernel/debug/vfio/ledger", "re");

	if (!f)
		die("no ledger");
	vmstat_refresh();
	*state = (struct state){
		.command = command_of(bdf),
		.pins = vmstat("nr_foll_pin_acquired") - vmstat("nr_foll_pin_released"),
		.iommu_pages = vmstat("nr_iommu_pages"),
	};
	while (state->nr < STATE_ITEMS &&
	       fscanf(f, "%31s %*u %*u %ld", state->name[state->nr], &state->left[state->nr]) == 2)
		state->nr++;
	fclose(f);
}

void state_same(const struct state *before, const struct state *after, const char *what)
{
	for (int i = 0; i < before->nr; i++)
		check(after->left[i] == before->left[i], what, 0, before->name[i], after->left[i],
		      before->left[i]);
	check(after->command == before->command, what, 0, "command register", after->command,
	      before->command);
	check(after->pins == before->pins, what, 0, "pins", after->pins, before->pins);
}
