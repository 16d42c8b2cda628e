// SPDX-License-Identifier: GPL-2.0-only
/* What a device offers beyond regions and interrupts: ioeventfds, low power, the VF token. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "../pci.h"
#include "operation.h"

#define SET   VFIO_DEVICE_FEATURE_SET
#define PROBE VFIO_DEVICE_FEATURE_PROBE
#define VALUE 0x12345678u

/* --- an edu's register, written by an eventfd --- */

static long ioeventfd(int fd)
{
	struct vfio_device_ioeventfd io = { .argsz = sizeof(io),
					    .flags = VFIO_DEVICE_IOEVENTFD_32,
					    .offset = EDU_LIVE,
					    .data = VALUE,
					    .fd = fd };

	return ask(here.v.device, VFIO_DEVICE_IOEVENTFD, &io);
}

static long ioeventfd_on(void)
{
	return ioeventfd(here.event);
}

static long ioeventfd_off(void)
{
	return ioeventfd(-1);
}

static void ring(void)
{
	write32(here.v.device, EDU_LIVE, 0);
	IS(eventfd_write(here.event, 1), 0);
}

static void writes(void)
{
	ring();
	IS(read32(here.v.device, EDU_LIVE), ~VALUE);
}

static void ioeventfd_turned_on(void)
{
	IS(ioeventfd_on(), 0);
}

static void does_not_write(void)
{
	signals(here.event, 0);
	ring();
	IS(signals(here.event, 0), 1);
	IS(read32(here.v.device, EDU_LIVE), ~0u);
}

/* --- features --- */

static long feature(uint32_t flags, uint64_t low, uint64_t high)
{
	struct {
		struct vfio_device_feature feature;
		uint64_t payload[2];
	} req = { .feature = { .argsz = sizeof(req), .flags = flags }, .payload = { low, high } };

	return ask(here.v.device, VFIO_DEVICE_FEATURE, &req);
}

static long feature_probe(void)
{
	return feature(PROBE | SET | VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, 0, 0);
}

static long low_power(void)
{
	return feature(SET | VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, 0, 0);
}

/* The eventfd's number is the first half of a word. */
static long low_power_wakeup(void)
{
	return feature(SET | VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP, here.event, 0);
}

static long low_power_exit(void)
{
	return feature(SET | VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, 0, 0);
}

/* It is there already, so another is refused; and it answers. */
static void may_sleep(void)
{
	IS(low_power(), -EINVAL);
	TRUE(read32(here.v.device, 0) != 0xffffffff);
}

static void low_power_begun(void)
{
	IS(low_power(), 0);
}

static void low_power_ended(void)
{
	IS(low_power_exit(), 0);
}

static void may_not_sleep(void)
{
	IS(low_power(), 0);
	IS(low_power_exit(), 0);
}

static long vf_token(void)
{
	return feature(SET | VFIO_DEVICE_FEATURE_PCI_VF_TOKEN, VALUE, VALUE);
}

const struct operation feature_operations[] = {
	/* The first of a device maps the BAR into the kernel. */
	{ .name = "ioeventfd",
	  .stage = MODEL,
	  .before = device_open,
	  .run = ioeventfd_on,
	  .check = writes,
	  .after = device_close },
	{ .name = "ioeventfd-off",
	  .stage = DEVICE,
	  .before = ioeventfd_turned_on,
	  .run = ioeventfd_off,
	  .check = does_not_write },
	{ .name = "feature-probe", .stage = DEVICE, .run = feature_probe },
	{ .name = "low-power",
	  .stage = DEVICE,
	  .run = low_power,
	  .check = may_sleep,
	  .after = low_power_ended },
	{ .name = "low-power-wakeup",
	  .stage = DEVICE,
	  .run = low_power_wakeup,
	  .after = low_power_ended },
	{ .name = "low-power-exit",
	  .stage = DEVICE,
	  .before = low_power_begun,
	  .run = low_power_exit,
	  .check = may_not_sleep },
	{ .name = "vf-token", .stage = DEVICE, .run = vf_token },
	{},
};
