// SPDX-License-Identifier: GPL-2.0-only
/* VFIO_DEVICE_SET_IRQS in each of its flavours. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "operation.h"

#define VECTORS 4

static long set_irqs(uint32_t index, uint32_t flags, uint32_t start, uint32_t count, int fd)
{
	struct {
		struct vfio_irq_set set;
		int32_t fds[VECTORS];
	} irqs = { .set = { .argsz = sizeof(irqs),
			    .flags = flags,
			    .index = index,
			    .start = start,
			    .count = count },
		   .fds = { fd, fd, fd, fd } };

	return ask(here.v.device, VFIO_DEVICE_SET_IRQS, &irqs);
}

static long on(uint32_t index, uint32_t start, uint32_t count)
{
	return set_irqs(index, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, start,
			count, here.event);
}

static long off(uint32_t index)
{
	return irq_off(here.v.device, index);
}

/* Have the kernel act as if the interrupt had come. */
static long loop(uint32_t index, uint32_t vector)
{
	return set_irqs(index, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, vector, 1, 0);
}

/* The interrupt arrives in the eventfd. */
static void arrives(uint32_t index, uint32_t vector)
{
	uint64_t count = 0;

	if (read(here.event, &count, sizeof(count)) < 0)
		count = 0;
	IS(loop(index, vector), 0);
	TRUE(read(here.event, &count, sizeof(count)) == sizeof(count));
	IS(count, 1);
}

/* --- the pin --- */

static long intx_on(void)
{
	return on(VFIO_PCI_INTX_IRQ_INDEX, 0, 1);
}

static void intx_is_on(void)
{
	arrives(VFIO_PCI_INTX_IRQ_INDEX, 0);
}

static long intx_off(void)
{
	return off(VFIO_PCI_INTX_IRQ_INDEX);
}

static void intx_turned_on(void)
{
	IS(intx_on(), 0);
}

static void intx_turned_off(void)
{
	IS(intx_off(), 0);
}

static long intx_mask_by_eventfd(void)
{
	return set_irqs(VFIO_PCI_INTX_IRQ_INDEX,
			VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_MASK, 0, 1, here.event);
}

static long intx_unmask_by_eventfd(void)
{
	return set_irqs(VFIO_PCI_INTX_IRQ_INDEX,
			VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK, 0, 1, here.event);
}

static void intx_unmask_turned_on(void)
{
	IS(intx_on(), 0);
	IS(intx_unmask_by_eventfd(), 0);
}

static long intx_unmask_by_none(void)
{
	return set_irqs(VFIO_PCI_INTX_IRQ_INDEX,
			VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK, 0, 1, -1);
}

/* --- messages --- */

static long msi_on(void)
{
	return on(VFIO_PCI_MSI_IRQ_INDEX, 0, 1);
}

static void msi_is_on(void)
{
	arrives(VFIO_PCI_MSI_IRQ_INDEX, 0);
}

static long msi_off(void)
{
	return off(VFIO_PCI_MSI_IRQ_INDEX);
}

static void msi_turned_on(void)
{
	IS(msi_on(), 0);
}

/* An error of a second call leaves the vector without an eventfd, and MSI enabled. */
static void msi_turned_off(void)
{
	IS(msi_off(), 0);
}

static long msix_on(void)
{
	return on(VFIO_PCI_MSIX_IRQ_INDEX, 0, VECTORS);
}

static void msix_is_on(void)
{
	arrives(VFIO_PCI_MSIX_IRQ_INDEX, VECTORS - 1);
}

static long msix_off(void)
{
	return off(VFIO_PCI_MSIX_IRQ_INDEX);
}

static void msix_turned_on(void)
{
	IS(on(VFIO_PCI_MSIX_IRQ_INDEX, 0, 1), 0);
}

static void msix_turned_off(void)
{
	IS(msix_off(), 0);
}

/* One vector more than was there when MSI-X was enabled. */
static long msix_grow(void)
{
	return on(VFIO_PCI_MSIX_IRQ_INDEX, VECTORS - 1, 1);
}

/* --- those that no device raises --- */

static long request_on(void)
{
	return on(VFIO_PCI_REQ_IRQ_INDEX, 0, 1);
}

static void request_is_on(void)
{
	arrives(VFIO_PCI_REQ_IRQ_INDEX, 0);
}

static long request_off(void)
{
	return off(VFIO_PCI_REQ_IRQ_INDEX);
}

static void request_turned_on(void)
{
	IS(request_on(), 0);
}

static void request_turned_off(void)
{
	IS(request_off(), 0);
}

static long error_on(void)
{
	return on(VFIO_PCI_ERR_IRQ_INDEX, 0, 1);
}

static void error_is_on(void)
{
	arrives(VFIO_PCI_ERR_IRQ_INDEX, 0);
}

static long error_off(void)
{
	return off(VFIO_PCI_ERR_IRQ_INDEX);
}

static void error_turned_on(void)
{
	IS(error_on(), 0);
}

static void error_turned_off(void)
{
	IS(error_off(), 0);
}

const struct operation interrupt_operations[] = {
	{ .name = "intx",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .run = intx_on,
	  .check = intx_is_on,
	  .after = intx_turned_off },
	{ .name = "intx-again",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .before = intx_turned_on,
	  .run = intx_on,
	  .check = intx_is_on,
	  .after = intx_turned_off },
	{ .name = "intx-mask",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .before = intx_turned_on,
	  .run = intx_mask_by_eventfd,
	  .after = intx_turned_off },
	{ .name = "intx-unmask",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .before = intx_turned_on,
	  .run = intx_unmask_by_eventfd,
	  .after = intx_turned_off },
	{ .name = "intx-unmask-off",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .before = intx_unmask_turned_on,
	  .run = intx_unmask_by_none,
	  .after = intx_turned_off },
	{ .name = "intx-off",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .before = intx_turned_on,
	  .run = intx_off },
	{ .name = "msi",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .run = msi_on,
	  .check = msi_is_on,
	  .after = msi_turned_off },
	{ .name = "msi-again",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .before = msi_turned_on,
	  .run = msi_on,
	  .check = msi_is_on,
	  .after = msi_turned_off },
	{ .name = "msi-off",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .before = msi_turned_on,
	  .run = msi_off },
	{ .name = "msix",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .run = msix_on,
	  .check = msix_is_on,
	  .after = msix_turned_off },
	{ .name = "msix-grow",
	  .error = ENOSPC,
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .before = msix_turned_on,
	  .run = msix_grow,
	  .check = msix_is_on,
	  .after = msix_turned_off },
	{ .name = "msix-off",
	  .spares = IRQ_FILES,
	  .stage = DEVICE,
	  .before = msix_turned_on,
	  .run = msix_off },
	{ .name = "request",
	  .stage = DEVICE,
	  .run = request_on,
	  .check = request_is_on,
	  .after = request_turned_off },
	{ .name = "request-off", .stage = DEVICE, .before = request_turned_on, .run = request_off },
	{ .name = "error",
	  .stage = DEVICE,
	  .run = error_on,
	  .check = error_is_on,
	  .after = error_turned_off },
	{ .name = "error-off", .stage = DEVICE, .before = error_turned_on, .run = error_off },
	{},
};
