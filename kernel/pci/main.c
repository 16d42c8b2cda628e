// SPDX-License-Identifier: GPL-2.0-only
/* The PCI driver: which functions it takes, and what open and release do to them. */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "pci/intx.h"
#include "pci/msi.h"
#include "pci/sriov.h"
#include "pci/vga.h"
#include "pci/vfio_pci.h"
#include "version.h"

static char ids[1024];
module_param_string(ids, ids, sizeof(ids), 0444);
MODULE_PARM_DESC(ids,
		 "functions to take at once: vendor:device[:subvendor[:subdevice[:class[:mask]]]],"
		 " several with commas");

static long vfio_pci_get_info(void *data, struct vfio_arg *arg)
{
	struct vfio_device_info *info = arg->buf;
	struct vfio_pci *vdev = data;

	info->flags = VFIO_DEVICE_FLAGS_PCI;
	if (vdev->can_reset)
		info->flags |= VFIO_DEVICE_FLAGS_RESET;
	info->num_regions = VFIO_PCI_NUM_REGIONS;
	info->num_irqs = VFIO_PCI_NUM_IRQS;
	arg->reply = offsetofend(struct vfio_device_info, num_irqs);
	return 0;
}

static const struct vfio_device_ioctl vfio_pci_ioctls[] = {
	{ VFIO_DEVICE_GET_INFO, offsetofend(struct vfio_device_info, num_irqs), false,
	  vfio_pci_get_info },
	{ VFIO_DEVICE_GET_REGION_INFO, offsetofend(struct vfio_region_info, offset), false,
	  vfio_pci_get_region_info },
	{ VFIO_DEVICE_GET_IRQ_INFO, offsetofend(struct vfio_irq_info, count), false,
	  vfio_pci_get_irq_info },
	{ VFIO_DEVICE_SET_IRQS, offsetofend(struct vfio_irq_set, count), true, vfio_pci_set_irqs },
	{ VFIO_DEVICE_IOEVENTFD, offsetofend(struct vfio_device_ioeventfd, fd), false,
	  vfio_pci_ioeventfd },
	{ VFIO_DEVICE_FEATURE, offsetofend(struct vfio_device_feature, flags), true,
	  vfio_pci_feature },
	{ VFIO_DEVICE_RESET, 0, false, vfio_pci_reset },
	{ VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, offsetofend(struct vfio_pci_hot_reset_info, count),
	  false, vfio_pci_get_hot_reset_info },
	{ VFIO_DEVICE_PCI_HOT_RESET, offsetofend(struct vfio_pci_hot_reset, count), true,
	  vfio_pci_hot_reset },
};

/* A function keeps nothing that its last owner left in it; without a reset, bus mastering is off.
 */
static int vfio_pci_scrub(struct vfio_pci *vdev)
{
	int ret = pci_try_reset_function(vdev->pdev);

	if (ret == -EAGAIN)
		return ret;
	vdev->can_reset = !ret;
	vdev->reset_owed = false;
	return 0;
}

/* config_lock is held by both: a reset of the whole bus must not come in between. */
static int vfio_pci_take(struct vfio_pci *vdev, struct vfio_device *device)
{
	struct pci_dev *pdev = vdev->pdev;
	int ret;

	ret = vfio_pci_scrub(vdev);
	if (ret)
		return ret;
	ret = vfio_pci_state_keep(vdev);
	if (ret)
		return ret;
	vdev->vfio = device;
	vdev->intx_maskable = vfio_pci_intx_can_mask(pdev);
	vdev->intx_disabled = false;
	vfio_pci_intx_quiet(vdev);
	vfio_pci_msi_find_table(vdev);
	ret = vfio_pci_config_init(vdev);
	if (ret) {
		vdev->vfio = NULL;
		vfio_pci_state_restore(vdev);
		return ret;
	}
	vfio_pci_bars_claim(vdev);
	vfio_pci_command_apply(vdev);
	return 0;
}

static void vfio_pci_give_back(struct vfio_pci *vdev)
{
	struct pci_dev *pdev = vdev->pdev;

	vfio_pci_bars_release(vdev);
	pci_set_power_state(pdev, PCI_D0);
	/* The kernel would wait a minute for one that was pulled out to answer again. */
	if (vdev->can_reset && pci_device_is_present(pdev) && pci_try_reset_function(pdev))
		vdev->reset_owed = true;
	vfio_pci_config_release(vdev);
	vdev->vfio = NULL;
	vfio_pci_state_restore(vdev);
}

