// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reset of the function alone. The device_lock is only ever tried: a remover holds it while it
 * waits for us.
 */
#include <linux/completion.h>
#include <linux/workqueue.h>

#include "pci/vfio_pci.h"

int vfio_pci_function_reset(struct vfio_pci *vdev)
{
	int ret;

	lockdep_assert_held(&vdev->config_lock);
	if (!vdev->can_reset)
		return -ENOTTY;
	down_write(&vdev->memory_lock);
	vfio_pci_memory_zap(vdev);
	vfio_pci_config_awake(vdev);
	ret = pci_try_reset_function(vdev->pdev);
	/* The registers came back as they were saved, perhaps asleep. */
	vfio_pci_command_apply_locked(vdev);
	up_write(&vdev->memory_lock);
	return ret;
}

long vfio_pci_reset(void *data, struct vfio_arg *arg)
{
	struct vfio_pci *vdev = data;
	int ret;

	if (!vdev->can_reset)
		return -EINVAL;
	mutex_lock(&vdev->config_lock);
	ret = vfio_pci_function_reset(vdev);
	mutex_unlock(&vdev->config_lock);
	return ret;
}

/* Of our own: when it is gone, so is the last of its workers from this code. */
static struct workqueue_struct *workers;

int vfio_pci_reset_module_init(void)
{
	workers = alloc_workqueue("vfio-pci-reset", WQ_UNBOUND, 0);
	return workers ? 0 : -ENOMEM;
}

void vfio_pci_reset_module_exit(void)
{
	destroy_workqueue(workers);
}

struct owed_reset {
	struct work_struct work;
	struct completion done;
	struct pci_dev *pdev;
	int ret;
};

static void owed_reset_work(struct work_struct *work)
{
	struct owed_reset *owed = container_of(work, struct owed_reset, work);

	owed->ret = pci_reset_function_locked(owed->pdev);
	complete(&owed->done);
}

/*
 * A reset sleeps in state D, a second long if it has to be that of the bus. Whoever unbinds the
 * device must not be seen so: he waits for a worker, and lends it the device_lock that he holds.
 */
void vfio_pci_reset_owed(struct vfio_pci *vdev)
{
	struct owed_reset owed = { .pdev = vdev->pdev };

	if (!vdev->reset_owed || !pci_device_is_present(vdev->pdev))
		return;
	vdev->reset_owed = false;
	init_completion(&owed.done);
	INIT_WORK_ONSTACK(&owed.work, owed_reset_work);
	queue_work(workers, &owed.work);
	wait_for_completion_state(&owed.done, TASK_IDLE);
	destroy_work_on_stack(&owed.work);
	if (owed.ret)
		pci_warn(vdev->pdev, "could not be reset after its last use\n");
}
