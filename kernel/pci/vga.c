// SPDX-License-Identifier: GPL-2.0-only
/*
 * The legacy addresses of VGA, which all display adapters of a machine share: the arbiter says who
 * has them. The region of the device file is laid out like the machine's first 768 KiB; I/O ports
 * are where memory of the same addresses would be.
 *
 * Whoever has the arbiter's lock, which takes root, keeps us waiting, but not for long, since a
 * removal of the function waits for us; no lock of ours is held meanwhile.
 */
#include <linux/aperture.h>
#include <linux/completion.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/vgaarb.h>

#include "pci/bars.h"
#include "pci/vga.h"

static bool disable_vga;
module_param(disable_vga, bool, 0444);
MODULE_PARM_DESC(disable_vga,
		 "leave the legacy addresses of VGA to the host's display adapters (default n)");

#define NORMAL (VGA_RSRC_NORMAL_IO | VGA_RSRC_NORMAL_MEM)

/* In the region, and at the same addresses on the machine. */
static const struct vga_window {
	u32 first;
	u32 len;
	bool ports;
} windows[] = {
	{ 0xa0000, 0x20000, false },
	{ 0x3b0, 0xc, true },
	{ 0x3c0, 0x20, true },
};

static bool is_vga(struct pci_dev *pdev)
{
	return pdev->class >> 8 == PCI_CLASS_DISPLAY_VGA;
}

/* Other machines than a PC have these addresses elsewhere, if at all. */
bool vfio_pci_has_vga(struct vfio_pci *vdev)
{
	return IS_ENABLED(CONFIG_X86) && IS_ENABLED(CONFIG_VGA_ARB) && !disable_vga &&
	       is_vga(vdev->pdev);
}

static bool is_below(struct pci_dev *pdev, struct pci_bus *bus)
{
	struct pci_bus *at;

	for (at = pdev->bus; at; at = at->parent)
		if (at == bus)
			return true;
	return false;
}

/* Its bridge keeps the addresses away from it, and from no other adapter of the host's. */
static bool bridge_is_its_own(struct pci_dev *pdev)
{
	struct pci_dev *other = NULL;

	if (pci_is_root_bus(pdev->bus))
		return false;
	while ((other = pci_get_class(PCI_CLASS_DISPLAY_VGA << 8, other)))
		if (other != pdev && is_below(other, pdev->bus)) {
			pci_dev_put(other);
			return false;
		}
	return true;
}

int vfio_pci_vga_free(struct pci_dev *pdev)
{
	return is_vga(pdev) ? aperture_remove_conflicting_pci_devices(pdev, "vfio-pci") : 0;
}

void vfio_pci_vga_bound(struct vfio_pci *vdev)
{
	vdev->vga_left = is_vga(vdev->pdev) && disable_vga && bridge_is_its_own(vdev->pdev);
	if (vdev->vga_left)
		vga_set_legacy_decoding(vdev->pdev, NORMAL);
}

void vfio_pci_vga_unbound(struct vfio_pci *vdev)
{
	if (vdev->vga_left)
		vga_set_legacy_decoding(vdev->pdev, NORMAL | VGA_RSRC_LEGACY_MASK);
}

static const struct vga_window *window_find(u64 pos)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(windows); i++)
		if (pos >= windows[i].first && pos - windows[i].first < windows[i].len)
			return &windows[i];
	return NULL;
}

static void __iomem *window_map(const struct vga_window *w)
{
	return w->ports ? ioport_map(w->first, w->len) : ioremap(w->first, w->len);
}

static void window_unmap(const struct vga_window *w, void __iomem *io)
{
	if (w->ports)
		ioport_unmap(io);
	else
		iounmap(io);
}

/* The adapter has the addresses. Exactly one of @out and @in is set. */
static void window_copy(void __iomem *io, u8 *out, const u8 *in, size_t count, u64 pos)
{
	unsigned int width;
	size_t done;

	for (done = 0; done < count; done += width) {
		width = cfg_piece((pos + done) & 3, count - done);
		if (out)
			vfio_pci_bar_get(io + pos + done, out + done, width);
		else
			vfio_pci_bar_put(io + pos + done, in + done, width);
	}
}

/* One wait for the arbiter. */
struct turn {
	struct pci_dev *pdev;
	unsigned int what;
	struct completion done;
};

static int turn_wait(void *data)
{
	struct turn *turn = data;
	int ret;

	allow_signal(SIGKILL);
	ret = vga_get_interruptible(turn->pdev, turn->what);
	complete(&turn->done);
	return ret;
}

/*
 * The arbiter's wait knows no timeout and no try, but ends with a signal: so it is that of a
 * thread, which lives as long as this call. 0, and the lock is held, or -EBUSY after a second.
 */
static int turn_take(struct pci_dev *pdev, unsigned int what)
{
	struct turn turn = { .pdev = pdev, .what = what };
	struct task_struct *task;
	long left;
	int ret;

	init_completion(&turn.done);
	task = kthread_create(turn_wait, &turn, "vfio-vga");
	if (IS_ERR(task))
		return PTR_ERR(task);
	get_task_struct(task);
	wake_up_process(task);
	left = wait_for_completion_interruptible_timeout(&turn.done, HZ);
	if (left <= 0) {
		/* Before the thread allows the signal it is lost. */
		do
			send_sig(SIGKILL, task, 1);
		while (!wait_for_completion_timeout(&turn.done, 1));
	}
	/* It may have got the lock in the last moment. */
	ret = kthread_stop(task);
	put_task_struct(task);
	if (!ret || left > 0)
		return ret;
	return left ? left : -EBUSY;
}

static ssize_t vga_rw(struct vfio_pci *vdev, u8 *out, const u8 *in, size_t count, u64 pos)
{
	const struct vga_window *w = window_find(pos);
	unsigned int what;
	void __iomem *io;
	ssize_t ret;

	if (!w || !vfio_pci_has_vga(vdev))
		return -EINVAL;
	pos -= w->first;
	count = min_t(u64, count, w->len - pos);
	io = window_map(w);
	if (!io)
		return -ENOMEM;
	what = w->ports ? VGA_RSRC_LEGACY_IO : VGA_RSRC_LEGACY_MEM;
	ret = turn_take(vdev->pdev, what);
	if (!ret) {
		down_read(&vdev->memory_lock);
		ret = -EIO;
		if (vfio_pci_decodes(vdev, w->ports)) {
			window_copy(io, out, in, count, pos);
			ret = count;
		}
		up_read(&vdev->memory_lock);
		vga_put(vdev->pdev, what);
	}
	window_unmap(w, io);
	return ret;
}

ssize_t vfio_pci_vga_read(struct vfio_pci *vdev, u8 *buf, size_t count, u64 pos)
{
	return vga_rw(vdev, buf, NULL, count, pos);
}

ssize_t vfio_pci_vga_write(struct vfio_pci *vdev, const u8 *buf, size_t count, u64 pos)
{
	return vga_rw(vdev, NULL, buf, count, pos);
}
