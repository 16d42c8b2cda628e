// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt pin is level-triggered: a delivered interrupt masks it until the user says that he
 * has dealt with it. Functions that can mask their own pin share the line with others; for the rest
 * we want the line alone and mask it at the interrupt controller.
 *
 * The handler lives exactly as long as its struct intx_ctx: it is requested last and freed before
 * anything that it looks at.
 */
#include <linux/eventfd.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "compat/eventfd.h"
#include "pci/intx.h"
#include "pci/irqfd.h"

static bool nointxmask;
module_param(nointxmask, bool, 0644);
MODULE_PARM_DESC(nointxmask,
		 "mask the pin at the interrupt controller, for functions whose own mask does not "
		 "work; asked at each open (default n)");

/**
 * struct intx_ctx - the pin while the user listens to it
 * @vdev: whose pin
 * @irq: the host's number
 * @name: in /proc/interrupts
 * @trigger: signalled on an interrupt; may be NULL. Under intx_lock
 * @masked: by the user, or by an interrupt that he has not answered. Under intx_lock
 * @line_off: a line of our own is disabled at the interrupt controller. Under intx_lock
 * @mask: the user's eventfds; under irq_lock
 * @unmask: likewise
 */
struct intx_ctx {
	struct vfio_pci *vdev;
	unsigned int irq;
	char *name;
	struct eventfd_ctx *trigger;
	bool masked;
	bool line_off;
	struct irqfd *mask;
	struct irqfd *unmask;
};

/*
 * Their status register never says that the pin is raised, so that a shared line cannot be told
 * apart from a neighbour's, and the pin not be masked in the function.
 */
static const struct pci_device_id silent[] = {
	{ PCI_VDEVICE(INTEL, 0x1563) }, /* X550 */
	{ PCI_VDEVICE(INTEL, 0x1572) }, /* X710, XL710, XXV710 */
	{ PCI_VDEVICE(INTEL, 0x1574) },
	{ PCI_VDEVICE(INTEL, 0x1580) },
	{ PCI_VDEVICE(INTEL, 0x1581) },
	{ PCI_VDEVICE(INTEL, 0x1583) },
	{ PCI_VDEVICE(INTEL, 0x1584) },
	{ PCI_VDEVICE(INTEL, 0x1585) },
	{ PCI_VDEVICE(INTEL, 0x1586) },
	{ PCI_VDEVICE(INTEL, 0x1587) },
	{ PCI_VDEVICE(INTEL, 0x1588) },
	{ PCI_VDEVICE(INTEL, 0x1589) },
	{ PCI_VDEVICE(INTEL, 0x158a) },
	{ PCI_VDEVICE(INTEL, 0x158b) },
	{ PCI_VDEVICE(INTEL, 0x37d0) }, /* X722 */
	{ PCI_VDEVICE(INTEL, 0x37d1) },
	{ PCI_VDEVICE(INTEL, 0x37d2) },
	{},
};

bool vfio_pci_intx_usable(struct pci_dev *pdev)
{
	return nointxmask || !pci_match_id(silent, pdev);
}

bool vfio_pci_intx_can_mask(struct pci_dev *pdev)
{
	return !nointxmask && pci_intx_mask_supported(pdev);
}

static void intx_signal(struct intx_ctx *ctx)
{
	if (ctx->trigger)
		compat_eventfd_signal(ctx->trigger);
}

/* Nothing may come through. intx_lock is held, also for the next two. */
static void intx_shut(struct intx_ctx *ctx)
{
	/* It was shut before, and its registers may be out of reach. */
	if (ctx->vdev->intx_asleep)
		return;
	if (ctx->vdev->intx_maskable) {
		vfio_pci_command_intx(ctx->vdev, true);
	} else if (!ctx->line_off) {
		ctx->line_off = true;
		disable_irq_nosync(ctx->irq);
	}
}

/* Let interrupts through, if nothing is against it. One that waits already is delivered at once. */
static void intx_open(struct intx_ctx *ctx)
{
	if (ctx->masked || ctx->vdev->intx_disabled || ctx->vdev->intx_asleep)
		return;
	if (!ctx->vdev->intx_maskable) {
		if (ctx->line_off) {
			ctx->line_off = false;
			enable_irq(ctx->irq);
		}
	} else if (!pci_check_and_unmask_intx(ctx->vdev->pdev)) {
		ctx->masked = true;
		intx_signal(ctx);
	}
}

