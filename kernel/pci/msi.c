// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vector's handler is requested when its struct msi_ctx is complete and freed before anything of
 * it goes. A new eventfd for a vector that has one takes its place without an interrupt being lost.
 *
 * The table of MSI-X is in a BAR, so whatever makes the host write there runs with the gate to the
 * memory held.
 */
#include <linux/eventfd.h>
#include <linux/interrupt.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "compat/eventfd.h"
#include "compat/irqbypass.h"
#include "compat/pci.h"
#include "pci/intx.h"
#include "pci/msi.h"

/**
 * struct msi_ctx - a vector with an eventfd
 * @trigger: signalled on an interrupt
 * @irq: the host's number
 * @name: in /proc/interrupts
 * @bypass: what KVM is offered, to deliver the interrupt without the handler
 * @offered: it stands
 */
struct msi_ctx {
	struct eventfd_ctx *trigger;
	unsigned int irq;
	char *name;
	struct irq_bypass_producer bypass;
	bool offered;
};

/**
 * struct msi_set - MSI or MSI-X while it is enabled
 * @msix: which one
 * @nr: vectors that the host allocated when it was enabled
 * @dynamic: others can follow one by one
 * @ctxs: struct msi_ctx by vector, for those with an eventfd
 */
struct msi_set {
	bool msix;
	bool dynamic;
	unsigned int nr;
	struct xarray ctxs;
};

unsigned int vfio_pci_msi_count(struct vfio_pci *vdev, bool msix)
{
	int count = msix ? pci_msix_vec_count(vdev->pdev) : pci_msi_vec_count(vdev->pdev);

	return count > 0 ? count : 0;
}

void vfio_pci_msi_find_table(struct vfio_pci *vdev)
{
	unsigned int count = vfio_pci_msi_count(vdev, true);
	u32 table = 0;

	vdev->msix_table.size = 0;
	if (!count)
		return;
	pci_read_config_dword(vdev->pdev, vdev->pdev->msix_cap + PCI_MSIX_TABLE, &table);
	vdev->msix_table.bar = table & PCI_MSIX_TABLE_BIR;
	vdev->msix_table.offset = table & PCI_MSIX_TABLE_OFFSET;
	vdev->msix_table.size = count * PCI_MSIX_ENTRY_SIZE;
}

static irqreturn_t msi_handler(int irq, void *data)
{
	struct msi_ctx *ctx = data;

	compat_eventfd_signal(READ_ONCE(ctx->trigger));
	return IRQ_HANDLED;
}

/*
 * Without it the interrupt goes through the handler, which is slower and as good: with two vectors
 * on one eventfd, one of them has to.
 */
static void ctx_offer(struct msi_ctx *ctx)
{
	ctx->offered = !compat_irqbypass_offer(&ctx->bypass, ctx->trigger, ctx->irq);
}

static void ctx_withdraw(struct msi_ctx *ctx)
{
	if (ctx->offered)
		compat_irqbypass_withdraw(&ctx->bypass);
	ctx->offered = false;
}

static void ctx_free(struct msi_ctx *ctx)
{
	eventfd_ctx_put(ctx->trigger);
	kfree(ctx->name);
	kfree(ctx);
	vfio_ledger_destroyed(VFIO_LEDGER_IRQ_CONTEXTS, 1);
}

/* Takes over @trigger, also when it fails. */
static struct msi_ctx *ctx_new(struct vfio_pci *vdev, unsigned int vector,
			       struct eventfd_ctx *trigger)
{
	struct msi_ctx *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);

	if (!ctx) {
		eventfd_ctx_put(trigger);
		return NULL;
	}
	vfio_ledger_created(VFIO_LEDGER_IRQ_CONTEXTS, 1);
	ctx->trigger = trigger;
	ctx->name = kasprintf(GFP_KERNEL_ACCOUNT, "vfio-msi%s[%u](%s)", vdev->msi->msix ? "x" : "",
			      vector, pci_name(vdev->pdev));
	if (ctx->name)
		return ctx;
	ctx_free(ctx);
	return NULL;
}

static int vector_number(struct vfio_pci *vdev, unsigned int vector)
{
	int irq;

	if (vector >= vdev->msi->nr && !vdev->msi->dynamic)
		return -EINVAL;
	irq = pci_irq_vector(vdev->pdev, vector);
	if (irq > 0 || !vdev->msi->dynamic)
		return irq;
	return compat_msix_add(vdev->pdev, vector);
}

/* Takes over @trigger, also when it fails. */
static int vector_start(struct vfio_pci *vdev, unsigned int vector, struct eventfd_ctx *trigger)
{
	struct msi_ctx *ctx = ctx_new(vdev, vector, trigger);
	int irq, ret;

	if (!ctx)
		return -ENOMEM;
	irq = vector_number(vdev, vector);
	if (irq < 0) {
		ret = irq;
		goto free;
	}
	ctx->irq = irq;
	ret = xa_insert(&vdev->msi->ctxs, vector, ctx, GFP_KERNEL_ACCOUNT);
	if (ret)
		goto free;
	ret = request_irq(irq, msi_handler, 0, ctx->name, ctx);
	if (!ret) {
		ctx_offer(ctx);
		return 0;
	}
	xa_erase(&vdev->msi->ctxs, vector);
free:
	ctx_free(ctx);
	return ret;
}

