// SPDX-License-Identifier: GPL-2.0-only
/*
 * Closing, in each order, of a device with interrupts and mappings. It cannot fail, and what is
 * still in use by the files that are left is not touched.
 */
#include <unistd.h>

#include "operation.h"

static void in_use(void)
{
	stage_enter(DEVICE);
	memory_map();
	IS(irq_eventfd(here.v.device, VFIO_PCI_MSI_IRQ_INDEX, here.event), 0);
}

static long close_container(void)
{
	close_file(&here.v.container);
	return 0;
}

static long close_group(void)
{
	close_file(&here.v.group);
	return 0;
}

static long close_device(void)
{
	close_file(&here.v.device);
	return 0;
}

static long close_all(void)
{
	close_container();
	close_group();
	close_device();
	return 0;
}

static long close_all_reverse(void)
{
	close_device();
	close_group();
	close_container();
	return 0;
}

const struct operation closing_operations[] = {
	{ .name = "close-device",
	  .stage = NOTHING,
	  .before = in_use,
	  .run = close_device,
	  .after = stage_leave,
	  .spares = GIVE_BACK },
	{ .name = "close-group",
	  .stage = NOTHING,
	  .before = in_use,
	  .run = close_group,
	  .after = stage_leave,
	  .spares = GIVE_BACK,
	  .quiet = true },
	{ .name = "close-container",
	  .stage = NOTHING,
	  .before = in_use,
	  .run = close_container,
	  .after = stage_leave,
	  .spares = GIVE_BACK,
	  .quiet = true },
	{ .name = "close-all",
	  .stage = NOTHING,
	  .before = in_use,
	  .run = close_all,
	  .spares = GIVE_BACK },
	{ .name = "close-all-reverse",
	  .stage = NOTHING,
	  .before = in_use,
	  .run = close_all_reverse,
	  .spares = GIVE_BACK },
	{},
};