/* One that is masked at the controller stays so by itself. */
void vfio_pci_intx_keep_shut(struct vfio_pci *vdev)
{
	struct intx_ctx *ctx = vdev->intx;

	lockdep_assert_held(&vdev->intx_lock);
	if (!vdev->intx_maskable)
		return;
	if (!ctx || ctx->masked || vdev->intx_disabled || vdev->intx_asleep)
		vfio_pci_command_intx(vdev, true);
}

/* On a shared line; it masks the pin if it is ours. */
static bool intx_is_ours(struct intx_ctx *ctx)
{
	if (!ctx->vdev->intx_maskable)
		return true;
	if (ctx->masked || ctx->vdev->intx_disabled || ctx->vdev->intx_asleep)
		return false;
	return pci_check_and_mask_intx(ctx->vdev->pdev);
}

static irqreturn_t intx_handler(int irq, void *data)
{
	struct intx_ctx *ctx = data;
	irqreturn_t ret = IRQ_NONE;
	unsigned long flags;

	spin_lock_irqsave(&ctx->vdev->intx_lock, flags);
	if (intx_is_ours(ctx)) {
		ctx->masked = true;
		if (!ctx->vdev->intx_maskable)
			intx_shut(ctx);
		intx_signal(ctx);
		ret = IRQ_HANDLED;
	}
	spin_unlock_irqrestore(&ctx->vdev->intx_lock, flags);
	return ret;
}

static void intx_do_mask(void *data)
{
	struct intx_ctx *ctx = data;
	unsigned long flags;

	spin_lock_irqsave(&ctx->vdev->intx_lock, flags);
	ctx->masked = true;
	intx_shut(ctx);
	spin_unlock_irqrestore(&ctx->vdev->intx_lock, flags);
}

static void intx_do_unmask(void *data)
{
	struct intx_ctx *ctx = data;
	unsigned long flags;

	spin_lock_irqsave(&ctx->vdev->intx_lock, flags);
	if (ctx->masked) {
		ctx->masked = false;
		intx_open(ctx);
	}
	spin_unlock_irqrestore(&ctx->vdev->intx_lock, flags);
}

void vfio_pci_intx_quiet(struct vfio_pci *vdev)
{
	unsigned long flags;

	spin_lock_irqsave(&vdev->intx_lock, flags);
	if (vdev->intx_maskable && !vdev->intx)
		vfio_pci_command_intx(vdev, true);
	spin_unlock_irqrestore(&vdev->intx_lock, flags);
}

void vfio_pci_intx_disable_bit(struct vfio_pci *vdev, bool disabled)
{
	unsigned long flags;

	spin_lock_irqsave(&vdev->intx_lock, flags);
	if (vdev->intx_disabled != disabled) {
		vdev->intx_disabled = disabled;
		if (vdev->intx && disabled)
			intx_shut(vdev->intx);
		else if (vdev->intx)
			intx_open(vdev->intx);
	}
	spin_unlock_irqrestore(&vdev->intx_lock, flags);
}

void vfio_pci_intx_sleep(struct vfio_pci *vdev, bool asleep)
{
	unsigned long flags;

	spin_lock_irqsave(&vdev->intx_lock, flags);
	if (asleep && vdev->intx)
		intx_shut(vdev->intx);
	vdev->intx_asleep = asleep;
	if (!asleep && vdev->intx)
		intx_open(vdev->intx);
	spin_unlock_irqrestore(&vdev->intx_lock, flags);
}

static void intx_free(struct intx_ctx *ctx)
{
	if (ctx->trigger)
		eventfd_ctx_put(ctx->trigger);
	kfree(ctx->name);
	kfree(ctx);
	vfio_ledger_destroyed(VFIO_LEDGER_IRQ_CONTEXTS, 1);
}

static struct intx_ctx *intx_new(struct vfio_pci *vdev)
{
	struct intx_ctx *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);

	if (!ctx)
		return NULL;
	vfio_ledger_created(VFIO_LEDGER_IRQ_CONTEXTS, 1);
	ctx->vdev = vdev;
	ctx->irq = vdev->pdev->irq;
	ctx->line_off = !vdev->intx_maskable;
	ctx->name = kasprintf(GFP_KERNEL_ACCOUNT, "vfio-intx(%s)", pci_name(vdev->pdev));
	if (ctx->name)
		return ctx;
	intx_free(ctx);
	return NULL;
}