static int vfio_pci_open_awake(struct vfio_pci *vdev, struct vfio_device *device)
{
	int ret;

	mutex_lock(&vdev->config_lock);
	ret = vfio_pci_state_regain(vdev);
	if (ret)
		goto unlock;
	pci_clear_master(vdev->pdev);
	ret = pci_enable_device(vdev->pdev);
	if (ret)
		goto unlock;
	ret = vfio_pci_take(vdev, device);
	if (ret)
		pci_disable_device(vdev->pdev);
unlock:
	mutex_unlock(&vdev->config_lock);
	return ret;
}

static int vfio_pci_open(struct vfio_device *device, void *data)
{
	struct vfio_pci *vdev = data;
	int ret;

	ret = vfio_pci_power_open(vdev);
	if (ret)
		return ret;
	ret = vfio_pci_sriov_opened(vdev);
	if (ret)
		goto asleep;
	ret = vfio_pci_open_awake(vdev, device);
	if (!ret)
		return 0;
	vfio_pci_sriov_released(vdev);
asleep:
	vfio_pci_power_release(vdev);
	return ret;
}

static void vfio_pci_regain(struct vfio_pci *vdev)
{
	mutex_lock(&vdev->config_lock);
	vfio_pci_state_regain(vdev);
	mutex_unlock(&vdev->config_lock);
}

/* Vectors are taken down in the function's own memory, which so is there first. */
static void vfio_pci_quieten(struct vfio_pci *vdev)
{
	vfio_pci_power_on(vdev);
	vfio_pci_regain(vdev);
	pci_clear_master(vdev->pdev);
	vfio_pci_ioeventfds_release(vdev);
	vfio_pci_irqs_release(vdev);
}

static void vfio_pci_release(void *data)
{
	struct vfio_pci *vdev = data;

	vfio_pci_quieten(vdev);
	vfio_pci_notify_release(vdev);
	mutex_lock(&vdev->config_lock);
	vfio_pci_give_back(vdev);
	mutex_unlock(&vdev->config_lock);
	pci_disable_device(vdev->pdev);
	vfio_pci_sriov_released(vdev);
	vfio_pci_power_release(vdev);
}

/*
 * The holder did not answer. Nothing of it runs any more; what is left is the device itself, whose
 * DMA and interrupts must end even before the release.
 */
static void vfio_pci_revoke(void *data)
{
	struct vfio_pci *vdev = data;

	vfio_pci_quieten(vdev);
}

static const struct vfio_device_ops vfio_pci_ops = {
	.name = "vfio-pci",
	.owner = THIS_MODULE,
	.open = vfio_pci_open,
	.release = vfio_pci_release,
	.read = vfio_pci_read,
	.write = vfio_pci_write,
	.ioctls = vfio_pci_ioctls,
	.nr_ioctls = ARRAY_SIZE(vfio_pci_ioctls),
	.mmap = vfio_pci_mmap,
	.fault = vfio_pci_fault,
	.match = vfio_pci_match,
	.request = vfio_pci_notify_request,
	.revoke = vfio_pci_revoke,
};

static struct vfio_pci *vfio_pci_new(struct pci_dev *pdev)
{
	struct vfio_pci *vdev = kzalloc(sizeof(*vdev), GFP_KERNEL);

	if (!vdev)
		return NULL;
	vdev->pdev = pdev;
	mutex_init(&vdev->ioeventfd_lock);
	INIT_LIST_HEAD(&vdev->ioeventfds);
	mutex_init(&vdev->irq_lock);
	mutex_init(&vdev->config_lock);
	mutex_init(&vdev->bar_lock);
	mutex_init(&vdev->token_lock);
	init_rwsem(&vdev->memory_lock);
	INIT_WORK(&vdev->error_work, vfio_pci_errors_run);
	spin_lock_init(&vdev->notify_lock);
	spin_lock_init(&vdev->intx_lock);
	return vdev;
}

static void vfio_pci_free(struct vfio_pci *vdev)
{
	mutex_destroy(&vdev->ioeventfd_lock);
	mutex_destroy(&vdev->irq_lock);
	mutex_destroy(&vdev->config_lock);
	mutex_destroy(&vdev->bar_lock);
	mutex_destroy(&vdev->token_lock);
	kfree(vdev->kept_state);
	kfree(vdev);
}

