// SPDX-License-Identifier: GPL-2.0-only
/*
 * Physical and virtual functions. A user's physical function can see, stop and change what its
 * virtual ones do, so that their users have to trust its user, and he them. Both show that with a
 * secret, the VF token, in the name that they open a function by:
 *
 *	0000:02:00.1 vf_token=2ab74924-c335-45f4-9b16-8569e5b08258
 *
 * A virtual function of the host's needs none.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "compat/pci.h"
#include "pci/feature.h"
#include "pci/sriov.h"

static bool enable_sriov;
module_param(enable_sriov, bool, 0644);
MODULE_PARM_DESC(enable_sriov,
		 "let virtual functions of a user's physical function be made with sriov_numvfs "
		 "(default n)");

#define TOKEN_OPTION "vf_token="

void vfio_pci_sriov_init(struct vfio_pci *vdev)
{
	struct pci_dev *pdev = vdev->pdev;

	vdev->token_round = 1;
	/* While nobody has set a token nobody knows it. */
	if (pdev->is_physfn)
		uuid_gen(&vdev->token);
	/* It takes its virtual functions with it when it leaves: the pointer stays good. */
	if (pdev->is_virtfn)
		vdev->pf = vfio_pci_bound_find(pci_physfn(pdev));
}

/* Since the name was looked at the token may have changed, or come to matter. */
int vfio_pci_sriov_opened(struct vfio_pci *vdev)
{
	struct vfio_pci *pf = vdev->pf ? vdev->pf : vdev;
	int ret = 0;

	mutex_lock(&pf->token_lock);
	if ((vdev->pf || pf->vfs_open) && vdev->token_shown != pf->token_round)
		ret = -EACCES;
	else if (vdev->pf)
		pf->vfs_open++;
	mutex_unlock(&pf->token_lock);
	return ret;
}

void vfio_pci_sriov_released(struct vfio_pci *vdev)
{
	if (!vdev->pf)
		return;
	mutex_lock(&vdev->pf->token_lock);
	vdev->pf->vfs_open--;
	mutex_unlock(&vdev->pf->token_lock);
}

/* What follows the address: blanks, and the token at most once. 1 if it is there, 0, or -EINVAL. */
static int parse_options(const char *text, uuid_t *token)
{
	int found = 0;

	for (;;) {
		text += strspn(text, " ");
		if (!*text)
			return found;
		if (found || strncmp(text, TOKEN_OPTION, strlen(TOKEN_OPTION)))
			return -EINVAL;
		text += strlen(TOKEN_OPTION);
		/* It stops at the first character that does not fit. */
		if (uuid_parse(text, token))
			return -EINVAL;
		text += UUID_STRING_LEN;
		if (*text && *text != ' ')
			return -EINVAL;
		found = 1;
	}
}

/* A token that comes again is no change. token_lock is held. */
static void token_change(struct vfio_pci *pf, const uuid_t *token)
{
	if (uuid_equal(token, &pf->token))
		return;
	uuid_copy(&pf->token, token);
	pf->token_round++;
}

/* A virtual function, whose @pf another user has or may come to have. */
static int check_virtual(struct vfio_pci *vdev, const uuid_t *token)
{
	struct vfio_pci *pf = vdev->pf;
	bool known;

	mutex_lock(&pf->token_lock);
	known = token && uuid_equal(token, &pf->token);
	if (known)
		vdev->token_shown = pf->token_round;
	mutex_unlock(&pf->token_lock);
	return known ? 0 : -EACCES;
}

/* A physical function comes with a token of its own, unless a virtual one is used on the old. */
static int check_physical(struct vfio_pci *vdev, const uuid_t *token)
{
	int ret = 0;

	mutex_lock(&vdev->token_lock);
	if (vdev->vfs_open && !(token && uuid_equal(token, &vdev->token))) {
		ret = -EACCES;
	} else {
		if (token)
			token_change(vdev, token);
		vdev->token_shown = token ? vdev->token_round : 0;
	}
	mutex_unlock(&vdev->token_lock);
	return ret;
}

static int check_token(struct vfio_pci *vdev, const uuid_t *token)
{
	if (vdev->pf)
		return check_virtual(vdev, token);
	if (vdev->pdev->is_physfn)
		return check_physical(vdev, token);
	return token ? -EINVAL : 0;
}