static void vector_stop(struct vfio_pci *vdev, unsigned int vector)
{
	struct msi_ctx *ctx = xa_erase(&vdev->msi->ctxs, vector);

	if (!ctx)
		return;
	ctx_withdraw(ctx);
	free_irq(ctx->irq, ctx);
	ctx_free(ctx);
}

static int vector_set(struct vfio_pci *vdev, unsigned int vector, int fd)
{
	struct eventfd_ctx *trigger, *old;
	struct msi_ctx *ctx;

	if (fd < 0) {
		vector_stop(vdev, vector);
		return 0;
	}
	trigger = eventfd_ctx_fdget(fd);
	if (IS_ERR(trigger))
		return PTR_ERR(trigger);
	ctx = xa_load(&vdev->msi->ctxs, vector);
	if (!ctx)
		return vector_start(vdev, vector, trigger);
	/* Nobody who waits for the old one gets what comes from here on. */
	ctx_withdraw(ctx);
	old = xchg(&ctx->trigger, trigger);
	synchronize_irq(ctx->irq);
	eventfd_ctx_put(old);
	ctx_offer(ctx);
	return 0;
}

/* All or none: after an error no vector of the range is left. */
static int vectors_set(struct vfio_pci *vdev, const struct irq_request *req)
{
	unsigned int i;
	int ret;

	ret = vfio_pci_memory_begin(vdev) ? 0 : -EIO;
	for (i = 0; i < req->count && !ret; i++)
		ret = vector_set(vdev, req->start + i, irq_request_fd(req, i));
	while (ret && i--)
		vector_stop(vdev, req->start + i);
	vfio_pci_memory_end(vdev);
	return ret;
}

static int msi_start(struct vfio_pci *vdev, bool msix, unsigned int nr)
{
	struct msi_set *set;
	int got = -EIO;

	set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);
	if (!set)
		return -ENOMEM;
	if (vfio_pci_memory_begin(vdev))
		got = pci_alloc_irq_vectors(vdev->pdev, 1, nr, msix ? PCI_IRQ_MSIX : PCI_IRQ_MSI);
	if (got > 0 && got < nr)
		pci_free_irq_vectors(vdev->pdev);
	vfio_pci_memory_end(vdev);
	if (got != nr) {
		vfio_pci_intx_quiet(vdev);
		kfree(set);
		return got;
	}
	set->msix = msix;
	set->nr = nr;
	set->dynamic = msix && compat_msix_dynamic(vdev->pdev);
	xa_init(&set->ctxs);
	vdev->msi = set;
	vfio_pci_config_show_msi(vdev, msix, true);
	return 0;
}

void vfio_pci_msi_release(struct vfio_pci *vdev)
{
	struct msi_set *set = vdev->msi;
	struct msi_ctx *ctx;
	unsigned long vector;

	if (!set)
		return;
	vfio_pci_memory_begin(vdev);
	xa_for_each (&set->ctxs, vector, ctx)
		vector_stop(vdev, vector);
	pci_free_irq_vectors(vdev->pdev);
	vfio_pci_memory_end(vdev);
	/* The kernel has given the pin back to the function. */
	vfio_pci_intx_quiet(vdev);
	vfio_pci_config_show_msi(vdev, set->msix, false);
	vdev->msi = NULL;
	xa_destroy(&set->ctxs);
	kfree(set);
}

static int msi_set_fds(struct vfio_pci *vdev, const struct irq_request *req, bool msix)
{
	bool fresh = !vdev->msi;
	int ret;

	if (!req->count)
		return -EINVAL;
	if (fresh) {
		ret = msi_start(vdev, msix, req->start + req->count);
		if (ret)
			return ret;
	}
	ret = vectors_set(vdev, req);
	if (ret && fresh)
		vfio_pci_msi_release(vdev);
	return ret;
}

static void msi_loopback(struct vfio_pci *vdev, const struct irq_request *req)
{
	struct msi_ctx *ctx;
	unsigned int i;

	for (i = 0; i < req->count; i++) {
		ctx = xa_load(&vdev->msi->ctxs, req->start + i);
		if (ctx && irq_request_chosen(req, i))
			compat_eventfd_signal(ctx->trigger);
	}
}

int vfio_pci_msi_trigger(struct vfio_pci *vdev, const struct irq_request *req)
{
	bool msix = req->index == VFIO_PCI_MSIX_IRQ_INDEX;
	bool on = vdev->msi && vdev->msi->msix == msix;

	if (on && !req->count && req->type == VFIO_IRQ_SET_DATA_NONE) {
		vfio_pci_msi_release(vdev);
		return 0;
	}
	if (vdev->intx || (vdev->msi && !on))
		return -EINVAL;
	if (req->type == VFIO_IRQ_SET_DATA_EVENTFD)
		return msi_set_fds(vdev, req, msix);
	if (!on)
		return -EINVAL;
	msi_loopback(vdev, req);
	return 0;
}