static int vfio_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vfio_pci *vdev;
	int ret;

	/* A bridge carries other people's devices. */
	if (pdev->hdr_type != PCI_HEADER_TYPE_NORMAL)
		return -EINVAL;
	if (vfio_pci_denied(pdev))
		return -EINVAL;
	/* Its virtual functions would stay with the host while their owner is a user's. */
	if (pci_num_vf(pdev)) {
		pci_warn(pdev, "virtual functions are enabled: disable them first\n");
		return -EBUSY;
	}
	ret = vfio_pci_vga_free(pdev);
	if (ret)
		return ret;
	vdev = vfio_pci_new(pdev);
	if (!vdev)
		return -ENOMEM;
	pci_set_drvdata(pdev, vdev);
	vfio_pci_power_init(vdev);
	ret = vfio_pci_state_keep(vdev);
	if (ret)
		goto free;
	vfio_pci_sriov_init(vdev);
	vfio_pci_bound_add(vdev);
	ret = vfio_add_group_dev(&pdev->dev, &vfio_pci_ops, vdev);
	if (ret)
		goto unlist;
	vfio_pci_vga_bound(vdev);
	vfio_pci_power_bound(vdev);
	return 0;

unlist:
	vfio_pci_bound_remove(vdev);
free:
	pci_set_drvdata(pdev, NULL);
	vfio_pci_free(vdev);
	return ret;
}

static void vfio_pci_remove(struct pci_dev *pdev)
{
	struct vfio_pci *vdev = pci_get_drvdata(pdev);

	/* Its virtual functions are taken back first, but that takes none of its holder's time. */
	if (pci_num_vf(pdev))
		vfio_ask_back(&pdev->dev);
	vfio_pci_sriov_off(vdev);
	vdev = vfio_del_group_dev(&pdev->dev);
	if (WARN_ON_ONCE(!vdev))
		return;
	vfio_pci_bound_remove(vdev);
	vfio_pci_reset_owed(vdev);
	vfio_pci_vga_unbound(vdev);
	vfio_pci_power_unbound(vdev);
	/* No error handler runs beside this. A host driver gets the function with its registers. */
	cancel_work_sync(&vdev->error_work);
	vfio_pci_regain(vdev);
	pci_set_drvdata(pdev, NULL);
	vfio_pci_free(vdev);
}

/* Found by driver_override or by the modalias vfio_pci:*, never by a plain match. */
static const struct pci_device_id vfio_pci_table[] = {
	{ PCI_DRIVER_OVERRIDE_DEVICE_VFIO(PCI_ANY_ID, PCI_ANY_ID) }, {}
};
MODULE_DEVICE_TABLE(pci, vfio_pci_table);

struct pci_driver vfio_pci_driver = {
	.name = "vfio-pci",
	.id_table = vfio_pci_table,
	.probe = vfio_pci_probe,
	.remove = vfio_pci_remove,
	.sriov_configure = vfio_pci_sriov_configure,
	.err_handler = &vfio_pci_error_handlers,
	.driver.pm = &vfio_pci_pm_ops,
	.driver_managed_dma = true,
};

/* One entry of the ids parameter. */
static void __init vfio_pci_add_id(char *id)
{
	unsigned int vendor, device, subvendor = PCI_ANY_ID, subdevice = PCI_ANY_ID;
	unsigned int class = 0, class_mask = 0;
	int fields, ret;

	fields = sscanf(id, "%x:%x:%x:%x:%x:%x", &vendor, &device, &subvendor, &subdevice, &class,
			&class_mask);
	if (fields < 2) {
		pr_warn("vfio-pci: '%s' in the parameter ids is not vendor:device\n", id);
		return;
	}
	ret = pci_add_dynid(&vfio_pci_driver, vendor, device, subvendor, subdevice, class,
			    class_mask, 0);
	if (ret)
		pr_warn("vfio-pci: cannot take functions with id '%s': error %d\n", id, ret);
}

static int __init vfio_pci_init(void)
{
	char *rest = ids, *id;
	int ret;

	ret = vfio_pci_sriov_module_init();
	if (ret)
		return ret;
	ret = pci_register_driver(&vfio_pci_driver);
	if (ret) {
		vfio_pci_sriov_module_exit();
		return ret;
	}
	while ((id = strsep(&rest, ",")))
		if (*id)
			vfio_pci_add_id(id);
	return 0;
}

static void __exit vfio_pci_exit(void)
{
	pci_unregister_driver(&vfio_pci_driver);
	vfio_pci_sriov_module_exit();
}

module_init(vfio_pci_init);
module_exit(vfio_pci_exit);

VFIO_USES_CORE();
MODULE_DESCRIPTION("VFIO: PCI functions for userspace drivers");
MODULE_LICENSE("GPL");
MODULE_VERSION(VFIO_SUITE_VERSION);