/* @trigger stays the caller's if this fails. */
static int intx_start(struct vfio_pci *vdev, struct eventfd_ctx *trigger)
{
	struct intx_ctx *ctx = intx_new(vdev);
	unsigned long flags;
	int ret;

	if (!ctx)
		return -ENOMEM;
	ret = request_irq(ctx->irq, intx_handler,
			  vdev->intx_maskable ? IRQF_SHARED : IRQF_NO_AUTOEN, ctx->name, ctx);
	if (ret) {
		intx_free(ctx);
		return ret;
	}
	spin_lock_irqsave(&vdev->intx_lock, flags);
	ctx->trigger = trigger;
	vdev->intx = ctx;
	intx_open(ctx);
	spin_unlock_irqrestore(&vdev->intx_lock, flags);
	return 0;
}

void vfio_pci_intx_release(struct vfio_pci *vdev)
{
	struct intx_ctx *ctx = vdev->intx;
	unsigned long flags;

	if (!ctx)
		return;
	irqfd_free(ctx->mask);
	irqfd_free(ctx->unmask);
	spin_lock_irqsave(&vdev->intx_lock, flags);
	vdev->intx = NULL;
	intx_shut(ctx);
	spin_unlock_irqrestore(&vdev->intx_lock, flags);
	free_irq(ctx->irq, ctx);
	intx_free(ctx);
}

static void intx_set_trigger(struct intx_ctx *ctx, struct eventfd_ctx *trigger)
{
	struct eventfd_ctx *old;
	unsigned long flags;

	spin_lock_irqsave(&ctx->vdev->intx_lock, flags);
	old = ctx->trigger;
	ctx->trigger = trigger;
	spin_unlock_irqrestore(&ctx->vdev->intx_lock, flags);
	if (old)
		eventfd_ctx_put(old);
}

static int intx_trigger_fd(struct vfio_pci *vdev, int fd)
{
	struct eventfd_ctx *trigger = NULL;
	int ret;

	if (fd >= 0) {
		trigger = eventfd_ctx_fdget(fd);
		if (IS_ERR(trigger))
			return PTR_ERR(trigger);
	}
	if (vdev->intx) {
		intx_set_trigger(vdev->intx, trigger);
		return 0;
	}
	ret = intx_start(vdev, trigger);
	if (ret && trigger)
		eventfd_ctx_put(trigger);
	return ret;
}

static void intx_loopback(struct intx_ctx *ctx)
{
	unsigned long flags;

	spin_lock_irqsave(&ctx->vdev->intx_lock, flags);
	intx_signal(ctx);
	spin_unlock_irqrestore(&ctx->vdev->intx_lock, flags);
}

int vfio_pci_intx_trigger(struct vfio_pci *vdev, const struct irq_request *req)
{
	if (vdev->intx && !req->count && req->type == VFIO_IRQ_SET_DATA_NONE) {
		vfio_pci_intx_release(vdev);
		return 0;
	}
	if (vdev->msi || req->count != 1)
		return -EINVAL;
	if (req->type == VFIO_IRQ_SET_DATA_EVENTFD)
		return intx_trigger_fd(vdev, irq_request_fd(req, 0));
	if (!vdev->intx)
		return -EINVAL;
	if (irq_request_chosen(req, 0))
		intx_loopback(vdev->intx);
	return 0;
}

/* Mask and unmask are one thing: now, or whenever an eventfd says so. */
static int intx_set_mask(struct vfio_pci *vdev, const struct irq_request *req,
			 void (*act)(void *data), struct irqfd **slot)
{
	struct irqfd *irqfd = NULL;
	int fd;

	if (req->type != VFIO_IRQ_SET_DATA_EVENTFD) {
		if (irq_request_chosen(req, 0))
			act(vdev->intx);
		return 0;
	}
	fd = irq_request_fd(req, 0);
	if (fd >= 0) {
		irqfd = irqfd_new(fd, NULL, act, vdev->intx);
		if (IS_ERR(irqfd))
			return PTR_ERR(irqfd);
	}
	irqfd_free(*slot);
	*slot = irqfd;
	return 0;
}

int vfio_pci_intx_mask(struct vfio_pci *vdev, const struct irq_request *req)
{
	if (!vdev->intx || req->count != 1)
		return -EINVAL;
	return intx_set_mask(vdev, req, intx_do_mask, &vdev->intx->mask);
}

int vfio_pci_intx_unmask(struct vfio_pci *vdev, const struct irq_request *req)
{
	if (!vdev->intx || req->count != 1)
		return -EINVAL;
	return intx_set_mask(vdev, req, intx_do_unmask, &vdev->intx->unmask);
}