int vfio_pci_match(void *data, const char *name)
{
	struct vfio_pci *vdev = data;
	size_t len = strlen(pci_name(vdev->pdev));
	uuid_t token;
	int ret;

	if (strncmp(name, pci_name(vdev->pdev), len) || (name[len] && name[len] != ' '))
		return 0;
	ret = parse_options(name + len, &token);
	if (ret < 0)
		return ret;
	ret = check_token(vdev, ret ? &token : NULL);
	return ret ? ret : 1;
}

bool vfio_pci_has_token(struct vfio_pci *vdev)
{
	return vdev->pdev->is_physfn;
}

/* Whoever has a virtual function open knows the token that is in force, and counts on it. */
long vfio_pci_set_token(struct vfio_pci *vdev, const void *payload)
{
	const uuid_t *token = payload;
	long ret = 0;

	mutex_lock(&vdev->token_lock);
	if (!vdev->vfs_open)
		token_change(vdev, token);
	else if (!uuid_equal(token, &vdev->token))
		ret = -EBUSY;
	mutex_unlock(&vdev->token_lock);
	return ret;
}

/*
 * Virtual functions are as awake as the physical one, whatever its user had it do: it does not go
 * to sleep from here to vfs_gone().
 */
static void vfs_come(struct vfio_pci *vdev)
{
	mutex_lock(&vdev->config_lock);
	down_write(&vdev->memory_lock);
	vdev->vfs_wanted = true;
	if (vdev->layout) {
		vfio_pci_config_awake(vdev);
		vfio_pci_command_apply_locked(vdev);
	}
	up_write(&vdev->memory_lock);
	mutex_unlock(&vdev->config_lock);
}

static void vfs_gone(struct vfio_pci *vdev)
{
	down_write(&vdev->memory_lock);
	vdev->vfs_wanted = false;
	up_write(&vdev->memory_lock);
	vfio_pci_power_put(vdev);
}

static int sriov_on(struct vfio_pci *vdev, int nr)
{
	int ret;

	if (!enable_sriov)
		return -ENOENT;
	ret = vfio_pci_power_get(vdev);
	if (ret)
		return ret;
	vfs_come(vdev);
	ret = pci_enable_sriov(vdev->pdev, nr);
	if (ret)
		vfs_gone(vdev);
	return ret ? ret : nr;
}

/* They are removed one after the other, but their holders have the same time to let go. */
static void ask_vfs_back(struct pci_dev *pf)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, pdev)))
		if (pdev->is_virtfn && pci_physfn(pdev) == pf)
			vfio_ask_back(&pdev->dev);
}

void vfio_pci_sriov_off(struct vfio_pci *vdev)
{
	device_lock_assert(&vdev->pdev->dev);
	if (!pci_num_vf(vdev->pdev))
		return;
	ask_vfs_back(vdev->pdev);
	pci_disable_sriov(vdev->pdev);
	vfs_gone(vdev);
}

int vfio_pci_sriov_configure(struct pci_dev *pdev, int nr)
{
	struct vfio_pci *vdev = pci_get_drvdata(pdev);

	device_lock_assert(&pdev->dev);
	if (nr)
		return sriov_on(vdev, nr);
	vfio_pci_sriov_off(vdev);
	return 0;
}

/*
 * No host driver takes a virtual function whose physical one a user has, by itself. The thread that
 * makes the virtual functions holds the device_lock of the physical one.
 */
static int sriov_notify(struct notifier_block *nb, unsigned long what, void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);
	struct device_driver *driver = pdev->dev.driver;

	if (!pdev->is_virtfn || pci_physfn(pdev)->dev.driver != &vfio_pci_driver.driver)
		return NOTIFY_DONE;
	if (what == BUS_NOTIFY_ADD_DEVICE && compat_set_override(pdev, vfio_pci_driver.name))
		pci_warn(pdev, "cannot be kept for %s\n", vfio_pci_driver.name);
	if (what == BUS_NOTIFY_BOUND_DRIVER && driver && driver != &vfio_pci_driver.driver)
		pci_warn(pdev,
			 "has the host driver '%s', although a user has its physical function\n",
			 driver->name);
	return NOTIFY_DONE;
}

static struct notifier_block sriov_notifier = { .notifier_call = sriov_notify };

int vfio_pci_sriov_module_init(void)
{
	return bus_register_notifier(&pci_bus_type, &sriov_notifier);
}

void vfio_pci_sriov_module_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &sriov_notifier);
}
