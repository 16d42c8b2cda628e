// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleep that the host decides on: a function that nobody has open, and one whose user said that he
 * can do without it for a while. It is the kernel's runtime power management: whoever needs the
 * function awake holds it, the core does so around each call of a user, and after the last one it
 * goes to sleep, with its registers saved, and the bridges above it, too.
 *
 * The driver core calls power_suspend() and power_resume() with none of our locks held; nobody who
 * has config_lock or memory_lock waits for them. The layout comes and goes only while the function
 * is held awake, so that neither sees it change. Without one there is nothing to be done, and no
 * lock to be taken: the kernel's recovery from errors wakes functions while it holds pci_bus_sem,
 * which resets take under our locks.
 */
#include <linux/eventfd.h>
#include <linux/module.h>
#include <linux/pm_runtime.h>

#include "compat/eventfd.h"
#include "pci/feature.h"
#include "pci/intx.h"
#include "pci/vfio_pci.h"

static bool disable_idle_d3;
module_param(disable_idle_d3, bool, 0644);
MODULE_PARM_DESC(disable_idle_d3,
		 "leave functions that nobody uses awake, for those that do not wake up again; "
		 "asked when one is bound (default n)");

void vfio_pci_power_init(struct vfio_pci *vdev)
{
	vdev->idle_sleeps = !disable_idle_d3;
	/* Where the last driver has left it is unknown, and from there only this leads on. */
	pci_set_power_state(vdev->pdev, PCI_D0);
}

void vfio_pci_power_bound(struct vfio_pci *vdev)
{
	pm_runtime_allow(&vdev->pdev->dev);
	if (vdev->idle_sleeps)
		pm_runtime_put(&vdev->pdev->dev);
}

void vfio_pci_power_unbound(struct vfio_pci *vdev)
{
	if (vdev->idle_sleeps)
		pm_runtime_get_noresume(&vdev->pdev->dev);
	pm_runtime_forbid(&vdev->pdev->dev);
}

int vfio_pci_power_open(struct vfio_pci *vdev)
{
	return vdev->idle_sleeps ? pm_runtime_resume_and_get(&vdev->pdev->dev) : 0;
}

void vfio_pci_power_release(struct vfio_pci *vdev)
{
	if (vdev->idle_sleeps)
		pm_runtime_put(&vdev->pdev->dev);
}

int vfio_pci_power_get(struct vfio_pci *vdev)
{
	return pm_runtime_resume_and_get(&vdev->pdev->dev);
}

void vfio_pci_power_put(struct vfio_pci *vdev)
{
	pm_runtime_put(&vdev->pdev->dev);
}

/* The hold that the user had as long as he did not say anything. memory_lock is held. */
static void low_power_end(struct vfio_pci *vdev)
{
	if (!vdev->low_power)
		return;
	vdev->low_power = false;
	pm_runtime_get_noresume(&vdev->pdev->dev);
	if (vdev->wake_trigger)
		eventfd_ctx_put(vdev->wake_trigger);
	vdev->wake_trigger = NULL;
}

void vfio_pci_power_on(struct vfio_pci *vdev)
{
	down_write(&vdev->memory_lock);
	low_power_end(vdev);
	up_write(&vdev->memory_lock);
	if (pm_runtime_resume(&vdev->pdev->dev) < 0)
		pci_warn(vdev->pdev, "does not wake up\n");
}

/* The call that asks for it holds the function awake until it returns. */
static int low_power_begin(struct vfio_pci *vdev, struct eventfd_ctx *trigger)
{
	int ret = -EINVAL;

	down_write(&vdev->memory_lock);
	if (!vdev->low_power) {
		vdev->low_power = true;
		vdev->wake_trigger = trigger;
		vfio_pci_memory_zap(vdev);
		pm_runtime_put_noidle(&vdev->pdev->dev);
		ret = 0;
	}
	up_write(&vdev->memory_lock);
	return ret;
}

long vfio_pci_low_power_entry(struct vfio_pci *vdev, const void *payload)
{
	return low_power_begin(vdev, NULL);
}

long vfio_pci_low_power_entry_with_wakeup(struct vfio_pci *vdev, const void *payload)
{
	const struct vfio_device_low_power_entry_with_wakeup *entry = payload;
	struct eventfd_ctx *trigger;
	int ret;

	trigger = eventfd_ctx_fdget(entry->wakeup_eventfd);
	if (IS_ERR(trigger))
		return PTR_ERR(trigger);
	ret = low_power_begin(vdev, trigger);
	if (ret)
		eventfd_ctx_put(trigger);
	return ret;
}

/* If it slept, this very call has woken it, and the trigger was signalled. */
long vfio_pci_low_power_exit(struct vfio_pci *vdev, const void *payload)
{
	down_write(&vdev->memory_lock);
	low_power_end(vdev);
	up_write(&vdev->memory_lock);
	return 0;
}

/*
 * A sleep of the user's own choice, by his power register, ends here: the kernel saves the
 * registers of a function that is awake, and of no other. Both locks are held.
 */
static int user_suspend(struct vfio_pci *vdev)
{
	vfio_pci_config_awake(vdev);
	if (vdev->pdev->current_state != PCI_D0) {
		vfio_pci_command_apply_locked(vdev);
		return -EBUSY;
	}
	vdev->memory_on = false;
	vdev->io_on = false;
	vfio_pci_memory_zap(vdev);
	return 0;
}

static int power_suspend(struct device *dev)
{
	struct vfio_pci *vdev = dev_get_drvdata(dev);
	int ret;

	if (!vdev || !vdev->layout)
		return 0;
	mutex_lock(&vdev->config_lock);
	down_write(&vdev->memory_lock);
	ret = user_suspend(vdev);
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->config_lock);
	if (!ret)
		vfio_pci_intx_sleep(vdev, true);
	return ret;
}

/* With a trigger there is one sleep for each time that it was asked for. */
static int power_resume(struct device *dev)
{
	struct vfio_pci *vdev = dev_get_drvdata(dev);

	if (!vdev || !vdev->layout)
		return 0;
	mutex_lock(&vdev->config_lock);
	down_write(&vdev->memory_lock);
	vfio_pci_command_apply_locked(vdev);
	if (vdev->wake_trigger) {
		compat_eventfd_signal(vdev->wake_trigger);
		low_power_end(vdev);
	}
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->config_lock);
	vfio_pci_intx_sleep(vdev, false);
	return 0;
}

const struct dev_pm_ops vfio_pci_pm_ops = { RUNTIME_PM_OPS(power_suspend, power_resume, NULL) };
